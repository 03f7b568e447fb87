import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { megabytes, openSender } from "./upload.js";

/**
 * @typedef {object} DropZone
 * @property {HTMLElement} element  The button, and a row for each file on its way.
 * @property {() => void} choose  Open the browser's dialog.
 * @property {(files: Iterable<File>) => void} add
 * @property {boolean} disabled
 * @property {() => void} close
 */

/**
 * A button by which files are chosen, and an area on which they can be dropped.
 *
 * Each file has a row while it is sent: how far it is, and how to take it back. A refused one
 * stays until it is dismissed.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {{label?: string, title?: string, hint?: string, multiple?: boolean, purpose?: string,
 *   accept?: string[], target?: HTMLElement, onDone?: (file: File, id: string) => void}} [about]
 * @returns {DropZone}
 */
export function openDropZone(
  panel,
  {
    label = tr("Add a file…"),
    title = "",
    hint = tr("or drop it here"),
    multiple = false,
    purpose = "",
    accept,
    target = panel.root,
    onDone = () => {},
  } = {},
) {
  const sender = openSender(panel);
  const picker = make("input", { type: "file", multiple, hidden: true, tabIndex: -1 });
  const choose = () => {
    picker.accept = (accept ?? sender.accept()).join();
    picker.click();
  };
  const chooser = button(label, choose, { title });
  const said = make("span", { className: "sophnet-faint" }, hint);
  const rows = make("ul", { className: "sophnet-sending", "aria-label": tr("Files on their way") });
  const element = make("div", { className: "sophnet-uploads" });
  element.append(make("div", { className: "sophnet-chooser" }, chooser, said, picker), rows);
  let disabled = false;

  /** @param {Iterable<File>} given */
  function add(given) {
    if (disabled) return;
    const files = [...given];
    for (const file of multiple ? files : files.slice(0, 1)) begin(file);
  }

  /** @param {File} file */
  async function begin(file) {
    const bar = make("progress", { max: 1, value: 0, "aria-label": tr("{name} is sent", { name: file.name }) });
    const state = make("span", { className: "sophnet-faint" });
    const cancel = button(tr("Cancel"), () => sending?.cancel(), { "aria-label": tr("Cancel {name}", { name: file.name }) });
    const name = make("span", { className: "sophnet-file-name", title: file.name }, file.name);
    const row = make("li", {}, name, bar, state, cancel);
    /** @param {number} fraction */
    const onProgress = (fraction) => {
      bar.value = fraction;
      const sent = (fraction * file.size) / 1e6;
      state.textContent = tr("{sent} of {whole}", { sent: sent.toFixed(1), whole: megabytes(file.size) });
    };
    /** @type {import("./upload.js").Sending | undefined} */
    let sending;
    rows.append(row);
    onProgress(0);
    try {
      const why = sender.refusal(file, accept);
      if (why) throw new Error(why);
      sending = sender.send(file, { purpose, onProgress });
      await sending.done;
      leave(row);
      panel.announce(tr("{name} has arrived.", { name: file.name }));
      onDone(file, sending.id);
    } catch (error) {
      const { name: kind, message } = /** @type {Error} */ (error);
      if (kind === "AbortError") {
        leave(row);
        panel.announce(message);
      } else {
        const dismiss = button("✕", () => leave(row), { "aria-label": tr("Dismiss {name}", { name: file.name }) });
        row.replaceChildren(make("span", { role: "alert", className: "sophnet-refused" }, message), dismiss);
      }
    }
  }

  /** @param {HTMLElement} row */
  function leave(row) {
    const hadFocus = row.contains(document.activeElement);
    row.remove();
    if (hadFocus) chooser.focus();
  }

  /** @param {DragEvent} event */
  const drag = (event) => {
    if (disabled || !event.dataTransfer?.types.includes("Files")) return;
    const hovers = event.type === "dragenter" || event.type === "dragover";
    target.classList.toggle("sophnet-dropping", hovers);
    if (event.type === "dragleave") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === "drop") add(event.dataTransfer.files);
  };
  const kinds = /** @type {const} */ (["dragenter", "dragover", "dragleave", "drop"]);
  for (const kind of kinds) target.addEventListener(kind, drag);
  picker.addEventListener("change", () => {
    add([...(picker.files ?? [])]);
    picker.value = "";
  });
  return {
    element,
    choose,
    add,
    get disabled() {
      return disabled;
    },
    set disabled(now) {
      disabled = chooser.disabled = now;
    },
    close() {
      sender.close();
      for (const kind of kinds) target.removeEventListener(kind, drag);
    },
  };
}
