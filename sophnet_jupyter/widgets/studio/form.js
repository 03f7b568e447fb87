import { arrived } from "../uploads/upload.js";
import { make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";

/**
 * @typedef {object} Form
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
 * The frame of a studio with its form, which sends what its fields say as `make`; `below` follows it.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {{title: string, main: string, model: any, fields: any[], rows: HTMLElement[], below: HTMLElement[], onFilled?: () => void}} about
 * @returns {Form}
 */
export function openForm(panel, { title, main, model, fields, rows, below, onFilled = () => {} }) {
  const send = make("button", { className: "sophnet-main" }, main);
  const element = make("form", { className: "sophnet-form" }, ...rows, make("div", { className: "sophnet-row sophnet-go" }, send));
  const frame = openFrame(panel, model, {
    title,
    phases: { ready: tr("Ready"), working: tr("Working") },
    busy: ["working"],
    body: [element, ...below],
  });

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

  const make_ = async () => {
    panel.fail("");
    if (await arrived(panel)) panel.send("make", { form: values() });
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
    frame.show(model.get("phase") === "working" ? "working" : "ready");
  });
  return { fill };
}
