import { button, make } from "../page/dom.js";

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
  const find = make("input", { type: "search", placeholder: "Search", "aria-label": "Search annotations" });
  const finder = make("form", { className: "sophnet-finder" }, find, make("button", {}, "Search"));
  const rows = make("ul", { className: "sophnet-annotations", "aria-label": "Annotations" });
  const none = make("p", { className: "sophnet-faint", hidden: true });
  const question = make("textarea", { rows: 2, "aria-label": "Question", placeholder: "Question" });
  const answer = make("textarea", { rows: 3, "aria-label": "Answer", placeholder: "Answer" });
  const save = make("button", { className: "sophnet-main" }, "Add");
  const cancel = button("Cancel", () => edit("", "", ""), { hidden: true });
  const writer = make("form", { className: "sophnet-writer", "aria-label": "Write an annotation" });
  writer.append(question, answer, make("div", { className: "sophnet-row" }, save, cancel));
  const switcher = replySwitch(send);
  const element = make("div", { className: "sophnet-desk" }, finder, rows, none, writer, switcher.element);

  /** @param {string} id @param {string} asks @param {string} says */
  function edit(id, asks, says) {
    editing = id;
    question.value = asks;
    answer.value = says;
    save.textContent = id ? "Save" : "Add";
    cancel.hidden = !id;
    if (id) question.focus();
  }

  /** @param {{id: string, question: string, answer: string, hits: number}} each */
  function row(each) {
    const change = button("Edit", () => edit(each.id, each.question, each.answer), {
      "aria-label": `Edit: ${each.question}`,
    });
    const away = button("Delete", (/** @type {MouseEvent} */ event) => confirm(event), { "aria-label": `Delete: ${each.question}` });
    /** @param {MouseEvent} event */
    const confirm = (event) => {
      // Clicked by a hand or a key, not by a script of the page.
      if (!event.isTrusted) return;
      // Once more, since nothing brings it back.
      if (away.textContent === "Delete") {
        away.textContent = "Really delete?";
        away.addEventListener("blur", () => (away.textContent = "Delete"), { once: true });
      } else send("delete", { id: each.id });
    };
    return make(
      "li",
      {},
      make("div", { className: "sophnet-annotation-question" }, each.question),
      make("div", { className: "sophnet-annotation-answer" }, each.answer),
      make("span", { className: "sophnet-faint" }, `answered ${each.hits} ${each.hits === 1 ? "time" : "times"}`),
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
      none.textContent = find.value ? "None has these words." : "There is none yet.";
      panel.announce(`${found.length} annotations`);
    },
    kept: () => edit("", "", ""),
    replied: switcher.show,
  };
}

/** @param {(todo: string, facts: object) => void} send */
function replySwitch(send) {
  const score = make("input", { type: "number", min: 0, max: 1, step: 0.01, value: "0.9", "aria-label": "Score, from 0 to 1" });
  const provider = make("input", { placeholder: "Provider", "aria-label": "Provider of the embedding model", size: 14 });
  const model = make("input", { placeholder: "Embedding model", "aria-label": "Embedding model", size: 18 });
  const said = make("span", { className: "sophnet-faint", role: "status" });
  /** @param {boolean} on */
  const ask = (on) => send("reply", { on, score: score.value, provider: provider.value, model: model.value });
  const buttons = [button("Switch on", () => ask(true)), button("Switch off", () => ask(false))];
  const element = make("details", { className: "sophnet-reply" });
  element.append(
    make("summary", {}, "Answer from annotations"),
    make("p", { className: "sophnet-faint" }, "A question that is like an annotated one, from this score on, gets its answer without the model."),
    make("div", { className: "sophnet-row" }, make("label", {}, "Score ", score), provider, model, ...buttons, said),
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
