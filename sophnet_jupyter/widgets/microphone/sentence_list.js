import { make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * @typedef {{text: string, time: string}} Sentence
 *
 * @typedef {object} SentenceList
 * @property {HTMLElement} element
 * @property {(sentences: Sentence[], partial: string) => void} renew
 * @property {(sentence: Sentence) => void} add
 * @property {(text: string) => void} begun  Draw the sentence that is being spoken.
 * @property {() => number} count
 * @property {() => string} text  A line each.
 */

/**
 * Make a list of sentences with their times, and below it the one that is being spoken.
 *
 * @returns {SentenceList}
 */
export function sentenceList() {
  const lines = make("ol", { "aria-label": tr("Sentences") });
  const partial = make("p", { className: "sophnet-partial", "aria-live": "off", hidden: true });
  const element = make("div", { className: "sophnet-said", tabIndex: 0, role: "log", "aria-label": tr("Transcript") });
  element.append(lines, partial);

  const showWhetherAny = () => {
    element.hidden = lines.childElementCount === 0 && !partial.textContent;
  };
  const list = {
    element,
    /** @param {Sentence[]} sentences @param {string} now */
    renew(sentences, now) {
      lines.replaceChildren();
      for (const sentence of sentences) list.add(sentence);
      list.begun(now);
    },
    /** @param {Sentence} sentence */
    add({ text, time }) {
      const low = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
      lines.append(make("li", {}, make("time", {}, time), make("span", {}, text)));
      showWhetherAny();
      if (low) element.scrollTop = element.scrollHeight;
    },
    /** @param {string} text */
    begun(text) {
      const low = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
      partial.textContent = text;
      partial.hidden = !text;
      showWhetherAny();
      if (low) element.scrollTop = element.scrollHeight;
    },
    count: () => lines.childElementCount,
    text: () => [...lines.querySelectorAll("span")].map((line) => line.textContent).join("\n"),
  };
  showWhetherAny();
  return list;
}
