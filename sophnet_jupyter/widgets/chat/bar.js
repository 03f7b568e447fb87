import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

const THINKING = { "": tr("Default"), on: tr("on"), off: tr("off") };
const NEW = "\u0000new";

/**
 * The row above the questions: which conversation, which prompt file, and the settings.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {import("../page/lab.js").Model} model
 */
export function openBar(panel, model) {
  const talks = make("select", { "aria-label": tr("Kept as"), title: tr("The conversation of -c in which this is kept") });
  const fresh = make("input", { placeholder: tr("Name"), "aria-label": tr("Name of the conversation") });
  fresh.hidden = true;
  const prompts = make("select", { "aria-label": tr("Prompt file"), title: tr("A prompt file, as a form") });
  const toggle = button(tr("Settings"), () => unfold(Boolean(settings.hidden)), { "aria-expanded": "false" });
  const models = make("datalist", { id: `sophnet-models-${panel.view}` });
  const fields = {
    model: make("input", { placeholder: tr("Default"), "aria-label": tr("Model") }),
    system: make("textarea", { rows: 2, placeholder: tr("none"), "aria-label": tr("System") }),
    temperature: make("input", { placeholder: tr("usual"), size: 5, "aria-label": tr("Temperature") }),
    thinking: make("select", { "aria-label": tr("Thinking mode") }),
    schema: make("input", { placeholder: tr("none"), size: 12, "aria-label": tr("Schema") }),
    voice: make("input", { placeholder: tr("silent"), size: 12, "aria-label": tr("Voice") }),
  };
  fields.model.setAttribute("list", models.id);
  fields.thinking.append(
    ...Object.entries(THINKING).map(([value, said]) => make("option", { value }, said)),
  );
  const settings = make("div", { className: "sophnet-settings", hidden: true }, models);
  for (const [name, field] of Object.entries(fields)) {
    const said = make("span", {}, String(field.getAttribute("aria-label")));
    settings.append(make("label", { className: `sophnet-set-${name}` }, said, field));
    field.addEventListener("change", () => panel.send("set", { name, value: field.value }));
  }
  const row = make("div", { className: "sophnet-bar" }, talks, fresh, prompts, toggle);
  const element = make("div", {}, row, settings);
  /** @type {string[]} */
  let names = [];
  let asked = false;

  /** @param {boolean} open */
  function unfold(open) {
    settings.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    if (open && !asked) panel.send("models");
    asked ||= open;
  }

  function showTalks() {
    const chosen = model.get("conversation");
    const known = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
    talks.replaceChildren(
      make("option", { value: "" }, tr("not kept")),
      ...known.map((each) => make("option", { value: each }, `-c ${each}`)),
      make("option", { value: NEW }, tr("Keep as…")),
    );
    talks.value = chosen;
    fresh.hidden = true;
    names = known;
  }

  talks.addEventListener("change", () => {
    if (talks.value !== NEW) panel.send("open", { name: talks.value });
    else {
      fresh.hidden = false;
      fresh.value = "";
      fresh.focus();
    }
  });
  fresh.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") showTalks();
    if (event.key !== "Enter" || event.isComposing || !fresh.value.trim()) return;
    event.preventDefault();
    panel.send("open", { name: fresh.value.trim() });
    showTalks();
  });
  prompts.addEventListener("change", () => panel.send("prompt", { name: prompts.value }));
  panel.follow("conversation", showTalks);
  panel.follow("model", () => (fields.model.value = model.get("model")));
  panel.hear("models", ({ names: found }) => {
    models.replaceChildren(
      ...found.map((/** @type {string} */ value) => make("option", { value })),
    );
  });
  panel.hear("settings", ({ settings: now }) => show(now));

  /** @param {any} now */
  function show(now) {
    for (const name of /** @type {const} */ (["system", "temperature", "thinking", "schema", "voice"]))
      // What somebody is typing stays as it is.
      if (document.activeElement !== fields[name]) fields[name].value = now[name];
  }

  return {
    element,
    /** @param {any} state */
    know(state) {
      names = state.conversations;
      showTalks();
      show(state.settings);
      const form = state.form?.name ?? "";
      const files = form && !state.prompts.includes(form) ? [form, ...state.prompts] : state.prompts;
      prompts.hidden = !files.length;
      prompts.replaceChildren(
        make("option", { value: "" }, tr("no prompt file")),
        ...files.map((/** @type {string} */ each) => make("option", { value: each }, each)),
      );
      prompts.value = form;
    },
  };
}
