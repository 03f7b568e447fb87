import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { heatMap } from "./heat.js";
import { openMap } from "./map.js";
import { openSide } from "./side.js";
import { openSprites, shrunk } from "./sprites.js";

// Rows whose texts come at once, as in the kernel.
const BLOCK = 512;
const STATES = {
  embedding: tr("Embedding"),
  placing: tr("Placing"),
  ready: tr("Ready"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Map of rows"), kind: "explorer", on: events() });
  const map = openMap({ hover, select, click, compare: (a, b) => panel.send("axis", { a, b }) });
  const side = openSide(panel, { open: panelRow });
  const sprites = openSprites((rows) => panel.send("sprites", { rows }), () => map.redraw());
  const told = make("span", { className: "sophnet-facts" });
  const bar = make("progress", { max: 1, hidden: true });
  const halt = button(tr("Stop"), () => panel.send("halt"), { hidden: true, title: tr("What has come is kept") });
  const query = make("input", { type: "search", placeholder: tr("Search by meaning, then Enter"), "aria-label": tr("Search by meaning") });
  const pin = button(tr("Pin"), () => ask(true), { title: tr("Keep the query on the map") });
  const finder = make("form", { className: "sophnet-finder", role: "search" }, query, pin);
  const tools = ["pan", "lasso", "box"].map((tool) =>
    button({ pan: tr("Move"), lasso: tr("Lasso"), box: tr("Box") }[tool] ?? "", () => use(tool), {
      title: tool === "pan" ? tr("Drag the map") : tr("Shift adds, Alt takes away"),
    }),
  );
  const colors = make("select", { "aria-label": tr("Color by"), title: tr("Color by") });
  const mode = make(
    "select",
    { "aria-label": tr("Draw as"), title: tr("Draw as") },
    ...Object.entries({ auto: tr("auto"), discs: tr("discs"), density: tr("density") }).map(([value, said]) => make("option", { value }, said)),
  );
  const wrong = button(tr("Wrong labels"), () => panel.send("find", { what: "mislabeled", column: colors.value }), {
    title: tr("Rows whose neighbors have another label of the column that colors the map"),
  });
  const images = button(tr("Images"), () => usePictures(images.getAttribute("aria-pressed") !== "true"), {
    hidden: true,
    title: tr("Show rows as images where there is room"),
    "aria-pressed": "true",
  });
  const toolbar = make(
    "div",
    { className: "sophnet-tools", role: "toolbar", "aria-label": tr("Map") },
    ...tools,
    button("+", () => map.zoomBy(1.5), { "aria-label": tr("Zoom in") }),
    button("−", () => map.zoomBy(1 / 1.5), { "aria-label": tr("Zoom out") }),
    button(tr("Fit"), () => map.zoom(null)),
    colors,
    mode,
    button(tr("Duplicates"), () => panel.send("find", { what: "duplicates" })),
    button(tr("Outliers"), () => panel.send("find", { what: "outliers" })),
    wrong,
    images,
    button("PNG", () => panel.send("picture")),
  );
  const legend = make("div", { className: "sophnet-legend", role: "group", "aria-label": tr("Colors") });
  const tip = make("div", { className: "sophnet-tip", hidden: true });
  const stage = make("div", { className: "sophnet-stage" }, map.element, legend, tip);
  const gapSaid = make("span", {});
  const gapSwitch = button("", () => panel.send("center", { by: gapSwitch.dataset.by ?? "" }));
  const gap = make("div", { className: "sophnet-gap-note", hidden: true }, gapSaid, gapSwitch);
  const notices = make("div", { className: "sophnet-notices sophnet-faint", hidden: true });
  const split = make("div", { className: "sophnet-split" }, stage, side.element);
  const frame = openFrame(panel, model, {
    title: tr("Map"),
    phases: STATES,
    acts: [told, bar, halt, finder],
    body: [toolbar, notices, gap, split],
    room: split,
  });

  let total = 0;
  /** @type {Map<number, {texts: string[], images: Record<string, string>}>} */
  const blocks = new Map();
  /** @type {Set<number>} */
  const wanted = new Set();
  /** @type {Set<number>} */
  const hiddenColors = new Set();
  let pointed = -1;
  let walker = -1;
  /** @type {Uint32Array} */
  let walk = new Uint32Array();
  let timer = 0;

  /** @param {DataView<ArrayBuffer>} data */
  function floats(data) {
    return new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  }

  /** @param {DataView<ArrayBuffer>} data */
  function integers(data) {
    return new Uint32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  }

  /** @param {DataView<ArrayBuffer>} data */
  function bytes(data) {
    return new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  }

  function events() {
    return {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      state(event, buffers) {
        total = event.count;
        map.element.style.height = `${event.height}px`;
        showColumns(event.columns);
        showProgress(event);
        showNotices(event.notices);
        sprites.hold(integers(buffers[2]));
        images.hidden = !sprites.any;
        usePictures(sprites.any);
        map.place(floats(buffers[0]), true);
        showSelection(integers(buffers[1]));
        panel.send("list");
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      placed: ({ epoch, of }, [points]) => {
        map.place(floats(points), true);
        if (of > 1) showBar(epoch / of);
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      rows: ({ count: now }, [points, images]) => {
        sprites.hold(integers(images));
        total = now;
        blocks.clear();
        wanted.clear();
        map.place(floats(points));
      },
      /** @param {any} event */
      progress: (event) => showProgress(event),
      /** @param {any} event */
      facts: ({ facts }) => (told.textContent = facts.join(" · ")),
      /** @param {any} event */
      notice({ text, notices: all }) {
        panel.announce(text);
        showNotices(all);
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      selection: (event, [positions]) => showSelection(integers(positions)),
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      highlight: (event, [positions]) => map.mark(integers(positions)),
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      zoom: (event, buffers) => map.zoom(buffers.length ? integers(buffers[0]) : null),
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      colors: (event, [codes]) => showColors(event, bytes(codes)),
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      sizes: (event, buffers) => map.look({ sizes: buffers.length ? floats(buffers[0]) : null }),
      /** @param {any} event */
      clusters({ clusters: found }) {
        map.label(found);
        side.clusters(found);
      },
      /** @param {any} event */
      pins({ pins }) {
        map.pin(pins);
        side.pins(pins);
      },
      /** @param {any} event */
      gap: (event) => showGap(event),
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      sprites: ({ rows, columns, side: pixels }, [data]) => void sprites.take(rows, columns, pixels, bytes(data).buffer),
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      heat: (event, [cosines]) => side.heat(heatMap(event, floats(cosines), () => side.heat(null))),
      /** @param {any} event */
      block({ block, texts, images }) {
        blocks.set(block, { texts, images });
        wanted.delete(block);
        showTip();
      },
      /** @param {any} event */
      list: ({ rows: listed, total: all, title, note }) => side.list(listed, all - listed.length, title, note),
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      near({ row }, [positions]) {
        walk = integers(positions);
        if (row === pointed || row === walker) map.lines(row, walk);
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      found(event, [positions]) {
        map.mark(integers(positions));
        side.list(event.rows, 0, event.title, event.note);
        panel.announce(tr("{count} rows found", { count: event.rows.length }));
      },
      /** @param {any} event */
      answer: ({ text }) => side.answer(text),
      /** @param {any} event */
      asked: ({ text }) => side.asked(text),
      /** @param {any} event */
      picture: ({ png }) => make("a", { href: `data:image/png;base64,${png}`, download: "map.png" }).click(),
    };
  }

  /** @param {any} event */
  function showProgress({ phase_now: now, facts, problem, fraction }) {
    const state = /** @type {keyof typeof STATES} */ (now);
    const busy = state === "embedding" || state === "placing";
    frame.show(state);
    if (facts) told.textContent = facts.join(" · ");
    panel.fail(problem ?? "");
    halt.hidden = !busy;
    bar.hidden = !busy;
    if (busy) showBar(fraction);
  }

  /** @param {number | undefined} fraction */
  function showBar(fraction) {
    if (fraction === undefined || fraction === null) bar.removeAttribute("value");
    else bar.value = fraction;
  }

  /** @param {string[]} columns */
  function showColumns(columns) {
    const chosen = colors.value;
    const own = { "": tr("no color"), cluster: tr("cluster"), trust: tr("trust"), kind: tr("kind") };
    const choices = [...Object.entries(own), ...columns.filter((name) => !(name in own)).map((name) => [name, name])];
    colors.replaceChildren(...choices.map(([value, said]) => make("option", { value }, said)));
    colors.value = chosen;
  }

  /** @param {any} event @param {Uint8Array} codes */
  function showColors({ palette, legend: entries, title, numbers }, codes) {
    const known = [...colors.options].some((option) => option.value === title);
    if (known) colors.value = title;
    hiddenColors.clear();
    map.look({ colors: codes, palette: palette.map(rgb), hidden: null });
    legend.replaceChildren(
      ...(title && !known ? [make("b", {}, title)] : []),
      ...entries.map((/** @type {any} */ { name, color, count: many }, /** @type {number} */ number) => {
        const dot = make("i", {});
        dot.style.background = color;
        const label = many === null ? name : `${name} (${many.toLocaleString()})`;
        if (numbers) return make("span", {}, dot, label);
        const entry = button("", () => toggle(number, entry, palette.length), { title: tr("Hide; with Shift alone") });
        entry.append(dot, label);
        entry.setAttribute("aria-pressed", "true");
        entry.addEventListener("click", (event) => {
          if (event.shiftKey) isolate(number, palette.length);
        });
        return entry;
      }),
    );
    legend.hidden = !entries.length;
  }

  /** @param {number} number @param {HTMLButtonElement} entry @param {number} many */
  function toggle(number, entry, many) {
    if (!hiddenColors.delete(number)) hiddenColors.add(number);
    entry.setAttribute("aria-pressed", String(!hiddenColors.has(number)));
    hide(many);
  }

  /** @param {number} number @param {number} many */
  function isolate(number, many) {
    const entries = [...legend.querySelectorAll("button")];
    hiddenColors.clear();
    entries.forEach((entry, other) => {
      if (other !== number) hiddenColors.add(other);
      entry.setAttribute("aria-pressed", String(other === number));
    });
    hide(many);
  }

  /** @param {number} many */
  function hide(many) {
    const hidden = new Uint8Array(Math.max(256, many));
    for (const number of hiddenColors) hidden[number] = 1;
    map.look({ hidden: hiddenColors.size ? hidden : null });
  }

  /** @param {string} color */
  function rgb(color) {
    return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  }

  /** @param {Uint32Array} positions */
  function showSelection(positions) {
    const selected = positions.length ? new Uint8Array(total) : null;
    for (const row of positions) if (selected) selected[row] = 1;
    map.look({ selected });
    side.count(positions.length, total);
  }

  /** @param {string[]} all */
  function showNotices(all) {
    notices.hidden = !all.length;
    notices.replaceChildren(...all.slice(-3).map((text) => make("div", {}, text)));
  }

  /** Groups that stand apart are told, and the switch is offered: it is never thrown by itself. @param {any} event */
  function showGap({ sentence, by, large, centered }) {
    gap.hidden = !(large || centered);
    gapSaid.textContent = sentence;
    gapSwitch.textContent = centered ? tr("Tell {by} apart again", { by }) : tr("Take {by} out", { by });
    gapSwitch.dataset.by = centered ? "" : by;
  }

  /** @param {boolean} on */
  function usePictures(on) {
    images.setAttribute("aria-pressed", String(on));
    map.pictures(on ? sprites.pictures : null);
  }

  /** @param {number} row */
  function panelRow(row) {
    walker = row;
    map.mark(Uint32Array.from([row]));
    map.lines(row, new Uint32Array());
    panel.send("near", { row });
  }

  /** @param {number} row @param {number} x @param {number} y */
  function hover(row, x, y) {
    tip.style.left = `${Math.min(x + 14, Math.max(0, map.element.clientWidth - 260))}px`;
    tip.style.top = `${y + 14}px`;
    if (row === pointed) return;
    pointed = row;
    showTip();
    clearTimeout(timer);
    timer = setTimeout(() => {
      panel.send("hover", { row });
      if (row >= 0) panel.send("near", { row });
    }, 80);
  }

  function showTip() {
    tip.hidden = pointed < 0;
    if (pointed < 0) return;
    const number = Math.floor(pointed / BLOCK);
    const block = blocks.get(number);
    if (!block) {
      tip.textContent = "…";
      if (!wanted.has(number)) panel.send("block", { block: number });
      wanted.add(number);
      return;
    }
    tip.textContent = block.texts[pointed - number * BLOCK] ?? "";
    const image = block.images[pointed];
    if (image) tip.prepend(make("img", { src: `data:image/png;base64,${image}`, alt: "" }));
  }

  /** @param {Uint32Array} positions @param {string} how */
  function select(positions, how) {
    panel.send("select", { how }, [/** @type {ArrayBuffer} */ (positions.buffer.slice(0))]);
  }

  /** @param {number} row */
  function click(row) {
    walker = row;
    panel.send("near", { row });
  }

  /** @param {string} tool */
  function use(tool) {
    map.use(tool);
    tools.forEach((each, at) => each.setAttribute("aria-pressed", String(["pan", "lasso", "box"][at] === tool)));
  }

  /** @param {boolean} pinned */
  function ask(pinned) {
    const text = query.value.trim();
    if (!text) return;
    panel.fail("");
    panel.send("search", { text, pin: pinned });
  }

  /** Find what is like an image that was dropped. @param {File | undefined} file */
  async function searchBy(file) {
    panel.fail("");
    try {
      if (!file) throw new Error("no image");
      panel.send("search-image", { name: file.name }, [await shrunk(file)]);
    } catch {
      panel.fail(tr("That is no image that can be read: drop a PNG or a JPEG."));
    }
  }

  finder.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(false);
  });
  query.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    ask(false);
  });
  stage.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  stage.addEventListener("drop", (event) => {
    const file = [...(event.dataTransfer?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    searchBy(file);
  });
  query.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    searchBy(file);
  });
  colors.addEventListener("change", () => panel.send("color", { by: colors.value }));
  mode.addEventListener("change", () => map.look({ mode: mode.value }));
  map.element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") panel.send("clear");
    else if (event.key === "/") {
      event.preventDefault();
      query.focus();
    } else if (event.key === "Enter" && walker >= 0) select(Uint32Array.from([walker]), event.shiftKey ? "add" : "new");
    else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      step(event.key);
    }
  });

  /** To the true neighbor that lies in that direction on the map. @param {string} key */
  function step(key) {
    const begin = map.where(walker);
    if (!begin) {
      walker = 0;
      panelRow(0);
      return;
    }
    const away = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
    let best = -1;
    let most = 0;
    for (const row of walk) {
      const at = map.where(row);
      if (!at) continue;
      const [across, down] = [at[0] - begin[0], at[1] - begin[1]];
      const toward = (across * away[0] + down * away[1]) / (Math.hypot(across, down) || 1);
      if (toward > most) [most, best] = [toward, row];
    }
    if (best < 0) return;
    panelRow(best);
    pointed = best;
    const [x, y] = map.where(best) ?? [0, 0];
    tip.style.left = `${x + 14}px`;
    tip.style.top = `${y + 14}px`;
    showTip();
    panel.announce(tip.textContent ?? "");
  }

  use("pan");
  showSelection(new Uint32Array());
  return () => {
    clearTimeout(timer);
    map.close();
    panel.close();
  };
}

export default { render };
