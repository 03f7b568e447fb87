import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { figure } from "./figure.js";

const BARS = 40;

/**
 * The cosines of some rows, all against all, and how often each occurs; a click reads both texts.
 *
 * @param {{texts: string[], chance: number}} told @param {Float32Array} cosines  m × m.
 * @param {() => void} onClose @returns {HTMLElement}
 */
export function heatMap({ texts, chance }, cosines, onClose) {
  const many = texts.length;
  const canvas = make("canvas", { width: many, height: many, className: "sophnet-heat", tabIndex: 0, role: "application" });
  canvas.setAttribute("aria-label", tr("Similarities of the selected rows: arrows go from pair to pair"));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(many, many);
  const low = Math.min(chance, 0.99);
  for (let at = 0; at < many * many; at++) {
    const tone = Math.max(0, Math.min(1, (cosines[at] - low) / (1 - low)));
    // From the ground of a page to a blue that is read on light and dark.
    image.data.set([Math.round(240 - 240 * tone), Math.round(240 - 126 * tone), Math.round(240 - 62 * tone), 255], 4 * at);
  }
  context.putImageData(image, 0, 0);
  const said = make("div", { className: "sophnet-pair", role: "status" });
  let [line, column] = [0, Math.min(1, many - 1)];

  function read() {
    const score = cosines[line * many + column];
    said.replaceChildren(
      make("strong", {}, `${figure(score)} `),
      make("span", { className: "sophnet-faint" }, tr("by chance {chance}", { chance: figure(chance) })),
      make("p", {}, texts[line]),
      make("p", {}, texts[column]),
    );
  }
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const at = (/** @type {number} */ share) => Math.max(0, Math.min(many - 1, Math.floor(share * many)));
    column = at((event.clientX - box.left) / box.width);
    line = at((event.clientY - box.top) / box.height);
    read();
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    line = Math.max(0, Math.min(many - 1, line + step[0]));
    column = Math.max(0, Math.min(many - 1, column + step[1]));
    read();
  });
  read();
  return make(
    "div",
    { className: "sophnet-heats", role: "group", "aria-label": tr("Heat-map") },
    make("div", { className: "sophnet-row" }, make("strong", {}, tr("{many} × {many} similarities", { many })), button(tr("Close"), onClose)),
    make("div", { className: "sophnet-split" }, canvas, make("div", { className: "sophnet-beside" }, said, histogram(cosines, many, chance))),
  );
}

/** How often each cosine occurs among the pairs, and what random pairs have. @param {Float32Array} cosines @param {number} many @param {number} chance */
function histogram(cosines, many, chance) {
  const counts = new Uint32Array(BARS);
  let lowest = Math.min(chance, 0.99);
  for (let line = 0; line < many; line++) for (let column = 0; column < line; column++) lowest = Math.min(lowest, cosines[line * many + column]);
  const place = (/** @type {number} */ score) => Math.max(0, Math.min(BARS - 1, Math.floor(((score - lowest) / (1 - lowest)) * BARS)));
  for (let line = 0; line < many; line++) for (let column = 0; column < line; column++) counts[place(cosines[line * many + column])]++;
  const most = Math.max(1, ...counts);
  const bars = [...counts].map((count, at) => {
    const bar = make("i", { title: tr("{similarity}: {count} pairs", { similarity: figure(lowest + (at / BARS) * (1 - lowest)), count: count.toLocaleString() }) });
    bar.style.height = `${(100 * count) / most}%`;
    return bar;
  });
  const line = make("b", { title: tr("Random pairs: {chance}", { chance: figure(chance) }) });
  line.style.left = `${(100 * (chance - lowest)) / (1 - lowest)}%`;
  const ends = make("div", { className: "sophnet-ends sophnet-faint" }, make("span", {}, figure(lowest)), make("span", {}, "1.00"));
  const chart = make("div", { className: "sophnet-histogram", role: "img" }, ...bars, line);
  chart.setAttribute("aria-label", tr("Histogram of the similarities; random pairs have {chance}", { chance: figure(chance) }));
  return make("div", {}, chart, ends);
}
