import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * The setup of a voice chat, folded: what can change at any time does at once, what the service
 * freezes waits for Apply.
 *
 * @param {import("../page/lab.js").Model} model
 * @param {import("../panel/panel.js").Panel} panel
 * @param {(setup: object) => void} tell
 * @returns {HTMLElement}
 */
export function voiceSetup(model, panel, tell) {
  const mode = make(
    "select",
    {},
    make("option", { value: "hands-free" }, tr("Hands-free: a silence ends my turn")),
    make("option", { value: "push-to-talk" }, tr("Push-to-talk: I hold a button")),
  );
  const silence = make("input", { type: "range", min: "0.3", max: "2.5", step: "0.1" });
  const seconds = make("output", {});
  const deaf = make("input", { type: "checkbox" });
  const chatModel = make("input", { type: "text", placeholder: tr("Default") });
  const voice = make("input", { type: "text", placeholder: tr("Default") });
  const models = choices(chatModel);
  const voices = choices(voice);
  const system = make("textarea", { rows: 2, placeholder: tr("What the model should know, and how it should speak") });
  const apply = button(tr("Apply"), () =>
    tell({ mode: mode.value, chat_model: chatModel.value, voice: voice.value, system: system.value }),
  );
  const frozen = make("span", { className: "sophnet-faint" }, tr("A change of these connects anew; the conversation goes on."));
  const silenceRow = field(tr("Silence"), make("span", {}, silence, " ", seconds));
  const form = make(
    "div",
    { className: "sophnet-form" },
    silenceRow,
    field(tr("Half-duplex"), deaf, tr("do not listen while the answer is heard: for loudspeakers. With headphones leave it off.")),
    field(tr("Mode"), mode),
    field(tr("Model"), chatModel),
    field(tr("Voice"), voice),
    field(tr("System"), system),
    make("div", { className: "sophnet-apply" }, apply, frozen),
  );
  silence.addEventListener("input", () => (seconds.textContent = tr("{seconds} s", { seconds: Number(silence.value).toFixed(1) })));
  silence.addEventListener("change", () => tell({ silence: Number(silence.value) }));
  deaf.addEventListener("change", () => tell({ half_duplex: deaf.checked }));
  panel.follow("silence", () => {
    silence.value = model.get("silence");
    seconds.textContent = tr("{seconds} s", { seconds: model.get("silence").toFixed(1) });
  });
  panel.follow("half_duplex", () => (deaf.checked = model.get("half_duplex")));
  panel.follow("mode", () => {
    mode.value = model.get("mode");
    silenceRow.hidden = model.get("mode") !== "hands-free";
  });
  panel.follow("chat_model", () => (chatModel.value = model.get("chat_model")));
  panel.follow("voice", () => (voice.value = model.get("voice")));
  panel.follow("system", () => (system.value = model.get("system")));
  const setup = make("details", { className: "sophnet-setup" }, make("summary", {}, tr("Setup")), form, models, voices);
  // Asked for once they are wanted: the list of models is a request.
  setup.addEventListener("toggle", () => panel.send("lists"), { once: true });
  panel.hear("lists", (lists) => {
    models.replaceChildren(...lists.models.map((/** @type {string} */ value) => make("option", { value })));
    voices.replaceChildren(
      ...lists.voices.map((/** @type {[string, string]} */ [value, label]) => make("option", { value, label: `${value} · ${label}` })),
    );
  });
  return setup;
}

let lists = 0;

/**
 * What can be chosen for a field; another name can be written all the same.
 *
 * @param {HTMLInputElement} input
 */
function choices(input) {
  const list = make("datalist", { id: `sophnet-choices-${++lists}` });
  input.setAttribute("list", list.id);
  return list;
}

/** @param {string} name @param {HTMLElement} control @param {string} [hint] */
function field(name, control, hint = "") {
  const words = hint ? [make("span", { className: "sophnet-faint" }, hint)] : [];
  return make("label", {}, make("span", { className: "sophnet-field" }, name), make("span", {}, control, " ", ...words));
}
