import { drawExchange } from "../exchange/exchange.js";
import { putCell } from "../page/cells.js";
import { button, download, make } from "../page/dom.js";
import { openSearch } from "../page/text_search.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { openApprovals, openForm, openQueue } from "./asides.js";
import { openBar } from "./bar.js";
import { openComposer } from "./composer.js";

/** @typedef {import("../exchange/exchange.js").Drawn} Drawn */

const PHASES = {
  ready: tr("Ready"),
  reading: tr("Reading files"),
  waiting: tr("Waiting"),
  thinking: tr("Thinking"),
  answering: tr("Answering"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};
const BUSY = ["reading", "waiting", "thinking", "answering"];
// So near to its end somebody reads along.
const NEAR = 48;

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Chat"), kind: "chat", on: events() });
  const log = make("div", {
    className: "sophnet-log",
    role: "log",
    tabIndex: 0,
    "aria-label": tr("Conversation"),
    // Every word as it comes would drown a screen reader; the phase is announced instead.
    "aria-live": "off",
  });
  const nothing = openState("");
  const content = make("div");
  log.append(content);
  const newest = button(tr("↓ Newest"), () => toEnd(), { className: "sophnet-newest", hidden: true });
  const save = button(tr("Save .md"), () => panel.send("export"), {
    title: tr("Save the conversation as a Markdown file"),
  });
  const cells = button(tr("As cells"), () => panel.send("cells"), {
    title: tr("Put each question as a cell below this one; nothing is run"),
  });
  const undo = button(tr("Undo"), () => panel.send("undo"), { title: tr("Take the last step back") });
  const clear = button(tr("Clear"), () => panel.send("clear"), { title: tr("Begin anew; Undo brings it back") });
  const spent = make("span", { className: "sophnet-faint sophnet-spent" });
  const find = button(tr("Search"), () => showSearch(Boolean(search.element.hidden)), { "aria-expanded": "false" });
  const search = openSearch(panel, content);
  search.element.hidden = true;
  const bar = openBar(panel, model);
  const queue = openQueue(panel);
  const approvals = openApprovals(panel);
  const form = openForm(panel);
  const composer = openComposer(panel, () => questions());
  const middle = make("div", { className: "sophnet-middle" }, log, newest);
  const frame = openFrame(panel, model, {
    phases: PHASES,
    busy: BUSY,
    acts: [spent, find, save, cells, undo, clear],
    body: [bar.element, search.element, middle, approvals.element, queue.element, form.element, composer.form],
    room: middle,
  });

  /** @type {Map<string, Drawn>} */
  const exchanges = new Map();
  // Whether the reader is at the end, and should stay there while it moves on.
  let follows = true;
  let lastTop = 0;
  /** @type {Map<string, string>} */
  const texts = new Map();
  const questions = () => [...texts.values()].filter(Boolean);
  // What is drawn grows by itself too: formulas are set late, images load, themes change.
  const resized = new ResizeObserver(() => follows && toEnd());
  resized.observe(content);
  resized.observe(log);

  function events() {
    return {
      /** @param {any} state @param {DataView<ArrayBuffer>[]} buffers */
      state(state, buffers) {
        panel.fail("");
        empty();
        for (const exchange of state.exchanges) add(exchange, buffers);
        bar.know(state);
        form.show(state.form);
        approvals.show(state.approvals);
        queue.show(state.waiting);
        spent.textContent = state.spent;
        undo.disabled = !state.undo;
        toEnd();
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      asked({ exchange }, buffers) {
        panel.fail("");
        add(exchange, buffers);
        undo.disabled = false;
        toEnd();
      },
      /** @param {any} event */
      spent: ({ spent: said }) => (spent.textContent = said),
      /** @param {any} event */
      recall: ({ text }) => composer.recall(text),
      /** @param {any} event */
      async cells({ texts: all }) {
        // Each goes directly below this one, so that the last comes first.
        for (const text of [...all].reverse()) await put(text);
      },
      /** @param {any} event */
      piece: ({ exchange, piece, html }) => keepPlace(() => exchanges.get(exchange)?.draw(piece, html)),
      /** @param {any} event */
      settled: ({ exchange, outcome }) =>
        keepPlace(() => exchanges.get(exchange)?.settle(outcome)),
      /** @param {any} event */
      again({ exchange }) {
        panel.fail("");
        exchanges.get(exchange)?.restart();
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      sound: ({ exchange, at }, [data]) => exchanges.get(exchange)?.hear(at, data, true),
      /** @param {any} event */
      "sound-end": ({ exchange }) => exchanges.get(exchange)?.endSound(),
      /** @param {any} event */
      cleared(event) {
        panel.fail("");
        empty();
        spent.textContent = "";
        undo.disabled = !event.undo;
      },
      /** @param {any} event */
      markdown: ({ text }) => download("conversation.md", text, "text/markdown"),
    };
  }

  /** @param {any} exchange @param {DataView<ArrayBuffer>[]} buffers */
  function add(exchange, buffers) {
    const { id } = exchange;
    const drawn = drawExchange(model, exchange, buffers, () => panel.send("again"), panel.fail, {
      edit: (text) => panel.send("edit", { exchange: id, text }),
      branch: (step) => panel.send("branch", { exchange: id, step }),
      cell: (text) => put(text),
    });
    exchanges.set(id, drawn);
    texts.set(id, exchange.editable ? exchange.text : "");
    content.append(drawn.element);
    showEmptiness();
  }

  function empty() {
    for (const drawn of exchanges.values()) drawn.close();
    exchanges.clear();
    texts.clear();
    content.replaceChildren(nothing.element);
    showEmptiness();
  }

  function showEmptiness() {
    nothing.show(exchanges.size ? "" : "empty");
    save.disabled = cells.disabled = clear.disabled = find.disabled = exchanges.size === 0;
  }

  /** @param {boolean} open */
  function showSearch(open) {
    search.element.hidden = !open;
    find.setAttribute("aria-expanded", String(open));
    const field = search.element.querySelector("input");
    if (field && !open) field.value = "";
    search.again();
    if (open) field?.focus();
  }

  /** @param {string} text */
  async function put(text) {
    try {
      panel.announce(await putCell(model, el, text));
    } catch {
      panel.fail(tr("It cannot be copied here. The cell is:\n{text}", { text }));
    }
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    lastTop = log.scrollTop;
    follows = true;
    newest.hidden = true;
  }

  /** @param {() => void} draw */
  function keepPlace(draw) {
    lookWhere();
    draw();
    if (follows) toEnd();
    else newest.hidden = false;
  }

  // Also before anything moves: the event of a reader's scroll comes after the next frame, and what
  // arrives in between would take the reader back to the end.
  function lookWhere() {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    // Text that came since the last scroll is no reason to stop; going back is.
    if (atEnd || log.scrollTop < lastTop) follows = atEnd;
    lastTop = log.scrollTop;
    if (follows) newest.hidden = true;
  }
  log.addEventListener("scroll", lookWhere);

  const showPhase = () => {
    const now = model.get("phase");
    const busy = frame.show(now);
    log.setAttribute("aria-busy", String(busy));
    composer.setBusy(busy);
    if (now === "stopped") for (const drawn of exchanges.values()) drawn.pause();
  };
  panel.follow("phase", showPhase);
  panel.follow("model", () => {
    frame.name.textContent = model.get("model") || tr("Chat");
    nothing.invite(tr("Ask {model} something. Images, documents and recordings can be dropped here.", { model: model.get("model") || tr("the model") }));
  });
  empty();
  return () => {
    resized.disconnect();
    empty();
    search.close();
    composer.close();
    panel.close();
  };
}

export default { render };
