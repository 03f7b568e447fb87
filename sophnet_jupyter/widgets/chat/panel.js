import { openComposer } from "./composer.js";
import { button, download, make } from "../page/dom.js";
import { drawExchange } from "../exchange/exchange.js";
import { openPanel } from "../panel/panel.js";

/** @typedef {import("../exchange/exchange.js").Drawn} Drawn */

const PHASES = {
  ready: "Ready",
  waiting: "Waiting",
  thinking: "Thinking",
  answering: "Answering",
  stopped: "Stopped",
  failed: "Failed",
};
const BUSY = new Set(["waiting", "thinking", "answering"]);
// So near to its end somebody reads along.
const NEAR = 48;

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: "Chat", kind: "chat", on: events() });
  const log = make("div", {
    className: "sophnet-log",
    role: "log",
    tabIndex: 0,
    "aria-label": "Conversation",
    // Every word as it comes would drown a screen reader; the phase is announced instead.
    "aria-live": "off",
  });
  const hint = make("div", { className: "sophnet-hint" });
  const content = make("div");
  log.append(content);
  const newest = button("↓ Newest", () => toEnd(), { className: "sophnet-newest", hidden: true });
  const phase = make("span", { className: "sophnet-phase" });
  const name = make("span", { className: "sophnet-name" });
  const save = button("Save .md", () => panel.send("export"), {
    title: "Save the conversation as a Markdown file",
  });
  const clear = button("Clear", () => panel.send("clear"), { title: "Begin anew" });
  const composer = openComposer(panel);
  const middle = make("div", { className: "sophnet-middle" }, log, newest);
  const head = make("header", {}, name, phase, make("span", { className: "sophnet-gap" }), save, clear);
  panel.root.prepend(head);
  panel.root.append(middle, composer.form);

  /** @type {Map<string, Drawn>} */
  const exchanges = new Map();
  // Whether the reader is at the end, and should stay there while it moves on.
  let follows = true;
  let lastTop = 0;
  // What is drawn grows by itself too: formulas are set late, images load, themes change.
  const resized = new ResizeObserver(() => follows && toEnd());
  resized.observe(content);
  resized.observe(log);

  function events() {
    return {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      state({ exchanges: all }, buffers) {
        empty();
        for (const exchange of all) add(exchange, buffers);
        toEnd();
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      asked({ exchange }, buffers) {
        panel.fail("");
        add(exchange, buffers);
        toEnd();
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
      cleared() {
        panel.fail("");
        empty();
      },
      /** @param {any} event */
      markdown: ({ text }) => download("conversation.md", text, "text/markdown"),
    };
  }

  /** @param {any} exchange @param {DataView<ArrayBuffer>[]} buffers */
  function add(exchange, buffers) {
    const drawn = drawExchange(model, exchange, buffers, () => panel.send("again"), panel.fail);
    exchanges.set(exchange.id, drawn);
    content.append(drawn.element);
    showEmptiness();
  }

  function empty() {
    for (const drawn of exchanges.values()) drawn.close();
    exchanges.clear();
    content.replaceChildren(hint);
    showEmptiness();
  }

  function showEmptiness() {
    hint.hidden = exchanges.size > 0;
    save.disabled = clear.disabled = exchanges.size === 0;
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    follows = true;
    newest.hidden = true;
  }

  /** @param {() => void} draw */
  function keepPlace(draw) {
    draw();
    if (follows) toEnd();
    else newest.hidden = false;
  }

  log.addEventListener("scroll", () => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    // Text that came since the last scroll is no reason to stop; going back is.
    if (atEnd || log.scrollTop < lastTop) follows = atEnd;
    lastTop = log.scrollTop;
    if (follows) newest.hidden = true;
  });

  const showPhase = () => {
    const now = /** @type {keyof typeof PHASES} */ (model.get("phase"));
    const busy = BUSY.has(now);
    phase.textContent = PHASES[now];
    panel.root.dataset.phase = now;
    log.setAttribute("aria-busy", String(busy));
    composer.setBusy(busy);
    if (now === "stopped") for (const drawn of exchanges.values()) drawn.pause();
    if (phase.isConnected) panel.announce(`Chat: ${PHASES[now]}`);
  };
  panel.follow("phase", showPhase);
  panel.follow("model", () => {
    name.textContent = model.get("model") || "Chat";
    hint.textContent = `Ask ${model.get("model") || "the model"} something. Images can be pasted or dropped here.`;
  });
  empty();
  return () => {
    resized.disconnect();
    empty();
    composer.close();
    panel.close();
  };
}

export default { render };
