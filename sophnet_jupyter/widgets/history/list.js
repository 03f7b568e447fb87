import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * @typedef {object} Acts
 * @property {(number: number) => void} open
 * @property {() => void} more
 */

/**
 * The questions that were found, newest first. Arrow keys go from one to the next.
 *
 * @param {Acts} acts
 */
export function openList(acts) {
  const items = make("ul", { className: "sophnet-items" });
  const more = button(tr("More"), acts.more, { className: "sophnet-more", hidden: true });
  const nothing = make("div", { className: "sophnet-hint", hidden: true });
  const element = make("div", { className: "sophnet-list" }, items, nothing, more);
  /** @type {Map<number, HTMLButtonElement>} */
  const shown = new Map();
  let chosen = 0;

  /** @param {number} number */
  function choose(number) {
    shown.get(chosen)?.removeAttribute("aria-current");
    chosen = number;
    shown.get(number)?.setAttribute("aria-current", "true");
    acts.open(number);
  }

  /** @param {any} row @param {string[]} words */
  function add(row, words) {
    const marks = [row.sandbox ? tr("sandbox") : "", row.notebook].filter(Boolean).join(" · ");
    const star = make("span", { className: "sophnet-star", "aria-label": tr("kept") }, "★");
    star.hidden = !row.star;
    const line = make(
      "span",
      { className: "sophnet-facts" },
      make("span", {}, `#${row.id}`),
      make("span", {}, row.when),
      make("span", {}, row.model),
      make("span", { className: "sophnet-marks" }, marks),
      star,
    );
    const asked = make("span", { className: "sophnet-asked" }, ...marked(row.asked, words));
    const sign = row.ending === "complete" ? "" : `${row.sign} `;
    const said = make("span", { className: "sophnet-said" }, sign, ...marked(row.said, words));
    const item = button("", () => choose(row.id), { className: "sophnet-item" });
    item.dataset.ending = row.ending;
    item.append(line, asked, said);
    if (row.id === chosen) item.setAttribute("aria-current", "true");
    shown.set(row.id, item);
    items.append(make("li", {}, item));
  }

  /** @param {number} step */
  function go(step) {
    const all = [...shown.values()];
    const here = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, here + step))];
    next?.focus();
    next?.click();
  }

  items.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    go(step);
  });

  return {
    element,
    get length() {
      return shown.size;
    },
    focus: () => go(1),
    /** @param {any} found @param {string} text */
    show(found, text) {
      if (!found.begin) {
        shown.clear();
        items.replaceChildren();
        element.scrollTop = 0;
      }
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of found.rows) if (!shown.has(row.id)) add(row, words);
      more.hidden = !found.more;
      nothing.textContent = found.said;
      nothing.hidden = !found.said || shown.size > 0;
    },
    /** @param {number} number @param {boolean} star */
    star(number, star) {
      const mark = /** @type {HTMLElement | null | undefined} */ (
        shown.get(number)?.querySelector(".sophnet-star")
      );
      if (mark) mark.hidden = !star;
    },
    /** @param {number} number */
    drop(number) {
      shown.get(number)?.parentElement?.remove();
      shown.delete(number);
    },
  };
}

/**
 * A text with the words that were searched for marked in it.
 *
 * @param {string} text @param {string[]} words
 * @returns {Array<Node | string>}
 */
function marked(text, words) {
  const low = text.toLowerCase();
  // A letter may be longer in lower case: then nothing is marked.
  if (!words.length || low.length !== text.length) return [text];
  /** @type {Array<Node | string>} */
  const parts = [];
  let at = 0;
  while (at < text.length) {
    const next = words
      .map((word) => ({ word, place: low.indexOf(word, at) }))
      .filter(({ place }) => place >= 0)
      .sort((one, other) => one.place - other.place || other.word.length - one.word.length)[0];
    if (!next) break;
    const end = next.place + next.word.length;
    parts.push(text.slice(at, next.place), make("mark", {}, text.slice(next.place, end)));
    at = end;
  }
  parts.push(text.slice(at));
  return parts;
}
