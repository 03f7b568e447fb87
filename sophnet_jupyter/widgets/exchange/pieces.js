import { make, showKernelHtml } from "../page/dom.js";
import { typeset } from "../page/lab.js";

/**
 * @typedef {object} Pieces
 * @property {(piece: string, html: string) => void} draw  One of them, new or again.
 * @property {() => void} clear
 */

/**
 * The pieces of an answer that arrives: one that is drawn again does not disturb the others.
 *
 * @param {import("../page/lab.js").Model} model
 * @param {HTMLElement} body
 * @returns {Pieces}
 */
export function openPieces(model, body) {
  /** @type {Map<string, HTMLElement>} */
  const places = new Map();
  return {
    draw(piece, html) {
      let place = places.get(piece);
      if (!place) {
        place = make("div");
        places.set(piece, place);
        body.append(place);
      }
      showKernelHtml(place, html);
      typeset(model, place);
    },
    clear() {
      places.clear();
      body.replaceChildren();
    },
  };
}
