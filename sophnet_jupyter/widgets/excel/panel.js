import { button, download, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openDropZone } from "../uploads/drop_zone.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openPieces } from "../exchange/pieces.js";

const PHASES = {
  ready: tr("Ready"),
  uploading: tr("Uploading"),
  waiting: tr("Waiting"),
  analysing: tr("Analysing"),
  reporting: tr("Writing the report"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};
const BUSY = ["uploading", "waiting", "analysing", "reporting"];
// What somebody asks who sees a table for the first time.
const SUGGESTED = [tr("What is in these sheets?"), tr("Which groups stand out, and why?"), tr("Are there odd or missing values?")];
const KINDS = { md: "text/markdown", html: "text/html" };

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Excel analysis"), kind: "excel", on: events() });
  const files = make("div", { className: "sophnet-files", role: "group", "aria-label": tr("Workbooks") });
  const name = make("input", { placeholder: tr("Name"), "aria-label": tr("Name of a workbook"), size: 10 });
  const uuid = make("input", { placeholder: tr("uuid that TeleAI gave it"), "aria-label": "uuid" });
  const adder = make("form", { className: "sophnet-adder" }, name, uuid, make("button", {}, tr("Add")));
  const there = make("details", { className: "sophnet-there" }, make("summary", {}, tr("Already at TeleAI")), adder);
  const workbooks = openDropZone(panel, {
    label: tr("Add a workbook…"),
    title: tr("Into the sandbox: TeleAI's document names no upload"),
  });
  const box = make("textarea", {
    rows: 2,
    placeholder: tr("What do you want to know about them?"),
    "aria-label": tr("Your question"),
  });
  const send = make("button", { className: "sophnet-main" }, tr("Analyse"));
  const stop = button(tr("Stop"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const asker = make("form", { className: "sophnet-asker" }, box, send, stop);
  const suggested = make("div", { className: "sophnet-suggested", role: "group", "aria-label": tr("Suggestions") });
  suggested.append(...SUGGESTED.map((text) => button(text, () => suggest(text))));
  const reports = make("div", { className: "sophnet-reports" });
  const frame = openFrame(panel, model, {
    title: tr("Excel analysis"),
    phases: PHASES,
    busy: BUSY,
    body: [make("div", { className: "sophnet-choice" }, workbooks.element, there), files, asker, suggested, reports],
    room: reports,
  });

  /** @type {Map<string, HTMLInputElement>} */
  const boxes = new Map();
  /** @type {Map<string, ReturnType<typeof drawReport>>} */
  const drawn = new Map();

  function events() {
    return {
      /** @param {any} event */
      state({ files: known, uploads, exchanges }) {
        takeFiles(Boolean(uploads));
        showFiles(known);
        drawn.clear();
        reports.replaceChildren();
        exchanges.forEach(begin);
      },
      /** @param {any} event */
      files: ({ files: known, chosen }) => showFiles(known, chosen),
      /** @param {any} event */
      asked({ exchange }) {
        panel.fail("");
        begin(exchange);
      },
      /** @param {any} event */
      piece: ({ exchange, piece, html }) => drawn.get(exchange)?.draw(piece, html),
      /** @param {any} event */
      settled: ({ exchange, outcome }) => drawn.get(exchange)?.settle(outcome),
      /** @param {any} event */
      document: ({ text: whole, form }) =>
        download(`report.${form}`, whole, KINDS[/** @type {keyof typeof KINDS} */ (form)]),
    };
  }

  /** @param {boolean} takes */
  function takeFiles(takes) {
    workbooks.element.hidden = workbooks.disabled = !takes;
    // Where nothing can be sent, a name that TeleAI knows is the only way.
    there.open = !takes;
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
    files.dataset.none = tr("No workbook yet: add one above.");
  }

  /** @param {any} exchange  Those before it stay, folded. */
  function begin(exchange) {
    for (const before of drawn.values()) before.element.open = false;
    const report = drawReport(model, exchange, (form) => panel.send("export", { form, exchange: exchange.id }));
    drawn.set(exchange.id, report);
    reports.prepend(report.element);
    suggested.hidden = true;
  }

  /** @param {string} text */
  function suggest(text) {
    box.value = text;
    box.focus();
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
    reports.setAttribute("aria-busy", String(busy));
    send.disabled = busy;
    send.hidden = busy && now !== "uploading";
    stop.hidden = !send.hidden;
  });
  showFiles({});
  takeFiles(false);
  return () => {
    workbooks.close();
    panel.close();
  };
}

/**
 * One question with its report, which folds when the next one is asked.
 *
 * @param {import("../page/lab.js").Model} model @param {any} exchange
 * @param {(form: string) => void} save
 */
function drawReport(model, exchange, save) {
  const body = make("div", { className: "jp-RenderedHTMLCommon sophnet-body" });
  const error = make("div", { className: "sophnet-error", role: "alert", hidden: true });
  const copy = button(tr("Copy"), () => copyText(copy, text), { title: tr("Copy the report as Markdown") });
  const saveMarkdown = button(tr("Save .md"), () => save("md"));
  const saveHtml = button(tr("Save .html"), () => save("html"), { title: tr("A page that Word opens with its tables") });
  const acts = make("div", { className: "sophnet-actions", hidden: true }, copy, saveMarkdown, saveHtml);
  const report = make("article", { "aria-label": tr("Report") }, body, error, acts);
  const asked = make("summary", { className: "sophnet-asked" }, exchange.text);
  const element = make("details", { open: true }, asked, report);
  const pieces = openPieces(model, body);
  let text = "";

  /** @param {{answer: string, error: string}} outcome */
  function settle(outcome) {
    text = outcome.answer;
    error.textContent = outcome.error;
    error.hidden = !outcome.error;
    acts.hidden = !text;
  }

  for (const [piece, html] of exchange.pieces) pieces.draw(piece, html);
  if (exchange.settled) settle(exchange);
  return { element, draw: pieces.draw, settle };
}

/** @param {HTMLButtonElement} copy @param {string} text */
async function copyText(copy, text) {
  try {
    await navigator.clipboard.writeText(text);
    copy.textContent = tr("Copied");
  } catch {
    // Not on https, or not allowed.
    copy.textContent = tr("Cannot copy here");
  }
  setTimeout(() => (copy.textContent = tr("Copy")), 1500);
}

export default { render };
