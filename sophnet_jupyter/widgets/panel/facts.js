import { make } from "../page/dom.js";

/**
 * Show facts that a point separates; a line ends between two of them, never inside one.
 *
 * @param {HTMLElement} element @param {string} text
 */
export function showFacts(element, text) {
  const facts = text.split(" · ");
  const said = facts.map((fact, at) => (at < facts.length - 1 ? `${fact} ·` : fact));
  const shown = said.map((fact) => make("span", { className: "sophnet-fact" }, fact));
  element.replaceChildren(...shown.flatMap((fact, at) => (at ? [" ", fact] : [fact])));
}
