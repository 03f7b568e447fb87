import { button, make, showKernelHtml } from "../page/dom.js";
import { tr } from "../page/words.js";

const PAGE = 50;
// What the kernel is asked for, as it is called here.
const SHOWN = {
  "": tr("wrong first"),
  wrong: tr("wrong"),
  right: tr("right"),
  failed: tr("failed"),
  "no verdict": tr("no verdict"),
  labeled: tr("labeled"),
  "not labeled": tr("not labeled"),
};
// Keys that are pressed one after the other make one question.
const PAUSE = 250;
// Letters from which on a cell is a text, which needs room.
const LONG = 16;

/**
 * The answers of an evaluation: a page at a time, filtered and sorted by the kernel, with labels.
 *
 * @param {import("../panel/panel.js").Panel} panel
 */
export function openAnswers(panel) {
  const show = make("select", { "aria-label": tr("Answers to show") });
  for (const [value, said] of Object.entries(SHOWN)) show.append(make("option", { value }, said));
  const column = make("select", { "aria-label": tr("Prompt or model") });
  const text = make("input", { type: "search", placeholder: tr("contains …"), "aria-label": tr("Text to find") });
  const count = make("span", { className: "sophnet-faint", role: "status" });
  const back = button("‹", () => turn(-1), { "aria-label": tr("Previous page") });
  const forth = button("›", () => turn(1), { "aria-label": tr("Next page") });
  const gap = make("span", { className: "sophnet-gap" });
  const tools = make("div", { className: "sophnet-sieve" }, show, column, text, gap, count, back, forth);
  const head = make("tr", {});
  const body = make("tbody", {});
  const scroll = make(
    "div",
    { className: "sophnet-answers", tabIndex: 0, role: "region", "aria-label": tr("Answers") },
    make("table", {}, make("thead", {}, head), body),
  );
  const element = make("div", { className: "sophnet-table" }, tools, scroll);
  /** @type {string[]} */
  let heads = [];
  let known = "";
  let by = "";
  let falling = false;
  let begin = 0;
  let asked = 0;
  let opened = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function renew() {
    const wish = { show: show.value, column: column.value, text: text.value, by, falling };
    asked += 1;
    panel.send("page", { ...wish, begin, asked });
  }

  function again() {
    begin = 0;
    clearTimeout(timer);
    timer = setTimeout(renew, PAUSE);
  }

  /** @param {number} pages */
  function turn(pages) {
    begin = Math.max(0, begin + pages * PAGE);
    renew();
  }

  /** @param {string} name */
  function sort(name) {
    falling = by === name && !falling;
    by = name;
    begin = 0;
    drawHead();
    renew();
  }

  function drawHead() {
    const sorters = heads.map((name) => {
      const arrow = by === name ? (falling ? " ▾" : " ▴") : "";
      const order = by === name ? (falling ? "descending" : "ascending") : "none";
      const sorter = button(name + arrow, () => sort(name), { title: tr("Sort by {name}", { name }) });
      return make("th", { scope: "col", "aria-sort": order }, sorter);
    });
    head.replaceChildren(
      ...sorters,
      make("th", { scope: "col" }, make("span", {}, tr("why"))),
      make("th", { scope: "col" }, make("span", {}, tr("label"))),
    );
  }

  /** @param {any} row */
  function drawRow(row) {
    const [number, ...cells] = row.cells;
    const opener = button(number, () => open(row.number === opened ? -1 : row.number), {
      title: tr("What was sent, what came, and every score"),
      "aria-expanded": String(row.number === opened),
    });
    const line = make("tr", {}, make("th", { scope: "row" }, opener));
    line.dataset.number = String(row.number);
    line.dataset.state = row.state;
    for (const cell of cells) line.append(make("td", cell.length > LONG ? { className: "sophnet-long" } : {}, cell));
    line.append(make("td", { className: "sophnet-answer" }, row.answer));
    for (const { kind, text: sign } of row.grades) {
      const mark = make("td", { className: "sophnet-grade" }, sign);
      mark.dataset.kind = kind;
      line.append(mark);
    }
    line.append(make("td", { className: "sophnet-why" }, row.why), labels(row));
    return line;
  }

  /** @param {any} row */
  function labels(row) {
    const note = make("input", {
      value: row.note,
      placeholder: tr("note"),
      "aria-label": tr("Note on row {row}", { row: row.cells[0] }),
    });
    const signs = [
      { sign: "✓", right: true, said: tr("right") },
      { sign: "✗", right: false, said: tr("wrong") },
    ];
    const buttons = signs.map(({ sign, right, said }) => {
      const mark = button(sign, () => say(row.label === right ? null : right), {
        title: tr("This answer is {said}", { said }),
        "aria-label": tr("Row {row} is {said}", { row: row.cells[0], said }),
        "aria-pressed": String(row.label === right),
      });
      mark.dataset.kind = said;
      return mark;
    });

    /** @param {boolean | null} right */
    function say(right) {
      row.label = right;
      row.note = note.value;
      for (const [place, { right: each }] of signs.entries()) {
        buttons[place].setAttribute("aria-pressed", String(each === right));
      }
      panel.send("label", { number: row.number, right, note: note.value });
    }

    note.addEventListener("change", () => say(row.label));
    return make("td", { className: "sophnet-label" }, make("div", {}, ...buttons, note));
  }

  /** @param {number} number */
  function open(number) {
    opened = number;
    body.querySelector(".sophnet-opened")?.remove();
    for (const line of body.rows) {
      const opener = line.querySelector("th button");
      opener?.setAttribute("aria-expanded", String(line.dataset.number === String(number)));
    }
    if (number >= 0) panel.send("open", { number });
  }

  const forgetPage = panel.hear("page", (event) => {
    if (event.asked !== asked) return;
    const before = body.querySelector(".sophnet-opened");
    begin = event.begin;
    body.replaceChildren(...event.rows.map(drawRow));
    const line = body.querySelector(`[data-number="${opened}"]`);
    if (before && line) line.after(before);
    const last = begin + event.rows.length;
    count.textContent = event.count ? tr("{first}–{last} of {count}", { first: begin + 1, last, count: event.count.toLocaleString("en") }) : tr("none");
    back.disabled = begin === 0;
    forth.disabled = last >= event.count;
  });
  const forgetOpened = panel.hear("opened", ({ number, html }) => {
    if (number !== opened) return;
    body.querySelector(".sophnet-opened")?.remove();
    const cell = make("td", { colSpan: heads.length + 2, className: "jp-RenderedHTMLCommon" });
    showKernelHtml(cell, html);
    const line = make("tr", { className: "sophnet-opened" }, cell);
    body.querySelector(`[data-number="${number}"]`)?.after(line);
  });
  show.addEventListener("change", again);
  column.addEventListener("change", again);
  text.addEventListener("input", again);

  return {
    element,
    renew,
    /** @param {{heads: string[], columns: string[]}} event */
    know(event) {
      const now = JSON.stringify([event.heads, event.columns]);
      if (now === known) return;
      known = now;
      heads = event.heads;
      const chosen = column.value;
      column.replaceChildren(make("option", { value: "" }, tr("all prompts and models")));
      for (const name of event.columns) column.append(make("option", { value: name }, name));
      column.value = chosen;
      column.hidden = event.columns.length === 0;
      drawHead();
    },
    close() {
      clearTimeout(timer);
      forgetPage();
      forgetOpened();
    },
  };
}
