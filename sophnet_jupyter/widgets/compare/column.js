import { button, make, showKernelHtml } from "../page/dom.js";
import { typeset } from "../page/lab.js";
import { tr } from "../page/words.js";
import { showFacts } from "../panel/facts.js";

/**
 * @typedef {object} Column  One column of a comparison in the page.
 * @property {HTMLElement} element
 * @property {(change: any) => void} take  What has changed in one of its answers.
 * @property {(head: any) => void} showHead
 * @property {(html: string) => void} showBody  All repetitions at once, in place of each.
 * @property {(html: string | null) => void} showMarked  What differs, in place of the answer.
 *
 * @typedef {{stop: () => void, again: () => void, copy: () => void, keep: () => void}} Acts
 */

/**
 * Draw a column: its head, its buttons, and its answers as they arrive.
 *
 * @param {import("../page/lab.js").Model} model @param {number} number @param {Acts} acts
 * @returns {Column}
 */
export function drawColumn(model, number, acts) {
  const title = make("span", { className: "sophnet-name" });
  const figures = make("div", { className: "sophnet-figures" });
  const stop = button(tr("Stop"), acts.stop, { className: "sophnet-stop" });
  const again = button(tr("Ask again"), acts.again);
  const copy = button(tr("Copy as cell"), acts.copy, { title: tr("A cell that asks this column again") });
  const keep = button(tr("Continue with this one"), acts.keep);
  const buttons = make("div", { className: "sophnet-acts" }, stop, again, copy, keep);
  const body = make("div", { className: "jp-RenderedHTMLCommon sophnet-body" });
  const all = make("div", { className: "jp-RenderedHTMLCommon sophnet-body", hidden: true });
  const marked = make("div", { className: "jp-RenderedHTMLCommon sophnet-body", hidden: true });
  const element = make("article", { className: "sophnet-column" });
  element.append(title, figures, body, all, marked, buttons);

  /** @type {Map<number, Map<string, {place: HTMLElement, html: string}>>} */
  const answers = new Map();

  /** @param {number} turn */
  function answer(turn) {
    let pieces = answers.get(turn);
    if (!pieces) {
      pieces = new Map();
      answers.set(turn, pieces);
      body.append(make("div", { className: "sophnet-turn" }));
    }
    return pieces;
  }

  return {
    element,
    take({ at, pieces, busy }) {
      const [, turn] = at;
      const known = answer(turn);
      const home = /** @type {HTMLElement} */ (body.children[turn] ?? body.lastElementChild);
      for (const [name, keep, html] of pieces) {
        let piece = known.get(name);
        if (!piece) {
          piece = { place: make("div"), html: "" };
          known.set(name, piece);
          home.append(piece.place);
        }
        piece.html = piece.html.slice(0, keep) + html;
        showKernelHtml(piece.place, piece.html);
        typeset(model, piece.place);
      }
      if (busy) {
        all.hidden = true;
        body.hidden = !marked.hidden;
      }
    },
    showHead(head) {
      title.textContent = head.title || `[${number}]`;
      showFacts(figures, head.busy ? `${tr("Answering")} …` : head.figures);
      element.setAttribute("aria-label", head.title || tr("column {number}", { number }));
      element.setAttribute("aria-busy", String(head.busy));
      element.dataset.endings = head.endings.join(" ");
      stop.hidden = !head.busy;
      again.hidden = copy.hidden = keep.hidden = head.busy;
      keep.disabled = !head.endings.some((/** @type {string} */ one) => one !== "failed");
    },
    showBody(html) {
      showKernelHtml(all, html);
      typeset(model, all);
      all.hidden = false;
      body.hidden = true;
    },
    showMarked(html) {
      const shown = all.childNodes.length ? all : body;
      marked.hidden = html === null;
      shown.hidden = html !== null;
      if (html !== null) showKernelHtml(marked, html);
    },
  };
}
