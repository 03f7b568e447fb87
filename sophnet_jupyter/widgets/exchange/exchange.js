import { button, make } from "../page/dom.js";
import { openSound } from "../playing/sound.js";
import { openPieces } from "./pieces.js";

/**
 * @typedef {object} Drawn
 * @property {HTMLElement} element
 * @property {(piece: string, html: string) => void} draw  One piece of the answer.
 * @property {(outcome: {answer: string, error: string}) => void} settle
 * @property {() => void} restart  Take the answer away: another one comes.
 * @property {(at: number, bytes: DataView<ArrayBuffer>, live: boolean) => void} hear  A piece of its sound.
 * @property {() => void} endSound  All of it has come.
 * @property {() => void} pause
 * @property {() => void} close
 */

/**
 * Draw a question and, as it arrives, its answer.
 *
 * @param {import("../page/lab.js").Model} model
 * @param {any} exchange
 * @param {DataView<ArrayBuffer>[]} buffers
 * @param {() => void} askAgain
 * @param {(text: string) => void} fail
 * @returns {Drawn}
 */
export function drawExchange(model, exchange, buffers, askAgain, fail) {
  /** @type {string[]} */
  const urls = [];
  const question = make(
    "article",
    { className: "sophnet-question", "aria-label": "You" },
    make("div", { className: "sophnet-said" }, exchange.text),
  );
  for (const image of exchange.images) {
    const url = URL.createObjectURL(new Blob([buffers[image.buffer]], { type: image.mime }));
    urls.push(url);
    question.append(make("img", { src: url, alt: image.label, title: image.label }));
  }
  const body = make("div", { className: "jp-RenderedHTMLCommon sophnet-body" });
  const error = make("div", { className: "sophnet-error", role: "alert", hidden: true });
  const actions = make("div", { className: "sophnet-actions", hidden: true });
  const answer = make("article", { className: "sophnet-answer", "aria-label": "Answer" });
  answer.append(body, error, actions);
  const element = make("div", { className: "sophnet-exchange" }, question, answer);

  let text = "";
  const copy = button("Copy", () => copyText(copy, text), { title: "Copy the answer as Markdown" });
  const again = button("Ask again", askAgain, { className: "sophnet-again" });
  actions.append(copy, again);

  const pieces = openPieces(model, body);

  /** @param {{answer: string, error: string}} outcome */
  function settle(outcome) {
    text = outcome.answer;
    error.textContent = outcome.error;
    error.hidden = !outcome.error;
    copy.hidden = !text;
    actions.hidden = false;
  }

  /** @type {import("../playing/sound.js").Sound | undefined} */
  let sound;

  /** @param {number} at @param {DataView<ArrayBuffer>} bytes @param {boolean} live */
  function hear(at, bytes, live) {
    if (!sound) {
      sound = openSound("the answer", fail);
      body.after(sound.element);
      // Only what comes now begins by itself, not what was there before this view.
      if (live) sound.play();
    }
    sound.take(at, bytes);
  }

  function silence() {
    sound?.close();
    sound = undefined;
  }

  function restart() {
    silence();
    pieces.clear();
    error.hidden = actions.hidden = true;
  }

  for (const [piece, html] of exchange.pieces) pieces.draw(piece, html);
  if (exchange.settled) settle(exchange);
  if (exchange.sound) {
    hear(0, buffers[exchange.sound.buffer], false);
    if (exchange.sound.finished) sound?.end();
  }
  const close = () => {
    silence();
    urls.splice(0).forEach((url) => URL.revokeObjectURL(url));
  };
  const endSound = () => sound?.end();
  const pause = () => sound?.pause();
  return { element, draw: pieces.draw, settle, restart, hear, endSound, pause, close };
}

/** @param {HTMLButtonElement} copy @param {string} text */
async function copyText(copy, text) {
  try {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  } catch {
    // Not on https, or not allowed.
    copy.textContent = "Cannot copy here";
  }
  setTimeout(() => (copy.textContent = "Copy"), 1500);
}
