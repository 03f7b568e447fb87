import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * @typedef {object} Prompts  The form of a comparison: prompts, and the models to ask.
 * @property {HTMLFormElement} form
 * @property {(prompts: [string, string][], models: string[]) => void} show
 * @property {(busy: boolean) => void} setBusy
 */

/**
 * @param {(asked: {prompts: Record<string, string>, models: string[], changed: boolean}) => void} run
 * @returns {Prompts}
 */
export function openPrompts(run) {
  const list = make("div", { className: "sophnet-prompts" });
  const models = make("input", {
    className: "sophnet-models",
    placeholder: tr("Default"),
    "aria-label": tr("Models, with commas between them"),
  });
  const add = button(tr("Add a prompt"), () => addPrompt("", true));
  const all = make("button", { className: "sophnet-main", type: "submit", title: "Ctrl+Enter" }, tr("Run"));
  const changed = button(tr("Run changed"), () => ask(true), {
    title: tr("Ask only the columns whose prompt or model is another than before (Shift+Ctrl+Enter)"),
  });
  const named = make("label", { className: "sophnet-label" }, `${tr("Models")} `, models);
  const form = make("form", { className: "sophnet-asking" }, list, make("div", { className: "sophnet-bar" }, named, add, changed, all));

  /** @param {string} text @param {boolean} [focus] @param {string} [name] */
  function addPrompt(text, focus, name = "") {
    const box = make("textarea", { rows: 3, value: text, placeholder: tr("What is to be asked of all") });
    const label = make("span", { className: "sophnet-which" });
    const remove = button(tr("Remove"), () => {
      row.remove();
      number();
    });
    const row = make("div", { className: "sophnet-prompt" }, label, box, remove);
    row.dataset.name = name;
    list.append(row);
    number();
    if (focus) box.focus();
  }

  function number() {
    const rows = [...list.children];
    rows.forEach((row, index) => {
      const [label, box, remove] = row.children;
      const element = /** @type {HTMLElement} */ (row);
      if (rows.length > 1) element.dataset.name ||= free(rows, index);
      const name = rows.length > 1 ? element.dataset.name ?? "" : "";
      label.textContent = name;
      box.setAttribute("aria-label", name ? tr("Prompt {name}", { name }) : tr("Prompt"));
      /** @type {HTMLElement} */ (remove).hidden = rows.length < 2;
    });
  }

  /** @param {Element[]} rows @param {number} index */
  function free(rows, index) {
    const taken = new Set(rows.map((row) => /** @type {HTMLElement} */ (row).dataset.name));
    let count = index + 1;
    while (taken.has(`v${count}`)) count++;
    return `v${count}`;
  }

  /** @param {boolean} only */
  function ask(only) {
    const rows = [...list.children].map((row) => /** @type {HTMLElement} */ (row));
    const texts = rows.map((row) => /** @type {HTMLTextAreaElement} */ (row.children[1]).value);
    const names = rows.map((row) => (rows.length > 1 ? row.dataset.name ?? "" : ""));
    const prompts = Object.fromEntries(names.map((name, index) => [name, texts[index]]));
    const chosen = models.value.split(/[,，]/).map((name) => name.trim()).filter(Boolean);
    run({ prompts, models: chosen, changed: only });
  }

  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    ask(false);
  });
  form.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!all.disabled) ask(event.shiftKey);
  });
  return {
    form,
    show(prompts, names) {
      list.replaceChildren();
      for (const [name, text] of prompts) addPrompt(text, false, name);
      models.value = names.join(", ");
    },
    setBusy(busy) {
      all.disabled = changed.disabled = busy;
    },
  };
}
