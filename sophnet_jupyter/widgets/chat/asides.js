// What stands between the conversation and the line where one writes: questions that wait, calls of
// tools that want a yes, and the form of a prompt file.

import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * The questions that wait for their turn.
 *
 * @param {import("../panel/panel.js").Panel} panel
 */
export function openQueue(panel) {
  const element = make("ul", { className: "sophnet-queue", "aria-label": tr("Waiting"), hidden: true });
  /** @param {{exchange: string, text: string}[]} waiting */
  function show(waiting) {
    element.hidden = !waiting.length;
    element.replaceChildren(
      ...waiting.map(({ exchange, text }) =>
        make(
          "li",
          {},
          make("span", { className: "sophnet-faint" }, `${tr("waits:")} `),
          make("span", { className: "sophnet-waits" }, text || tr("an image")),
          button("✕", () => panel.send("unqueue", { exchange }), { "aria-label": tr("Do not ask: {text}", { text }) }),
        ),
      ),
    );
  }
  panel.hear("waiting", ({ waiting }) => show(waiting));
  return { element, show };
}

/**
 * Calls of tools: nothing runs before somebody has clicked.
 *
 * @param {import("../panel/panel.js").Panel} panel
 */
export function openApprovals(panel) {
  const element = make("div", { className: "sophnet-approvals" });
  /** @type {Map<string, HTMLElement>} */
  const cards = new Map();

  /** @param {any} asked */
  function add({ call, name, said }) {
    if (cards.has(call)) return;
    /** @param {string} answer */
    const decide = (answer) => (/** @type {MouseEvent} */ event) => {
      // Clicked by a hand or a key, not by a script of the page.
      if (event.isTrusted) panel.send("decide", { call, answer });
    };
    const card = make(
      "div",
      { className: "sophnet-approve", role: "group", "aria-label": tr("May {name} run?", { name }) },
      make("div", {}, tr("The model wants to run")),
      make("code", {}, said),
      make(
        "div",
        { className: "sophnet-row" },
        button(tr("Run"), decide("yes"), { className: "sophnet-main" }),
        button(tr("Always run {name}", { name }), decide("always")),
        button(tr("Do not run"), decide("no")),
      ),
    );
    cards.set(call, card);
    element.append(card);
    panel.announce(tr("May {name} run?", { name }));
  }

  /** @param {string} call */
  function drop(call) {
    cards.get(call)?.remove();
    cards.delete(call);
  }

  panel.hear("approve", add);
  panel.hear("decided", ({ call }) => drop(call));
  return {
    element,
    /** @param {any[]} waiting */
    show(waiting) {
      for (const call of [...cards.keys()]) drop(call);
      waiting.forEach(add);
    },
  };
}

/**
 * A prompt file as a form.
 *
 * @param {import("../panel/panel.js").Panel} panel
 */
export function openForm(panel) {
  const element = make("form", { className: "sophnet-form", hidden: true });
  /** @type {Map<string, HTMLTextAreaElement>} */
  const fields = new Map();
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = [...fields].map(([name, field]) => [name, field.value]);
    panel.fail("");
    panel.send("fill", { values: Object.fromEntries(values) });
  });

  /** @param {any} form */
  function show(form) {
    element.hidden = !form;
    fields.clear();
    element.replaceChildren();
    if (!form) return;
    const facts = [form.description, form.model].filter(Boolean).join(" · ");
    element.append(
      make("div", {}, make("b", {}, form.name), facts && make("span", { className: "sophnet-faint" }, ` ${facts}`)),
    );
    for (const { name, value, needed } of form.fields) {
      const field = make("textarea", {
        rows: Math.min(8, value.split("\n").length),
        value,
        placeholder: needed ? tr("text, or {variable} of the notebook") : "",
        "aria-label": name,
      });
      field.addEventListener("input", () => {
        field.style.height = "auto";
        field.style.height = `${field.scrollHeight + 2}px`;
      });
      field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) element.requestSubmit();
      });
      fields.set(name, field);
      element.append(make("label", {}, make("span", {}, name), field));
    }
    const ask = make("button", { type: "submit", className: "sophnet-main" }, tr("Ask {name}", { name: form.name }));
    ask.title = tr("Ctrl+Enter in a field does the same");
    element.append(make("div", { className: "sophnet-row" }, ask));
  }

  panel.hear("form", ({ form }) => show(form));
  return { element, show };
}
