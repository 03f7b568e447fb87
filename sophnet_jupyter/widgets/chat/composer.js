import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openSender } from "../uploads/upload.js";

const IMAGES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/**
 * @typedef {object} Composer
 * @property {HTMLElement} form
 * @property {(busy: boolean) => void} setBusy
 * @property {(text: string) => void} recall  Write a question again, where none is begun.
 * @property {() => void} close
 */

/**
 * Where a question is written, with its images and files.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {() => string[]} asked  The questions before, for the arrow keys.
 * @returns {Composer}
 */
export function openComposer(panel, asked) {
  const text = make("textarea", {
    rows: 1,
    placeholder: tr("Ask something"),
    title: tr("Enter sends, Shift+Enter begins a new line"),
    "aria-label": tr("Your question"),
  });
  const files = make("input", { type: "file", multiple: true, hidden: true });
  const attach = button(tr("＋ File"), choose, {
    title: tr("Add images, documents, recordings or texts; what is in them is sent with the question"),
  });
  const send = button(tr("Send"), submit, { className: "sophnet-main sophnet-send" });
  const stop = button(tr("■ Stop"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const strip = make("div", { className: "sophnet-strip", hidden: true });
  const row = make("div", { className: "sophnet-row" }, attach, text, send, stop);
  const form = make("form", { className: "sophnet-composer", onsubmit: () => false }, strip, row);
  form.append(files);

  const sender = openSender(panel);

  /** @type {Map<string, {chip: HTMLElement, url: string, taken: boolean}>} */
  const images = new Map();
  let busy = false;
  // How far back the arrow keys have gone, -1 for what is typed.
  let recalled = -1;

  function refresh() {
    strip.hidden = images.size === 0;
    const uploading = [...images.values()].some((image) => !image.taken);
    send.disabled = uploading || !(text.value.trim() || images.size);
    // As high as its text, up to a limit that the style sets.
    text.style.height = "auto";
    if (text.scrollHeight) text.style.height = `${text.scrollHeight + 2}px`;
  }

  function submit() {
    if (send.disabled) return;
    // While an answer comes it waits for its turn, as the kernel says.
    recalled = -1;
    if (!panel.send("ask", { text: text.value, images: [...images.keys()] })) return;
    text.value = "";
    close();
    refresh();
    text.focus();
  }

  function choose() {
    files.accept = sender.accept().join();
    files.click();
  }

  /** @param {Iterable<File>} given */
  async function add(given) {
    for (const file of given) {
      const why = sender.refusal(file);
      if (why) panel.fail(why);
      else upload(file);
    }
  }

  /** @param {File} file */
  async function upload(file) {
    const url = URL.createObjectURL(file);
    const bar = make("progress", { max: 1, value: 0, "aria-label": tr("{name} is sent", { name: file.name }) });
    const { id, done, cancel } = sender.send(file, { onProgress: (share) => (bar.value = share) });
    const forget = () => {
      cancel();
      if (images.get(id)?.taken) panel.send("detach", { image: id });
      remove(id);
      text.focus();
    };
    const drop = button("✕", forget, { "aria-label": tr("Remove {name}", { name: file.name }) });
    const seen = IMAGES.includes(file.type)
      ? make("img", { src: url, alt: file.name })
      : make("span", { className: "sophnet-file", title: file.name }, `📎 ${file.name}`);
    const chip = make("span", { className: "sophnet-chip" }, seen, bar, drop);
    images.set(id, { chip, url, taken: false });
    strip.append(chip);
    refresh();
    try {
      await done;
      bar.remove();
      const found = images.get(id);
      if (found) found.taken = true;
      refresh();
    } catch (error) {
      remove(id);
      const { name, message } = /** @type {Error} */ (error);
      if (name !== "AbortError") panel.fail(message);
    }
  }

  /** @param {string} image */
  function remove(image) {
    const gone = images.get(image);
    images.delete(image);
    gone?.chip.remove();
    if (gone) URL.revokeObjectURL(gone.url);
    refresh();
  }

  function close() {
    for (const image of [...images.keys()]) remove(image);
  }

  /** @param {number} step */
  function goBack(step) {
    const before = asked();
    const next = Math.min(before.length - 1, recalled + step);
    if (next < -1 || !before.length) return;
    recalled = next;
    text.value = next < 0 ? "" : before[before.length - 1 - next];
    text.setSelectionRange(text.value.length, text.value.length);
    refresh();
  }

  text.addEventListener("input", refresh);
  text.addEventListener("input", () => (recalled = -1));
  text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const back = event.key === "ArrowUp" && (text.value === "" || recalled >= 0);
    const on = event.key === "ArrowDown" && recalled >= 0;
    if (!back && !on) return;
    event.preventDefault();
    goBack(back ? 1 : -1);
  });
  text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    // Enter also ends the composition of a Chinese word; 229 is what Safari says then.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  files.addEventListener("change", () => {
    add([...(files.files ?? [])]);
    files.value = "";
  });
  panel.root.addEventListener("paste", (event) => takeFiles(event, event.clipboardData, add));
  panel.root.addEventListener("drop", (event) => takeFiles(event, event.dataTransfer, add));
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    panel.root.addEventListener(kind, (event) => {
      const hovers = kind === "dragenter" || kind === "dragover";
      panel.root.classList.toggle("sophnet-dropping", hovers);
      if (hovers) event.preventDefault();
    });
  }
  refresh();
  return {
    form,
    setBusy(now) {
      const hadFocus = document.activeElement === (busy ? stop : send);
      busy = now;
      send.hidden = busy;
      stop.hidden = !busy;
      text.placeholder = busy ? tr("Ask the next one: it waits for its turn") : tr("Ask something");
      if (hadFocus) (busy ? stop : text).focus();
    },
    recall(words) {
      if (text.value.trim()) return;
      text.value = words;
      refresh();
      text.focus();
    },
    close() {
      sender.close();
      close();
    },
  };
}

/**
 * @param {Event} event @param {DataTransfer | null} transfer
 * @param {(files: Iterable<File>) => void} add
 */
function takeFiles(event, transfer, add) {
  if (!transfer?.files.length) return;
  event.preventDefault();
  event.stopPropagation();
  add([...transfer.files]);
}
