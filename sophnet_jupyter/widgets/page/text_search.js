import { button, make } from "./dom.js";
import { tr } from "./words.js";

/**
 * A search over what an element shows: all places are marked, and one of them is gone to.
 *
 * The marks are the browser's own highlights, so that the text itself stays untouched.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {HTMLElement} place
 * @returns {{element: HTMLElement, again: () => void, close: () => void}}
 */
export function openSearch(panel, place) {
  const name = `sophnet-found-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const highlights = globalThis.CSS?.highlights;
  const field = make("input", { type: "search", placeholder: tr("Search"), "aria-label": tr("Search") });
  const count = make("span", { className: "sophnet-faint" });
  const next = button("↓", () => go(1), { "aria-label": tr("Next place"), disabled: true });
  const before = button("↑", () => go(-1), { "aria-label": tr("Place before"), disabled: true });
  const element = make("span", { className: "sophnet-search", role: "search" });
  const rule = `::highlight(${name}) { background: #ffd54a; color: #000; }
    ::highlight(${name}-here) { background: #ff8f00; color: #000; }`;
  element.append(make("style", {}, rule), field, before, next, count);
  /** @type {Range[]} */
  let found = [];
  let here = -1;

  function again() {
    found = field.value.trim() ? ranges(place, field.value.trim().toLowerCase()) : [];
    here = -1;
    next.disabled = before.disabled = !found.length;
    highlights?.delete(`${name}-here`);
    if (highlights && found.length) highlights.set(name, new Highlight(...found));
    else highlights?.delete(name);
    count.textContent = field.value.trim() ? tr("{count} found", { count: found.length }) : "";
  }

  /** @param {number} step */
  function go(step) {
    if (!found.length) return;
    here = here < 0 && step < 0 ? found.length - 1 : (here + step + found.length) % found.length;
    const range = found[here];
    const parent = range.startContainer.parentElement;
    parent?.closest("details:not([open])")?.setAttribute("open", "");
    highlights?.set(`${name}-here`, new Highlight(range));
    parent?.scrollIntoView({ block: "nearest" });
    count.textContent = tr("{here} of {count}", { here: here + 1, count: found.length });
    panel.announce(count.textContent);
  }

  field.addEventListener("input", again);
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && !event.isComposing) go(event.shiftKey ? -1 : 1);
  });
  return {
    element,
    again,
    close() {
      highlights?.delete(name);
      highlights?.delete(`${name}-here`);
    },
  };
}

/** @param {HTMLElement} place @param {string} words @returns {Range[]} */
function ranges(place, words) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const made = [];
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode);
    const text = node.data.toLowerCase();
    for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, Math.min(node.length, at + words.length));
      made.push(range);
    }
  }
  return made;
}
