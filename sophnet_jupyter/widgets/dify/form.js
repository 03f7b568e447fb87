import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openDropZone } from "../uploads/drop_zone.js";

/**
 * @typedef {object} Field  One of the app's, as the kernel describes it.
 * @property {string} name @property {string} label @property {string} kind
 * @property {boolean} [required] @property {string} [value] @property {string[]} [options]
 * @property {number} [longest]
 * @property {boolean} [sends] @property {boolean} [links] @property {string[]} [accept]
 * @property {string} [hint]
 *
 * @typedef {object} Form
 * @property {HTMLElement} element
 * @property {() => Record<string, string>} values
 * @property {(text: string) => void} fill  Put a text into the first field that takes one.
 * @property {(files: {id: string, purpose: string, name: string, sent: boolean}[]) => void} showFiles
 * @property {() => void} close
 */

let count = 0;

/**
 * Draw the fields of an app.
 *
 * @param {import("../panel/panel.js").Panel} panel @param {Field[]} fields
 * @returns {Form}
 */
export function drawForm(panel, fields) {
  const texts = make("div", { className: "sophnet-fields" });
  const files = make("div", { className: "sophnet-fields sophnet-wide" });
  const element = make("div", {}, texts, files);
  /** @type {Map<string, any>} */
  const boxes = new Map();
  /** @type {Map<string, HTMLElement>} */
  const chips = new Map();
  /** @type {Array<() => void>} */
  const endings = [];
  for (const field of fields) {
    if (field.kind === "file" || field.kind === "file-list") addFiles(field);
    else addBox(field);
  }

  /** @param {Field} field */
  function addBox(field) {
    const id = `sophnet-field-${++count}`;
    const box = control(field);
    box.id = id;
    box.required = Boolean(field.required);
    boxes.set(field.name, box);
    const label = make("label", { htmlFor: id }, field.label);
    if (field.required) label.append(make("span", { className: "sophnet-needed" }, ` ${tr("required")}`));
    const row = make("div", { className: `sophnet-field sophnet-${field.kind}` }, label, box);
    if (field.longest && field.kind !== "number") {
      const left = make("span", { className: "sophnet-faint" });
      const tell = () => {
        const over = [...box.value].length;
        // Only where the end is near: a number that never matters is noise.
        const near = over > /** @type {number} */ (field.longest) * 0.8;
        left.textContent = near ? tr("{over} of {longest} characters", { over, longest: field.longest }) : "";
      };
      box.addEventListener("input", tell);
      row.append(left);
      tell();
    }
    texts.append(row);
  }

  /** @param {Field} field */
  function addFiles(field) {
    const title = make("span", { className: "sophnet-label" }, field.label);
    if (field.required) title.append(make("span", { className: "sophnet-needed" }, ` ${tr("required")}`));
    const held = make("ul", { className: "sophnet-held", "aria-label": tr("{label}, chosen", { label: field.label }) });
    const group = make("div", { className: "sophnet-field sophnet-file", role: "group", "aria-label": field.label });
    group.append(title, held);
    chips.set(field.name, held);
    if (field.sends) {
      const zone = openDropZone(panel, {
        label: field.kind === "file" ? tr("Add a file…") : tr("Add files…"),
        title: tr("{label}: choose from this machine", { label: field.label }),
        hint: tr("or drop here: {hint}", { hint: field.hint }),
        multiple: field.kind !== "file",
        purpose: field.name,
        accept: field.accept,
        target: group,
      });
      endings.push(() => zone.close());
      group.append(zone.element);
    }
    if (field.links) group.append(linker(field));
    files.append(group);
  }

  /** @param {Field} field */
  function linker(field) {
    const url = make("input", { type: "url", placeholder: tr("or the address of a file"), "aria-label": tr("{label}, by address", { label: field.label }) });
    const add = () => {
      panel.fail("");
      panel.send("link", { purpose: field.name, url: url.value });
      url.value = "";
    };
    url.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      add();
    });
    return make("div", { className: "sophnet-linker" }, url, button(tr("Add address"), add));
  }

  return {
    element,
    values: () => Object.fromEntries([...boxes].map(([name, box]) => [name, box.value])),
    fill(text) {
      const box = [...boxes.values()].find((each) => each.localName === "textarea") ?? [...boxes.values()][0];
      if (!box) return;
      box.value = text;
      box.dispatchEvent(new Event("input"));
      box.focus();
    },
    showFiles(files) {
      for (const [purpose, held] of chips) {
        const rows = files.filter((file) => file.purpose === purpose).map((file) => chip(file));
        held.replaceChildren(...rows);
      }
    },
    close() {
      for (const end of endings.splice(0)) end();
      element.remove();
    },
  };

  /** @param {{id: string, name: string, sent: boolean}} file */
  function chip({ id, name, sent }) {
    const look = button(tr("Show"), () => panel.send("preview", { file: id }), {
      "aria-label": tr("Show {name}", { name }),
      title: tr("As the service has it"),
      hidden: !sent,
    });
    const away = button("✕", () => panel.send("drop", { file: id }), { "aria-label": tr("Take away {name}", { name }) });
    return make("li", { title: name }, make("span", {}, name), look, away);
  }
}

/** @param {Field} field */
function control(field) {
  const value = field.value ?? "";
  if (field.kind === "select") {
    const empty = field.required && value ? [] : [make("option", { value: "" }, "—")];
    const options = (field.options ?? []).map((each) => make("option", { value: each }, each));
    const select = make("select", {}, ...empty, ...options);
    select.value = value;
    return select;
  }
  const most = field.longest ? { maxLength: field.longest } : {};
  if (field.kind === "paragraph") return make("textarea", { rows: 3, value, ...most });
  if (field.kind === "number") return make("input", { type: "number", step: "any", value });
  return make("input", { type: "text", value, ...most });
}
