import { button, make, showKernelHtml } from "../page/dom.js";
import { tr } from "../page/words.js";

const PAGE = 50;
// What the kernel is asked for, as it is called here.
const ENDINGS = {
  "": tr("all rows"),
  "not complete": tr("all that are not complete"),
  complete: tr("complete"),
  failed: tr("failed"),
  incomplete: tr("incomplete"),
  stopped: tr("stopped"),
  waiting: tr("waiting"),
};
// Keys that are pressed one after the other make one question.
const PAUSE = 250;

/**
 * The rows of a run: a page at a time, filtered and sorted by the kernel.
 *
 * @param {import("../panel/panel.js").Panel} panel
 */
export function openTable(panel) {
  const ending = make("select", { "aria-label": tr("Rows of this ending") });
  for (const [value, said] of Object.entries(ENDINGS)) ending.append(make("option", { value }, said));
  const column = make("select", { "aria-label": tr("Column to search") });
  const text = make("input", { type: "search", placeholder: tr("contains …"), "aria-label": tr("Text to find") });
  const count = make("span", { className: "sophnet-faint", role: "status" });
  const back = button("‹", () => turn(-1), { "aria-label": tr("Previous page") });
  const forth = button("›", () => turn(1), { "aria-label": tr("Next page") });
  const gap = make("span", { className: "sophnet-gap" });
  const tools = make("div", { className: "sophnet-sieve" }, ending, column, text, gap, count, back, forth);
  const head = make("tr", {});
  const body = make("tbody", {});
  const table = make("table", {}, make("thead", {}, head), body);
  const scroll = make("div", { className: "sophnet-rows", tabIndex: 0 }, table);
  const element = make("div", { className: "sophnet-table" }, tools, scroll);
  /** @type {string[]} */
  let shown = [];
  let known = "";
  let by = "row";
  let falling = false;
  let begin = 0;
  let total = 0;
  let asked = 0;
  let opened = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function renew() {
    const wish = { ending: ending.value, column: column.value, text: text.value, by, falling };
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
    drawHead();
    begin = 0;
    renew();
  }

  function drawHead() {
    head.replaceChildren(
      ...["row", ...shown].map((name) => {
        const arrow = by === name ? (falling ? " ▾" : " ▴") : "";
        const order = by === name ? (falling ? "descending" : "ascending") : "none";
        const sorter = button(name + arrow, () => sort(name), { title: tr("Sort by {name}", { name }) });
        return make("th", { scope: "col", "aria-sort": order }, sorter);
      }),
    );
  }

  /** @param {any} row */
  function drawRow(row) {
    const opener = button(String(row.number), () => open(row.number === opened ? -1 : row.number), {
      title: tr("The prompt as it was sent, and the answer"),
      "aria-expanded": String(row.number === opened),
    });
    const line = make("tr", {}, make("th", { scope: "row" }, opener));
    line.dataset.ending = row.ending || "waiting";
    for (const name of shown) {
      const value = row.cells[name] ?? "";
      line.append(make("td", name.startsWith("ending") ? { className: "sophnet-ending" } : {}, value));
    }
    line.dataset.number = String(row.number);
    return line;
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
    ({ begin, count: total } = event);
    body.replaceChildren(...event.rows.map(drawRow));
    const line = body.querySelector(`[data-number="${opened}"]`);
    if (before && line) line.after(before);
    const last = begin + event.rows.length;
    count.textContent = total ? tr("{first}–{last} of {count}", { first: begin + 1, last, count: total.toLocaleString("en") }) : tr("no such rows");
    back.disabled = begin === 0;
    forth.disabled = last >= total;
  });
  const forgetOpened = panel.hear("opened", ({ number, html }) => {
    if (number !== opened) return;
    body.querySelector(".sophnet-opened")?.remove();
    const cell = make("td", { colSpan: shown.length + 1, className: "jp-RenderedHTMLCommon" });
    showKernelHtml(cell, html);
    const line = make("tr", { className: "sophnet-opened" }, cell);
    const row = body.querySelector(`[data-number="${number}"]`);
    if (row) row.after(line);
    else body.prepend(line);
  });
  ending.addEventListener("change", again);
  column.addEventListener("change", again);
  text.addEventListener("input", again);

  return {
    element,
    renew,
    open,
    /** @param {string[]} columns @param {string[]} wanted */
    know(columns, wanted) {
      const now = JSON.stringify([columns, wanted]);
      if (now === known) return;
      known = now;
      shown = wanted;
      const chosen = column.value;
      column.replaceChildren(make("option", { value: "" }, tr("any column")));
      for (const name of columns) column.append(make("option", { value: name }, name));
      column.value = chosen;
      drawHead();
    },
    close() {
      clearTimeout(timer);
      forgetPage();
      forgetOpened();
    },
  };
}
