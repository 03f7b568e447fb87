import { drawExchange } from "../exchange/exchange.js";
import { putCell } from "../page/cells.js";
import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";

const PHASES = {
  ready: "",
  waiting: tr("Waiting"),
  answering: tr("Answering"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};
const BUSY = ["waiting", "answering"];

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("An error explained"), kind: "explain", on: events() });
  const text = make("textarea", {
    value: model.get("text"),
    spellcheck: false,
    rows: Math.min(16, model.get("text").split("\n").length + 1),
    "aria-label": tr("What is sent"),
  });
  const said = make("summary");
  const fold = make("details", { open: true }, said, text);
  const send = button("", () => ask(), { className: "sophnet-main" });
  const stop = button(tr("Stop"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const note = make(
    "span",
    { className: "sophnet-faint" },
    tr("Nothing is sent before. Take out what is not to leave this machine."),
  );
  const done = make("span", { className: "sophnet-faint", role: "status" });
  const acts = make("div", { className: "sophnet-acts" }, send, stop, note, done);
  const log = make("div", { className: "sophnet-log", hidden: true });
  const body = [fold, acts, log];
  const frame = openFrame(panel, model, { phases: PHASES, busy: BUSY, body, room: log });
  let busy = false;

  /** @type {import("../exchange/exchange.js").Drawn | undefined} */
  let drawn;
  let shown = "";

  function events() {
    return {
      /** @param {any} event */
      state({ exchange }) {
        if (exchange) begin(exchange);
      },
      /** @param {any} event */
      asked({ exchange }) {
        panel.fail("");
        begin(exchange);
      },
      /** @param {any} event */
      piece({ exchange, piece, html }) {
        if (exchange === shown) drawn?.draw(piece, html);
      },
      /** @param {any} event */
      settled({ exchange, outcome }) {
        if (exchange === shown) drawn?.settle(outcome);
      },
    };
  }

  /** @param {any} exchange */
  function begin(exchange) {
    drawn?.close();
    shown = exchange.id;
    const again = () => panel.send("again");
    drawn = drawExchange(model, exchange, [], again, panel.fail, { cell: put });
    // The question stands above, where it can be edited.
    drawn.element.querySelector(".sophnet-question")?.remove();
    log.replaceChildren(drawn.element);
    log.hidden = false;
    text.value = exchange.text;
    fold.open = false;
    note.hidden = true;
    done.textContent = "";
    count();
  }

  /** @param {string} code */
  async function put(code) {
    try {
      done.textContent = await putCell(model, el, code);
    } catch {
      panel.fail(tr("It cannot be copied here. The code is:\n{code}", { code }));
    }
  }

  function ask() {
    panel.fail("");
    panel.send("ask", { text: text.value });
  }

  function count() {
    said.textContent = shown
      ? tr("What was sent: {count} characters", { count: text.value.length.toLocaleString() })
      : tr("What is sent: {count} characters", { count: text.value.length.toLocaleString() });
    send.disabled = busy || !text.value.trim();
  }

  text.addEventListener("input", count);
  panel.follow("about", () => {
    frame.name.textContent = model.get("about");
  });
  panel.follow("model", () => {
    send.textContent = tr("Send to {model}", { model: model.get("model") || tr("the model") });
  });
  panel.follow("phase", () => {
    busy = frame.show(model.get("phase"));
    send.hidden = busy;
    stop.hidden = !busy;
    log.setAttribute("aria-busy", String(busy));
    count();
  });
  panel.hear("lost", () => {
    send.disabled = stop.disabled = true;
  });
  count();
  return () => {
    drawn?.close();
    panel.close();
  };
}

export default { render };
