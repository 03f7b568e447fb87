import { button, make, showKernelHtml } from "../page/dom.js";
import { tr } from "../page/words.js";

const ENDS = {
  "": "",
  complete: "",
  stopped: tr("— interrupted"),
  incomplete: tr("— not whole"),
  failed: tr("— failed"),
};

/**
 * @typedef {{question: string, answer: string, html: string, ending: keyof typeof ENDS, error: string,
 *   figures: string, has_sound: boolean}} Said  A turn as the kernel tells it.
 */

/**
 * Both sides of a conversation as text.
 *
 * @param {(turn: number) => void} onHear  Somebody wants to hear an answer again.
 */
export function openTurns(onHear) {
  const list = make("ol", {});
  const partial = make("p", { className: "sophnet-partial", "aria-live": "off", hidden: true });
  const element = make("div", {
    className: "sophnet-turns",
    tabIndex: 0,
    role: "log",
    "aria-label": tr("Conversation"),
    hidden: true,
  });
  element.append(list, partial);
  /** @type {Array<ReturnType<typeof row>>} */
  let rows = [];

  /** @param {() => void} change */
  function keepLow(change) {
    const low = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    change();
    element.hidden = rows.length === 0 && partial.hidden;
    if (low) element.scrollTop = element.scrollHeight;
  }

  /** @param {number} index */
  function at(index) {
    while (rows.length <= index) {
      const next = row(rows.length, onHear);
      rows.push(next);
      list.append(next.element);
    }
    return rows[index];
  }

  return {
    element,
    get count() {
      return rows.length;
    },
    /** @param {Said[]} turns */
    replace(turns) {
      keepLow(() => {
        rows = [];
        list.replaceChildren();
        turns.forEach((said, index) => at(index).show(said));
      });
    },
    /** @param {number} index @param {Said} said */
    show: (index, said) => keepLow(() => at(index).show(said)),
    /** @param {number} index @param {number} place @param {string} text */
    add: (index, place, text) => keepLow(() => at(index).add(place, text)),
    /** @param {number} index @param {Node} player */
    put: (index, player) => keepLow(() => at(index).put(player)),
    /** @param {string} text */
    showPartial: (text) =>
      keepLow(() => {
        partial.textContent = text;
        partial.hidden = !text;
      }),
    text: () => rows.map((each) => each.text()).join("\n"),
  };
}

/** @param {number} index @param {(turn: number) => void} onHear */
function row(index, onHear) {
  const question = make("span", { className: "sophnet-words" });
  const answer = make("span", { className: "sophnet-words" });
  const drawn = make("div", { className: "jp-RenderedHTMLCommon sophnet-body", hidden: true });
  const ending = make("span", { className: "sophnet-ending" });
  const figures = make("span", {});
  const hear = button(tr("▶ Hear again"), () => onHear(index), { hidden: true });
  const below = make("p", { className: "sophnet-figures" }, figures, hear);
  const element = make(
    "li",
    {},
    make("p", { className: "sophnet-you" }, make("b", {}, tr("You")), question),
    make("div", { className: "sophnet-it" }, make("b", {}, tr("Answer")), make("div", {}, answer, drawn, " ", ending)),
    below,
  );
  return {
    element,
    /** @param {Said} said */
    show(said) {
      question.textContent = said.question || "…";
      answer.textContent = said.answer;
      showKernelHtml(drawn, said.html);
      drawn.hidden = !said.html;
      answer.hidden = Boolean(said.html);
      ending.textContent = [ENDS[said.ending], said.error].filter(Boolean).join(": ");
      figures.textContent = said.figures;
      hear.hidden = !said.has_sound;
      below.hidden = !said.figures && !said.has_sound;
    },
    /** @param {number} place @param {string} text */
    add(place, text) {
      answer.textContent = answer.textContent.slice(0, place) + text;
    },
    /** @param {Node} player */
    put(player) {
      hear.hidden = true;
      below.append(player);
    },
    text: () => tr("You: {question}\nAnswer: {answer} {ending}", { question: question.textContent, answer: answer.textContent, ending: ending.textContent }).trim(),
  };
}
