import { button, download, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openMap } from "./map.js";

/**
 * A map as a page of its own: no kernel, no network. What it shows stands in the page as JSON.
 */

/** @param {string} text @returns {ArrayBuffer} */
function decoded(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes.buffer;
}

function open() {
  const held = document.getElementById("data")?.textContent ?? "{}";
  const data = JSON.parse(held);
  const points = new Float32Array(decoded(data.points));
  const codes = new Uint8Array(decoded(data.codes));
  const near = data.wide ? new Uint32Array(decoded(data.near)) : new Uint16Array(decoded(data.near));
  const count = codes.length;
  const each = count ? near.length / count : 0;
  /** @type {string[]} */
  const tags = Array.from({ length: count }, () => "");
  /** @type {Uint32Array} */
  let chosen = new Uint32Array();
  const hidden = new Uint8Array(256);

  /** @type {Map<number, import("./pictures.js").Picture>} */
  const sprites = new Map();
  const imaged = new Set((data.images?.sheets ?? []).flatMap((/** @type {any} */ sheet) => sheet.rows));
  for (const { rows: of, columns, jpeg } of data.images?.sheets ?? []) {
    const image = make("img", { src: `data:image/jpeg;base64,${jpeg}` });
    image.addEventListener("load", () => {
      const { side } = data.images;
      of.forEach((/** @type {number} */ row, /** @type {number} */ at) =>
        sprites.set(row, { image, x: (at % columns) * side, y: Math.floor(at / columns) * side }),
      );
      map.redraw();
    });
  }
  const pictures = button(tr("Images"), () => usePictures(pictures.getAttribute("aria-pressed") !== "true"), {
    hidden: !imaged.size,
    title: tr("Show rows as images where there is room"),
  });
  const map = openMap({ hover, select, click: similar });
  const tip = make("div", { className: "sophnet-tip", hidden: true });
  const legend = make("div", { className: "sophnet-legend" });
  const said = make("strong", {}, tr("Nothing is selected"));
  const rows = make("tbody", {});
  const filter = make("input", { type: "search", placeholder: tr("Filter by words"), "aria-label": tr("Filter by words"), hidden: !data.texts });
  const tag = make("input", { placeholder: tr("Tag, then Enter"), "aria-label": tr("Tag of the selected rows"), size: 14 });
  const tools = ["pan", "lasso", "box"].map((tool) =>
    button({ pan: tr("Move"), lasso: tr("Lasso"), box: tr("Box") }[tool] ?? "", () => use(tool)),
  );
  const root = make(
    "section",
    { className: "sophnet-panel sophnet-explorer", "aria-label": tr("Map of rows") },
    make(
      "header",
      {},
      make("span", { className: "sophnet-name" }, tr("Map")),
      make("span", { className: "sophnet-facts" }, data.facts),
      make("span", { className: "sophnet-gap" }),
      make("form", { className: "sophnet-finder", role: "search" }, filter),
    ),
    make(
      "div",
      { className: "sophnet-tools" },
      ...tools,
      button("+", () => map.zoomBy(1.5), { "aria-label": tr("Zoom in") }),
      button("−", () => map.zoomBy(1 / 1.5), { "aria-label": tr("Zoom out") }),
      button(tr("Fit"), () => map.zoom(null)),
      pictures,
      button(tr("Save .csv"), saveTable, { title: tr("The selected rows, all where none is") }),
      button(tr("Save tags"), saveTags, { title: tr("To be read by exploration.read_tags") }),
    ),
    make(
      "div",
      { className: "sophnet-split" },
      make("div", { className: "sophnet-stage" }, map.element, legend, tip),
      make(
        "aside",
        { "aria-label": tr("Rows") },
        make("div", { className: "sophnet-row" }, said, button(tr("Clear"), () => select(new Uint32Array(), "new"))),
        make("form", {}, tag),
        make("div", { className: "sophnet-list" }, make("table", {}, rows)),
      ),
    ),
  );
  document.body.append(root);
  map.element.style.height = "calc(100vh - 110px)";
  map.place(points, true);
  map.look({ colors: codes, palette: data.palette.map(rgb) });
  map.label(data.labels);
  use("pan");
  usePictures(imaged.size > 0);
  legend.replaceChildren(
    ...data.legend.map((/** @type {any} */ { name, color, count: many }, /** @type {number} */ number) => {
      const dot = make("i", {});
      dot.style.background = color;
      const label = many === null ? name : `${name} (${many.toLocaleString()})`;
      const entry = button("", () => toggle(number, entry), { title: tr("Hide") });
      entry.append(dot, label);
      entry.setAttribute("aria-pressed", "true");
      return entry;
    }),
  );

  /** @param {import("./pictures.js").Picture} picture */
  function copied({ image, x, y }) {
    const { side } = data.images;
    const canvas = make("canvas", { width: side, height: side, className: "sophnet-small" });
    canvas.getContext("2d")?.drawImage(image, x, y, side, side, 0, 0, side, side);
    return canvas;
  }

  /** @param {boolean} on */
  function usePictures(on) {
    pictures.setAttribute("aria-pressed", String(on));
    map.pictures(on ? { has: (row) => imaged.has(row), of: (row) => sprites.get(row), want: () => {} } : null);
  }

  /** @param {string} color */
  function rgb(color) {
    return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  }

  /** @param {number} row */
  const textOf = (row) => (data.texts ? data.texts[row] : tr("row {row}", { row: row + 1 }));

  /** @param {number} number @param {HTMLButtonElement} entry */
  function toggle(number, entry) {
    hidden[number] = 1 - hidden[number];
    entry.setAttribute("aria-pressed", String(!hidden[number]));
    map.look({ hidden: hidden.some(Boolean) ? hidden : null });
  }

  /** @param {number} row @param {number} x @param {number} y */
  function hover(row, x, y) {
    tip.hidden = row < 0;
    if (row < 0) return;
    tip.style.left = `${Math.min(x + 14, Math.max(0, map.element.clientWidth - 260))}px`;
    tip.style.top = `${y + 14}px`;
    tip.textContent = textOf(row);
    const picture = sprites.get(row);
    if (picture) tip.prepend(copied(picture));
    map.lines(row, Uint32Array.from(near.subarray(row * each, row * each + 8)).filter((other) => other < count));
  }

  /** @param {Uint32Array} positions @param {string} how */
  function select(positions, how) {
    const before = new Set(how === "new" ? [] : chosen);
    for (const row of positions) how === "remove" ? before.delete(row) : before.add(row);
    chosen = Uint32Array.from(before).sort();
    show();
  }

  function show() {
    const selected = chosen.length ? new Uint8Array(count) : null;
    for (const row of chosen) if (selected) selected[row] = 1;
    map.look({ selected });
    said.textContent = chosen.length ? tr("{many} of {total} selected", { many: chosen.length.toLocaleString(), total: count.toLocaleString() }) : tr("Nothing is selected");
    list([...chosen.subarray(0, 200)]);
  }

  /** @param {number[]} some @param {string} [title] */
  function list(some, title = "") {
    rows.replaceChildren(
      ...(title ? [make("tr", {}, make("th", {}, title))] : []),
      ...some.map((row) => {
        const open = button(textOf(row), () => similar(row), { className: "sophnet-text", title: tr("Similar rows") });
        return make("tr", {}, make("td", {}, open, ...(tags[row] ? [make("em", {}, ` ${tags[row]}`)] : [])));
      }),
    );
  }

  /** The true neighbors of a row. @param {number} row */
  function similar(row) {
    const found = [...near.subarray(row * each, (row + 1) * each)].filter((other) => other < count);
    map.mark(Uint32Array.from([row, ...found]));
    list([row, ...found], tr("Similar rows"));
  }

  /** @param {string} tool */
  function use(tool) {
    map.use(tool);
    tools.forEach((one, at) => one.setAttribute("aria-pressed", String(["pan", "lasso", "box"][at] === tool)));
  }

  /** A cell that a spreadsheet would take for a formula is quoted. @param {string} value */
  function cell(value) {
    const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return `"${plain.replaceAll('"', '""')}"`;
  }

  function saveTable() {
    const some = chosen.length ? [...chosen] : Array.from({ length: count }, (_, row) => row);
    const lines = some.map((row) => [String(row), textOf(row), tags[row], String(points[2 * row]), String(points[2 * row + 1])]);
    const text = [["row", "text", "tag", "x", "y"], ...lines].map((line) => line.map(cell).join(",")).join("\r\n");
    download("rows.csv", `\ufeff${text}\r\n`, "text/csv");
  }

  function saveTags() {
    const found = Object.fromEntries(tags.map((word, row) => [data.rows[row], word]).filter(([, word]) => word));
    download("tags.json", JSON.stringify({ map: data.map, tags: found }), "application/json");
  }

  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().trim();
    const found = [];
    for (let row = 0; words && row < count; row++) if (textOf(row).toLowerCase().includes(words)) found.push(row);
    select(Uint32Array.from(found), "new");
  });
  for (const form of root.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
  tag.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !tag.value.trim()) return;
    for (const row of chosen) tags[row] = tag.value.trim();
    tag.value = "";
    show();
  });
  map.element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") select(new Uint32Array(), "new");
  });
}

open();
