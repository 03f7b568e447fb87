import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openTable } from "./table.js";

const STATES = {
  ready: tr("Not begun"),
  running: tr("Running"),
  paused: tr("Paused"),
  stopped: tr("Stopped"),
  failed: tr("Ended by an error"),
  budget: tr("At the limit of its budget"),
  done: tr("Done"),
};

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Run"), kind: "run", on: events() });
  const pause = button(tr("❚❚ Pause"), () => panel.send("pause"));
  const goOn = button(tr("▶ Go on"), () => panel.send("go_on"));
  const retry = button("", () => panel.send("retry"), { title: tr("Ask the rows that failed again") });
  const stop = button(tr("■ Stop"), () => panel.send("end"), { className: "sophnet-stop" });
  const rows = button(tr("Rows"), () => fold(!table.element.hidden), { "aria-expanded": "false" });
  const bar = make("progress", { max: 100, "aria-label": tr("Rows that are done") });
  const facts = make("span", {});
  const failures = make("ul", { className: "sophnet-failures" });
  const notes = make("div", { className: "sophnet-faint" });
  const line = make("div", { className: "sophnet-figures" }, facts);
  const figures = make("div", { className: "sophnet-told" }, bar, line, failures, notes);
  const table = openTable(panel);
  const frame = openFrame(panel, model, {
    phases: { ...STATES, "": "" },
    busy: ["running"],
    acts: [pause, goOn, retry, stop, rows],
    body: [figures, table.element],
    room: table.element,
  });
  let state = "";
  let done = -1;

  function events() {
    return {
      /** @param {any} event */
      state(event) {
        fold(event.folded);
        show(event);
      },
      /** @param {any} event */
      figures: (event) => show(event),
      unfold: () => fold(false),
    };
  }

  /** @param {boolean} folded */
  function fold(folded) {
    table.element.hidden = folded;
    rows.setAttribute("aria-expanded", String(!folded));
    if (!folded) table.renew();
  }

  /** @param {any} told */
  function show(told) {
    if (told.sandbox) frame.badge.textContent = told.sandbox;
    facts.textContent = told.facts.join(" · ");
    bar.hidden = told.percent === null || told.state === "done";
    bar.value = told.percent ?? 0;
    notes.replaceChildren(...told.notes.map((/** @type {string} */ text) => make("div", {}, text)));
    failures.replaceChildren(
      ...told.failures.map((/** @type {{number: number, text: string}} */ each) =>
        make("li", {}, button(each.text, () => open(each.number), { title: tr("Open this row") })),
      ),
    );
    const going = told.state === "running";
    pause.hidden = !going;
    goOn.hidden = going || told.state === "done";
    retry.hidden = going || told.state === "paused" || !told.failed;
    retry.textContent = tr("↻ Ask {failed} again", { failed: told.failed });
    stop.hidden = !(going || told.state === "paused");
    table.know(told.columns, told.shown);
    if (told.done !== done && !table.element.hidden) table.renew();
    done = told.done;
    if (told.state !== state) {
      frame.show(told.state);
      state = told.state;
    }
  }

  /** @param {number} number */
  function open(number) {
    fold(false);
    table.open(number);
  }

  panel.follow("label", () => {
    frame.name.textContent = model.get("label") || tr("Run");
  });
  panel.hear("lost", () => {
    for (const each of [pause, goOn, retry, stop]) each.disabled = true;
  });
  table.element.hidden = true;
  return () => {
    table.close();
    panel.close();
  };
}

export default { render };
