import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * Ask in the place of some buttons before something is done that cannot be undone.
 *
 * @param {HTMLElement} place @param {string} question @param {() => void} act
 */
export function askFirst(place, question, act) {
  const before = [...place.childNodes];
  const back = () => {
    place.replaceChildren(...before);
    /** @type {HTMLElement} */ (before[before.length - 1]).focus();
  };
  const yes = button(tr("Delete"), (/** @type {MouseEvent} */ event) => {
    // Clicked by a hand or a key, not by a script of the page.
    if (!event.isTrusted) return;
    place.replaceChildren(...before);
    act();
  });
  yes.className = "sophnet-danger";
  const group = make(
    "span",
    { role: "group", className: "sophnet-confirm", "aria-label": question },
    make("span", {}, question),
    yes,
    button(tr("Keep"), back),
  );
  group.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") back();
  });
  place.replaceChildren(group);
  yes.focus();
}
