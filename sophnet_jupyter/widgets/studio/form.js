import { make } from "../page/dom.js";

/**
 * @typedef {object} Form
 * @property {HTMLElement} element
 * @property {(settings: Record<string, any>, seen?: boolean) => void} fill
 *   `seen` is for a reader who asked for it: locks the seed, and goes to the prompt.
 */

/**
 * A label and its control.
 *
 * @param {string} label @param {HTMLElement} control @param {string} [kind]
 */
export function field(label, control, kind = "") {
  // A label's own text would name a choice by all that can be chosen.
  control.setAttribute("aria-label", label);
  const said = make("span", {}, label);
  const parts = kind === "check" ? [control, said] : [said, control];
  return make("label", { className: `sophnet-field ${kind && `sophnet-${kind}`}` }, ...parts);
}

/**
 * The form of a studio: sends what its fields say as `make`.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {{title: string, main: string, model: any, fields: any[], rows: HTMLElement[], onFilled?: () => void}} about
 * @returns {Form}
 */
export function openForm(panel, { title, main, model, fields, rows, onFilled = () => {} }) {
  const phase = make("span", { className: "sophnet-phase" });
  const head = make("header", {}, make("span", { className: "sophnet-name" }, title), phase);
  const send = make("button", { className: "sophnet-main" }, main);
  const element = make("form", { className: "sophnet-form" }, ...rows, send);
  panel.root.prepend(head);

  function values() {
    /** @type {Record<string, any>} */
    const said = {};
    for (const control of fields) {
      const hidden = control.closest("[hidden]");
      if (!hidden) said[control.name] = control.type === "checkbox" ? control.checked : control.value;
    }
    return said;
  }

  /** @type {Form["fill"]} */
  function fill(settings, seen = false) {
    // Twice: what the first choices offer decides what the others can be.
    for (let round = 0; round < 2; round++) {
      for (const control of fields) {
        const value = settings[control.name];
        if (value === undefined) continue;
        // A choice that is not offered would leave the list without any.
        if (control.options && ![...control.options].some((one) => one.value === String(value))) continue;
        if (control.type === "checkbox") control.checked = Boolean(value);
        else control.value = String(value);
      }
      onFilled();
    }
    const lock = fields.find((control) => control.name === "locked");
    if (seen && lock) lock.checked = true;
    if (seen) fields[0].focus();
  }

  const make_ = () => {
    panel.fail("");
    panel.send("make", { form: values() });
  };
  element.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    make_();
  });
  fields[0].addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    // While an input method suggests, Enter takes what it suggests.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    make_();
  });
  panel.follow("phase", () => {
    const working = model.get("phase") === "working";
    phase.textContent = working ? "Working" : "Ready";
    panel.root.dataset.phase = working ? "working" : "ready";
  });
  return { element, fill };
}
