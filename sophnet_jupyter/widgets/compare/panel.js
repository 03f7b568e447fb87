import { button, make, showKernelHtml } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { drawColumn } from "./column.js";
import { openPrompts } from "./prompts.js";

const PHASES = { ready: tr("Ready"), answering: tr("Answering"), stopped: tr("Stopped"), failed: tr("Failed") };
// Columns that wrap on a narrow page; more scroll.
const WRAPPING = 4;

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Comparison"), kind: "compare", on: events() });
  const base = make("select", { "aria-label": tr("Mark what differs from"), hidden: true });
  const stop = button(tr("Stop all"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const prompts = openPrompts((asked) => {
    panel.fail("");
    panel.send("run", asked);
  });
  const past = make("div", { className: "jp-RenderedHTMLCommon sophnet-past", hidden: true });
  const grid = make("div", { className: "sophnet-grid" });
  const kept = make("label", { className: "sophnet-label" });
  const box = make("textarea", { rows: 2, "aria-label": tr("What to ask next") });
  const go = make("button", { className: "sophnet-main" }, tr("Continue"));
  const next = make("form", { className: "sophnet-next", hidden: true }, kept, box, go);
  const nothing = openState(tr("Write what is asked of all, name the models, and press Run: the answers stand side by side."));
  const frame = openFrame(panel, model, {
    title: tr("Comparison"),
    phases: PHASES,
    busy: ["answering"],
    acts: [base, stop],
    body: [prompts.form, nothing.element, past, grid, next],
    room: grid,
  });

  /** @type {import("./column.js").Column[]} */
  let columns = [];

  function events() {
    return {
      /** @param {any} event */
      state(event) {
        prompts.show(event.prompts, event.models);
        draw(event);
      },
      /** @param {any} event */
      grid: (event) => draw(event),
      /** @param {any} event */
      changes: ({ answers }) => answers.forEach(take),
      /** @param {any} event */
      heads({ heads, bodies }) {
        showHeads(heads);
        showBodies(bodies);
      },
      /** @param {any} event */
      differences({ marked }) {
        const found = new Map(marked);
        columns.forEach((column, number) => column.showMarked(found.get(number) ?? null));
      },
      /** @param {any} event */
      cell: ({ text }) => copy(text),
      /** @param {any} event */
      kept({ kept: title }) {
        showKept(title);
        box.focus();
      },
    };
  }

  /** @param {any} event */
  function draw({ rows, heads, answers, bodies, past: before, kept: title }) {
    columns = heads.map((/** @type {any} */ _, /** @type {number} */ number) =>
      drawColumn(model, number, {
        stop: () => panel.send("stop-column", { column: number }),
        again() {
          panel.fail("");
          panel.send("again", { column: number });
        },
        copy: () => panel.send("copy", { column: number }),
        keep() {
          panel.fail("");
          panel.send("keep", { column: number });
        },
      }),
    );
    const widest = Math.max(0, ...rows.map((/** @type {any} */ row) => row.columns.length));
    grid.dataset.wide = String(widest > WRAPPING);
    grid.replaceChildren(...rows.flatMap(row));
    nothing.show(heads.length ? "" : "empty");
    base.replaceChildren(
      make("option", { value: "" }, tr("Differences: off")),
      ...heads.map((/** @type {any} */ head, /** @type {number} */ number) =>
        make("option", { value: String(number) }, tr("from {title}", { title: head.title })),
      ),
    );
    base.hidden = heads.length < 2;
    showHeads(heads);
    answers.forEach(take);
    showBodies(bodies ?? []);
    past.hidden = !before.length;
    showKernelHtml(past, before.join(""));
    showKept(title);
  }

  /** @param {{label: string, columns: number[]}} row @returns {HTMLElement[]} */
  function row({ label, columns: numbers }) {
    const line = make("div", { className: "sophnet-row" });
    line.append(...numbers.map((number) => columns[number].element));
    return label ? [make("div", { className: "sophnet-settings" }, label), line] : [line];
  }

  /** @param {any} change */
  const take = (change) => columns[change.at[0]]?.take(change);

  /** @param {any[]} heads */
  function showHeads(heads) {
    heads.forEach((head, number) => columns[number]?.showHead(head));
    const engines = [...new Set(heads.flatMap((head) => head.sandbox))].filter(Boolean).sort();
    if (engines.length) frame.badge.textContent = tr("sandbox: {engines}", { engines: engines.join(", ") });
  }

  /** @param {[number, string][]} bodies */
  const showBodies = (bodies) => bodies.forEach(([number, html]) => columns[number]?.showBody(html));

  /** @param {string} title */
  function showKept(title) {
    next.hidden = !title;
    kept.textContent = title ? tr("Continue with {title}", { title }) : "";
  }

  /** @param {string} text */
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      panel.announce(tr("The cell is copied."));
      frame.phase.textContent = tr("Copied: paste it as a cell");
    } catch {
      // Not on https, or not allowed.
      panel.fail(tr("It cannot be copied here. The cell is:\n{text}", { text }));
    }
  }

  base.addEventListener("change", () => {
    panel.send("differences", { base: base.value === "" ? null : Number(base.value) });
  });
  next.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    panel.fail("");
    panel.send("continue", { text: box.value });
    box.value = "";
  });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    // While an input method suggests, Enter takes what it suggests.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!go.disabled) next.requestSubmit();
  });
  panel.follow("editable", () => (prompts.form.hidden = !model.get("editable")));
  panel.follow("phase", () => {
    const busy = frame.show(model.get("phase"));
    stop.hidden = !busy;
    go.disabled = busy;
    prompts.setBusy(busy);
  });
  return () => panel.close();
}

export default { render };
