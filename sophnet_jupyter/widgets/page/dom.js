/**
 * Make an element; strings among its children become text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [properties]  Of the element; those with a hyphen are attributes.
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else Object.assign(element, { [name]: value });
  }
  element.append(...children);
  return element;
}

/**
 * @param {string} label @param {(event: any) => void} onClick @param {Record<string, any>} [properties]
 * @returns {HTMLButtonElement}
 */
export function button(label, onClick, properties = {}) {
  return make("button", { type: "button", onclick: onClick, ...properties }, label);
}

/**
 * Show HTML that `views/` in the kernel has rendered. Nothing else may come here.
 *
 * @param {HTMLElement} element @param {string} html
 */
export function showKernelHtml(element, html) {
  element.innerHTML = html;
  for (const link of element.querySelectorAll("a[href]")) {
    // A link must not lead the notebook itself away.
    link.setAttribute("target", "_blank");
  }
}

/**
 * Offer text as a file to save.
 *
 * @param {string} name @param {string} text @param {string} type
 */
export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url));
}
