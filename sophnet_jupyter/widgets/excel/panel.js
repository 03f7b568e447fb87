import { button, download, make } from "../page/dom.js";
import { openDropZone } from "../uploads/drop_zone.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openPieces } from "../exchange/pieces.js";

const PHASES = {
  ready: "Ready",
  uploading: "Uploading",
  waiting: "Waiting",
  analysing: "Analysing",
  reporting: "Writing the report",
  stopped: "Stopped",
  failed: "Failed",
};
const BUSY = ["uploading", "waiting", "analysing", "reporting"];
const KINDS = { md: "text/markdown", html: "text/html" };

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: "Excel analysis", kind: "excel", on: events() });
  const copy = button("Copy", () => copyReport(), { title: "Copy the report as Markdown" });
  const saveMarkdown = button("Save .md", () => panel.send("export", { form: "md" }));
  const saveHtml = button("Save .html", () => panel.send("export", { form: "html" }), {
    title: "A page that Word opens with its tables",
  });
  const files = make("div", { className: "sophnet-files", role: "group", "aria-label": "Workbooks" });
  const name = make("input", { placeholder: "Name", "aria-label": "Name of a workbook", size: 10 });
  const uuid = make("input", { placeholder: "uuid that TeleAI gave it", "aria-label": "uuid" });
  const adder = make("form", { className: "sophnet-adder" }, name, uuid, make("button", {}, "Add"));
  const workbooks = openDropZone(panel, {
    label: "Add a workbook…",
    title: "Into the sandbox: TeleAI's document names no upload",
  });
  const box = make("textarea", {
    rows: 2,
    placeholder: "What do you want to know about them?",
    "aria-label": "Your question",
  });
  const send = make("button", { className: "sophnet-main" }, "Analyse");
  const stop = button("Stop", () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const asker = make("form", { className: "sophnet-asker" }, box, send, stop);
  const question = make("div", { className: "sophnet-asked", hidden: true });
  const body = make("div", { className: "jp-RenderedHTMLCommon sophnet-body" });
  const error = make("div", { className: "sophnet-error", role: "alert", hidden: true });
  const report = make("article", { "aria-label": "Report" }, question, body, error);
  const frame = openFrame(panel, model, {
    title: "Excel analysis",
    phases: PHASES,
    busy: BUSY,
    acts: [copy, saveMarkdown, saveHtml],
    body: [make("div", { className: "sophnet-choice" }, files, adder, workbooks.element), asker, report],
  });

  const pieces = openPieces(model, body);
  /** @type {Map<string, HTMLInputElement>} */
  const boxes = new Map();
  let shown = "";
  let text = "";

  function events() {
    return {
      /** @param {any} event */
      state({ files: known, uploads, exchange }) {
        takeFiles(Boolean(uploads));
        showFiles(known);
        if (exchange) begin(exchange);
      },
      /** @param {any} event */
      files: ({ files: known, chosen }) => showFiles(known, chosen),
      /** @param {any} event */
      asked({ exchange }) {
        panel.fail("");
        begin(exchange);
      },
      /** @param {any} event */
      piece({ exchange, piece, html }) {
        if (exchange === shown) pieces.draw(piece, html);
      },
      /** @param {any} event */
      settled({ exchange, outcome }) {
        if (exchange === shown) settle(outcome);
      },
      /** @param {any} event */
      document: ({ text: whole, form }) =>
        download(`report.${form}`, whole, KINDS[/** @type {keyof typeof KINDS} */ (form)]),
    };
  }

  /** @param {boolean} takes */
  function takeFiles(takes) {
    workbooks.element.hidden = workbooks.disabled = !takes;
  }

  /** @param {Record<string, string>} known @param {string} [chosen] */
  function showFiles(known, chosen) {
    for (const [label, id] of Object.entries(known)) {
      const old = boxes.get(label);
      if (old) {
        old.title = id;
        old.checked ||= label === chosen;
        continue;
      }
      const check = make("input", { type: "checkbox", checked: true });
      boxes.set(label, check);
      files.append(make("label", { title: id }, check, label));
    }
    files.dataset.empty = String(boxes.size === 0);
  }

  /** @param {any} exchange */
  function begin(exchange) {
    pieces.clear();
    shown = exchange.id;
    question.textContent = exchange.text;
    question.hidden = false;
    error.hidden = true;
    text = "";
    showActions();
    for (const [piece, html] of exchange.pieces) pieces.draw(piece, html);
    if (exchange.settled) settle(exchange);
  }

  /** @param {{answer: string, error: string}} outcome */
  function settle(outcome) {
    text = outcome.answer;
    error.textContent = outcome.error;
    error.hidden = !outcome.error;
    showActions();
  }

  function showActions() {
    copy.disabled = saveMarkdown.disabled = saveHtml.disabled = !text;
  }

  async function copyReport() {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      // Not on https, or not allowed.
      copy.textContent = "Cannot copy here";
    }
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }

  function ask() {
    const chosen = [...boxes].filter(([, check]) => check.checked).map(([label]) => label);
    panel.fail("");
    panel.send("ask", { text: box.value, files: chosen });
  }

  asker.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    ask();
  });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    // While an input method suggests, Enter takes what it suggests.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!send.disabled) ask();
  });
  adder.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    panel.fail("");
    panel.send("add", { name: name.value, uuid: uuid.value });
    name.value = uuid.value = "";
  });
  panel.follow("phase", () => {
    const now = model.get("phase");
    const busy = frame.show(now);
    body.setAttribute("aria-busy", String(busy));
    send.disabled = busy;
    send.hidden = busy && now !== "uploading";
    stop.hidden = !send.hidden;
  });
  showActions();
  showFiles({});
  takeFiles(false);
  return () => {
    workbooks.close();
    panel.close();
  };
}

export default { render };
