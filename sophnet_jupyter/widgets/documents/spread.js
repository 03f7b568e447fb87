import { make, showKernelHtml } from "../page/dom.js";
import { typeset } from "../page/lab.js";
import { tr } from "../page/words.js";

/**
 * @typedef {object} ReadPage
 * @property {string} name
 * @property {[number, number]} size
 * @property {string} text
 * @property {Array<{label: string, text: string, box: number[] | null, kind: string, html: string}>} blocks
 * @property {string} html  The whole text, where it is not shown block by block.
 * @property {boolean} picture
 */

/**
 * Show a page: its picture with a box for each block, and beside it the blocks. Pointing at one of
 * the two marks the other, a click copies the text, and the keyboard does both.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {import("../page/lab.js").Model} model
 * @param {ReadPage} page
 * @param {DataView<ArrayBuffer> | undefined} bytes  Of the picture.
 * @returns {{element: HTMLElement, close: () => void}}
 */
export function openSpread(panel, model, page, bytes) {
  const url = bytes?.byteLength
    ? URL.createObjectURL(new Blob([bytes], { type: "image/webp" }))
    : "";
  const text = make("div", { className: "jp-RenderedHTMLCommon sophnet-read-text" });
  const element = make("div", { className: "sophnet-spread" });
  if (url) element.append(sheet());
  element.append(text);
  if (page.html) {
    showKernelHtml(text, page.html);
  } else {
    text.append(...page.blocks.map(block));
    text.setAttribute("role", "list");
  }
  typeset(model, text);

  function sheet() {
    const boxes = page.blocks.length > 1 ? page.blocks.map(box) : [];
    const size = { width: page.size[0], height: page.size[1] };
    const image = make("img", { src: url, alt: tr("{name}, as it was read", { name: page.name }), ...size });
    const frame = make("div", { className: "sophnet-sheet" }, image, ...boxes.filter(Boolean));
    return make("div", { className: "sophnet-sheet-side" }, frame);
  }

  /** @param {ReadPage["blocks"][0]} found @param {number} index */
  function box(found, index) {
    if (!found.box) return "";
    const [left, top, right, bottom] = found.box;
    const [width, height] = page.size;
    const place = make("button", {
      type: "button",
      className: `sophnet-box sophnet-is-${found.kind}`,
      "aria-label": tr("Block {count}, {label}: copy its text", { count: index + 1, label: found.label }),
      "data-block": String(index),
      onclick: () => copy(index),
    });
    Object.assign(place.style, {
      left: `${(100 * left) / width}%`,
      top: `${(100 * top) / height}%`,
      width: `${(100 * (right - left)) / width}%`,
      height: `${(100 * (bottom - top)) / height}%`,
    });
    place.append(make("span", { "aria-hidden": "true" }, String(index + 1)));
    follow(place, index);
    return place;
  }

  /** @param {ReadPage["blocks"][0]} found @param {number} index */
  function block(found, index) {
    const body = make("div");
    showKernelHtml(body, found.html);
    const head = make("div", { className: "sophnet-block-head" }, `${index + 1} ${found.label}`);
    const item = make("div", {
      className: `sophnet-block sophnet-is-${found.kind}`,
      role: "listitem",
      tabIndex: 0,
      title: tr("Click to copy"),
      "data-block": String(index),
    });
    item.append(head, body);
    item.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      // Who selects a few words wants those, and a link leads where it leads.
      const chosen = document.getSelection();
      const inside = chosen && !chosen.isCollapsed && item.contains(chosen.anchorNode);
      if (!inside && !(/** @type {Element} */ (event.target).closest("a"))) copy(index);
    });
    item.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        copy(index);
      }
    });
    follow(item, index);
    return item;
  }

  /** @param {HTMLElement} node @param {number} index */
  function follow(node, index) {
    const both = (/** @type {boolean} */ on) => () => {
      for (const each of element.querySelectorAll(`[data-block="${index}"]`)) {
        each.classList.toggle("sophnet-marked", on);
        // The text may stand further down than is seen; the page itself must not move.
        if (on && each !== node && each.classList.contains("sophnet-block")) reveal(each);
      }
    };
    for (const kind of ["mouseenter", "focus"]) node.addEventListener(kind, both(true));
    for (const kind of ["mouseleave", "blur"]) node.addEventListener(kind, both(false));
  }

  /** @param {Element} item */
  function reveal(item) {
    const own = item.getBoundingClientRect();
    const around = text.getBoundingClientRect();
    if (own.top < around.top) text.scrollTop -= around.top - own.top;
    else if (own.bottom > around.bottom) text.scrollTop += own.bottom - around.bottom;
  }

  /** @param {number} index */
  async function copy(index) {
    let said = tr("Block {count} is copied.", { count: index + 1 });
    const item = text.querySelector(`[data-block="${index}"]`);
    try {
      await navigator.clipboard.writeText(page.blocks[index].text);
      item?.querySelector(".sophnet-block-head")?.setAttribute("data-copied", tr("copied"));
      item?.classList.add("sophnet-copied");
    } catch {
      // Not on https, or not allowed.
      said = tr("This page may not copy: select the text instead.");
      panel.fail(said);
    }
    panel.announce(said);
    setTimeout(() => item?.classList.remove("sophnet-copied"), 1500);
  }

  return {
    element,
    close() {
      if (url) URL.revokeObjectURL(url);
      element.remove();
    },
  };
}
