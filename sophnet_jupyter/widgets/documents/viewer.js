import { button, make, showKernelHtml } from "../page/dom.js";
import { openDropZone } from "../uploads/drop_zone.js";
import { typeset } from "../page/lab.js";
import { openSpread } from "./spread.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { openSearch } from "../page/text_search.js";
import { tr } from "../page/words.js";

const PHASES = {
  ready: tr("Ready"),
  reading: tr("Reading"),
  drawing: tr("Drawing"),
  answering: tr("Answering"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};
const BUSY = ["reading", "drawing", "answering"];

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Document viewer"), kind: "documents", on: events() });
  const stop = button(tr("Stop"), () => panel.send("stop"), { hidden: true });
  const files = openDropZone(panel, {
    label: tr("Add files…"),
    multiple: true,
    hint: tr("or drop documents and images here"),
  });
  const source = make("input", {
    placeholder: tr("Path, pattern or address"),
    "aria-label": tr("Path, pattern or address"),
    spellcheck: false,
  });
  const opener = make("form", { className: "sophnet-opener" }, source, make("button", {}, tr("Read")));
  const nothing = openState(tr("Drop a document or an image here, or say where one is: its text and tables are shown beside it."));
  const note = make("div", { className: "sophnet-note", role: "status", hidden: true });
  const tabs = make("div", { className: "sophnet-tabs", role: "group", "aria-label": tr("Pages") });
  const copy = button(tr("Copy"), () => copyText(), { title: tr("Copy all of it as Markdown") });
  const tables = make("span", { className: "sophnet-tables" });
  const place = make("div", { className: "sophnet-place" });
  const search = openSearch(panel, place);
  const tools = make("div", { className: "sophnet-tools", hidden: true }, search.element, copy, tables);
  const box = make("textarea", {
    rows: 1,
    placeholder: tr("Ask about this page"),
    "aria-label": tr("Ask about this page"),
  });
  const send = make("button", { className: "sophnet-main" }, tr("Ask"));
  const asker = make("form", { className: "sophnet-asker", hidden: true }, box, send);
  const question = make("div", { className: "sophnet-asked" });
  const body = make("div", { className: "jp-RenderedHTMLCommon sophnet-body" });
  const error = make("div", { className: "sophnet-error", role: "alert", hidden: true });
  const reply = make("article", { hidden: true, "aria-label": tr("Answer") }, question, body, error);
  const sources = make("div", { className: "sophnet-sources" }, files.element, opener);
  const frame = openFrame(panel, model, {
    title: tr("Documents"),
    phases: PHASES,
    busy: BUSY,
    acts: [stop],
    body: [sources, note, nothing.element, tabs, tools, place, asker, reply],
  });

  /** @type {any[]} */
  let pages = [];
  /** @type {DataView<ArrayBuffer>[]} */
  let pictures = [];
  let shown = -1;
  /** @type {{element: HTMLElement, close: () => void} | undefined} */
  let spread;
  /** @type {Map<string, HTMLElement>} */
  const pieces = new Map();

  function events() {
    return {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      state({ pages: read, exchange }, buffers) {
        [pages, pictures] = [read, [...buffers]];
        if (pages.length) open(pages.length - 1);
        if (exchange) begin(exchange);
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      page({ page }, buffers) {
        pages.push(page);
        pictures.push(buffers[0]);
        open(pages.length - 1);
        panel.announce(tr("{name} is read.", { name: page.name }));
      },
      /** @param {any} event */
      note: ({ text }) => say(text),
      /** @param {any} event */
      framed: ({ name }) => say(tr("The table is in the variable {name} of the notebook.", { name })),
      /** @param {any} event */
      asked: ({ exchange }) => begin(exchange),
      /** @param {any} event */
      piece: ({ piece, html }) => draw(piece, html),
      /** @param {any} event */
      settled: ({ outcome }) => settle(outcome),
    };
  }

  /** @param {string} text */
  function say(text) {
    note.textContent = text;
    note.hidden = !text;
  }

  /** @param {number} index */
  function open(index) {
    spread?.close();
    shown = index;
    nothing.show("");
    const page = pages[index];
    spread = openSpread(panel, model, page, pictures[index]);
    place.replaceChildren(spread.element);
    tools.hidden = asker.hidden = false;
    tabs.hidden = pages.length < 2;
    tabs.replaceChildren(...pages.map((each, n) => tab(each, n)));
    tables.replaceChildren(...page.tables.map(toFrame));
    search.again();
  }

  /** @param {any} page @param {number} index */
  function tab(page, index) {
    const pressed = String(index === shown);
    const choose = () => {
      open(index);
      /** @type {HTMLElement} */ (tabs.children[index]).focus();
    };
    return button(page.name, choose, { "aria-pressed": pressed, title: page.name });
  }

  /** @param {[number, number]} size @param {number} index */
  function toFrame([rows, columns], index) {
    const label = tr("Table {count} to DataFrame", { count: index + 1 });
    const title = tr("{rows} rows, {columns} columns", { rows, columns });
    return button(label, () => panel.send("frame", { page: shown, table: index }), { title });
  }

  async function copyText() {
    try {
      await navigator.clipboard.writeText(pages[shown].text);
      copy.textContent = tr("Copied");
    } catch {
      // Not on https, or not allowed.
      copy.textContent = tr("Cannot copy here");
    }
    panel.announce(copy.textContent);
    setTimeout(() => (copy.textContent = tr("Copy")), 1500);
  }

  /** @param {any} exchange */
  function begin(exchange) {
    pieces.clear();
    body.replaceChildren();
    error.hidden = true;
    reply.hidden = false;
    question.textContent = exchange.text;
    for (const [piece, html] of exchange.pieces) draw(piece, html);
    if (exchange.error) settle(exchange);
  }

  /** @param {string} piece @param {string} html */
  function draw(piece, html) {
    let part = pieces.get(piece);
    if (!part) {
      part = make("div");
      pieces.set(piece, part);
      body.append(part);
    }
    showKernelHtml(part, html);
    typeset(model, part);
  }

  /** @param {{error: string}} outcome */
  function settle(outcome) {
    error.textContent = outcome.error;
    error.hidden = !outcome.error;
  }

  opener.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    panel.fail("");
    say("");
    panel.send("open", { source: source.value });
  });
  asker.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    panel.fail("");
    panel.send("ask", { text: box.value, page: shown });
  });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    // While an input method suggests, Enter takes what it suggests.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!send.disabled) asker.requestSubmit();
  });
  panel.follow("phase", () => {
    const busy = frame.show(model.get("phase"));
    if (!pages.length) nothing.show(busy ? "loading" : "empty", tr("It is read …"));
    stop.hidden = !busy;
    send.disabled = busy;
    body.setAttribute("aria-busy", String(busy));
  });
  tabs.hidden = true;
  return () => {
    spread?.close();
    search.close();
    files.close();
    panel.close();
  };
}

export default { render };
