import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
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
 * @typedef {object} MoreActs  What some panels can do with a question beside asking it again.
 * @property {(text: string) => void} [edit]  Ask it in other words, as a branch.
 * @property {(step: number) => void} [branch]  Show the branch before or after this one.
 * @property {(text: string) => void} [cell]  Put code of the answer into a cell.
 */

/**
 * Draw a question and, as it arrives, its answer.
 *
 * @param {import("../page/lab.js").Model} model
 * @param {any} exchange
 * @param {DataView<ArrayBuffer>[]} buffers
 * @param {() => void} askAgain
 * @param {(text: string) => void} fail
 * @param {MoreActs} [more]
 * @returns {Drawn}
 */
export function drawExchange(model, exchange, buffers, askAgain, fail, more = {}) {
  /** @type {string[]} */
  const urls = [];
  const question = make(
    "article",
    { className: "sophnet-question", "aria-label": tr("You") },
    make("div", { className: "sophnet-said" }, exchange.text),
  );
  for (const image of exchange.images) {
    const url = URL.createObjectURL(new Blob([buffers[image.buffer]], { type: image.mime }));
    urls.push(url);
    question.append(make("img", { src: url, alt: image.label, title: image.label }));
  }
  for (const label of exchange.files ?? []) {
    question.append(make("div", { className: "sophnet-file" }, `📎 ${label}`));
  }
  const body = make("div", { className: "jp-RenderedHTMLCommon sophnet-body" });
  const error = make("div", { className: "sophnet-error", role: "alert", hidden: true });
  const actions = make("div", { className: "sophnet-actions", hidden: true });
  const answer = make("article", { className: "sophnet-answer", "aria-label": tr("Answer") });
  answer.append(body, error, actions);
  const element = make("div", { className: "sophnet-exchange" }, question, answer);
  if (more.edit || more.branch) question.after(questionActs(exchange, question, more));

  let text = "";
  const copy = button(tr("Copy"), () => copyText(copy, text), { title: tr("Copy the answer as Markdown") });
  const again = button(tr("Ask again"), askAgain, { className: "sophnet-again" });
  actions.append(copy, again);

  const pieces = openPieces(model, body);

  /** @param {{answer: string, error: string}} outcome */
  function settle(outcome) {
    text = outcome.answer;
    error.textContent = outcome.error;
    error.hidden = !outcome.error;
    copy.hidden = !text;
    actions.hidden = false;
    if (more.cell) for (const code of body.querySelectorAll("pre")) offerCode(code, more.cell);
  }

  /** @type {import("../playing/sound.js").Sound | undefined} */
  let sound;

  /** @param {number} at @param {DataView<ArrayBuffer>} bytes @param {boolean} live */
  function hear(at, bytes, live) {
    if (!sound) {
      sound = openSound(tr("the answer"), fail);
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
    copy.textContent = tr("Copied");
  } catch {
    // Not on https, or not allowed.
    copy.textContent = tr("Cannot copy here");
  }
  setTimeout(() => (copy.textContent = tr("Copy")), 1500);
}

/**
 * Below a question: its branches, and a way to ask it in other words.
 *
 * @param {any} exchange @param {HTMLElement} question @param {MoreActs} more
 */
function questionActs(exchange, question, more) {
  const [here, of] = exchange.branches ?? [1, 1];
  const place = make("div", { className: "sophnet-of-question" });
  if (of > 1 && more.branch) {
    const turn = more.branch;
    const before = button("‹", () => turn(-1), { "aria-label": tr("Branch before") });
    const after = button("›", () => turn(1), { "aria-label": tr("Next branch") });
    before.disabled = here === 1;
    after.disabled = here === of;
    place.append(before, make("span", { className: "sophnet-faint" }, `${here}/${of}`), after);
  }
  if (exchange.editable && more.edit) {
    const ask = more.edit;
    place.append(button(tr("Edit"), () => edit(), { title: tr("Ask it in other words, as a branch") }));
    const edit = () => {
      const text = make("textarea", { rows: 3, value: exchange.text, "aria-label": tr("Edited question") });
      const back = () => {
        form.remove();
        question.hidden = place.hidden = false;
      };
      const go = () => text.value.trim() && ask(text.value);
      const send = button(tr("Ask"), go, { className: "sophnet-main" });
      const form = make("div", { className: "sophnet-edit" }, text, send, button(tr("Cancel"), back));
      text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Escape") back();
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        go();
      });
      question.hidden = place.hidden = true;
      place.after(form);
      text.focus();
    };
  }
  return place;
}

/** @param {HTMLElement} code @param {(text: string) => void} put */
function offerCode(code, put) {
  if (code.parentElement?.classList.contains("sophnet-code")) return;
  const text = code.textContent ?? "";
  const copy = button(tr("Copy"), () => copyText(copy, text), { title: tr("Copy this code") });
  const cell = button(tr("As cell"), () => put(text), { title: tr("Put it as a cell below; it is not run") });
  const frame = make("div", { className: "sophnet-code" });
  code.replaceWith(frame);
  frame.append(make("div", { className: "sophnet-code-acts" }, copy, cell), code);
}
