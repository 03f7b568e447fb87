import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * @typedef {object} Annotations
 * @property {HTMLElement} element
 * @property {() => void} open  Called when the tab is shown.
 * @property {(rows: {id: string, question: string, answer: string, hits: number}[]) => void} show
 * @property {() => void} kept  What was written is kept.
 * @property {(text: string, busy: boolean) => void} replied  How the switch of replies is.
 */

/**
 * The tab where an app's annotations are searched, written, changed and deleted.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @returns {Annotations}
 */
export function drawAnnotations(panel) {
  let editing = "";
  let asked = false;
  /** @param {string} todo @param {object} [facts] */
  const send = (todo, facts = {}) => {
    panel.fail("");
    panel.send("annotations", { do: todo, ...facts });
  };
  const find = make("input", { type: "search", placeholder: tr("Search"), "aria-label": tr("Search annotations") });
  const finder = make("form", { className: "sophnet-finder" }, find, make("button", {}, tr("Search")));
  const rows = make("ul", { className: "sophnet-annotations", "aria-label": tr("Annotations") });
  const none = make("p", { className: "sophnet-faint", hidden: true });
  const question = make("textarea", { rows: 2, "aria-label": tr("Question"), placeholder: tr("Question") });
  const answer = make("textarea", { rows: 3, "aria-label": tr("Answer"), placeholder: tr("Answer") });
  const save = make("button", { className: "sophnet-main" }, tr("Add"));
  const cancel = button(tr("Cancel"), () => edit("", "", ""), { hidden: true });
  const writer = make("form", { className: "sophnet-writer", "aria-label": tr("Write an annotation") });
  writer.append(question, answer, make("div", { className: "sophnet-row" }, save, cancel));
  const switcher = replySwitch(send);
  const element = make("div", { className: "sophnet-desk" }, finder, rows, none, writer, switcher.element);

  /** @param {string} id @param {string} asks @param {string} says */
  function edit(id, asks, says) {
    editing = id;
    question.value = asks;
    answer.value = says;
    save.textContent = id ? tr("Save") : tr("Add");
    cancel.hidden = !id;
    if (id) question.focus();
  }

  /** @param {{id: string, question: string, answer: string, hits: number}} each */
  function row(each) {
    const change = button(tr("Edit"), () => edit(each.id, each.question, each.answer), {
      "aria-label": tr("Edit: {question}", { question: each.question }),
    });
    const away = button(tr("Delete"), (/** @type {MouseEvent} */ event) => confirm(event), { "aria-label": tr("Delete: {question}", { question: each.question }) });
    /** @param {MouseEvent} event */
    const confirm = (event) => {
      // Clicked by a hand or a key, not by a script of the page.
      if (!event.isTrusted) return;
      // Once more, since nothing brings it back.
      if (away.textContent === tr("Delete")) {
        away.textContent = tr("Really delete?");
        away.addEventListener("blur", () => (away.textContent = tr("Delete")), { once: true });
      } else send("delete", { id: each.id });
    };
    return make(
      "li",
      {},
      make("div", { className: "sophnet-annotation-question" }, each.question),
      make("div", { className: "sophnet-annotation-answer" }, each.answer),
      make("span", { className: "sophnet-faint" }, each.hits === 1 ? tr("answered 1 time") : tr("answered {hits} times", { hits: each.hits })),
      change,
      away,
    );
  }

  finder.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    send("list", { keyword: find.value });
  });
  writer.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    send("write", { id: editing, question: question.value, answer: answer.value });
  });
  return {
    element,
    open() {
      if (!asked) send("list", { keyword: "" });
      asked = true;
    },
    show(found) {
      rows.replaceChildren(...found.map(row));
      none.hidden = found.length > 0;
      none.textContent = find.value ? tr("None has these words.") : tr("There is none yet.");
      panel.announce(tr("{count} annotations", { count: found.length }));
    },
    kept: () => edit("", "", ""),
    replied: switcher.show,
  };
}

/** @param {(todo: string, facts: object) => void} send */
function replySwitch(send) {
  const score = make("input", { type: "number", min: 0, max: 1, step: 0.01, value: "0.9", "aria-label": tr("Score, from 0 to 1") });
  const provider = make("input", { placeholder: tr("Provider"), "aria-label": tr("Provider of the embedding model"), size: 14 });
  const model = make("input", { placeholder: tr("Embedding model"), "aria-label": tr("Embedding model"), size: 18 });
  const said = make("span", { className: "sophnet-faint", role: "status" });
  /** @param {boolean} on */
  const ask = (on) => send("reply", { on, score: score.value, provider: provider.value, model: model.value });
  const buttons = [button(tr("Switch on"), () => ask(true)), button(tr("Switch off"), () => ask(false))];
  const element = make("details", { className: "sophnet-reply" });
  element.append(
    make("summary", {}, tr("Answer from annotations")),
    make("p", { className: "sophnet-faint" }, tr("A question that is like an annotated one, from this score on, gets its answer without the model.")),
    make("div", { className: "sophnet-row" }, make("label", {}, `${tr("Score")} `, score), provider, model, ...buttons, said),
  );
  return {
    element,
    /** @param {string} text @param {boolean} busy */
    show(text, busy) {
      said.textContent = text;
      for (const each of buttons) each.disabled = busy;
    },
  };
}
