// What the panel's map does with a million rows, as CPU of Node, which runs scripts as Chromium does.
import { readFileSync } from "node:fs";

globalThis.devicePixelRatio = 1;
const [drawing, sorting] = process.argv.slice(2);
const { draw } = await import(drawing);
const { pick, sorted } = await import(sorting);
const count = Number(readFileSync(0, "utf8"));
const [width, height] = [768, 420];
const places = new Float32Array(2 * count);
let seed = 1;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
// Around forty centers, as clusters are.
const centers = Array.from({ length: 80 }, () => random() * 20 - 10);
for (let row = 0; row < count; row++) {
  const center = 2 * (row % 40);
  for (const side of [0, 1]) {
    places[2 * row + side] = centers[center + side] + random() + random() + random() - 1.5;
  }
}
const look = {
  colors: Uint8Array.from({ length: count }, (_, row) => row % 10),
  palette: Array.from({ length: 10 }, (_, color) => [20 * color, 100, 255 - 20 * color]),
  selected: null, hidden: null, sizes: null, dark: false, paper: [255, 255, 255], mode: "auto",
};
const context = {
  canvas: { width, height },
  createImageData: (wide, high) => ({ data: new Uint8ClampedArray(4 * wide * high) }),
  putImageData() {},
};
const view = { x: 0, y: 0, scale: 17 };

/** The median of the CPU milliseconds that `work` takes. */
function timed(work, times = 15) {
  const taken = Array.from({ length: times }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return taken.sort((one, other) => one - other)[times >> 1];
}

const points = sorted(places);
console.log(
  JSON.stringify({
    sorted: timed(() => sorted(places), 5),
    density: timed(() => draw(context, points, view, look, false)),
    dragged: timed(() => draw(context, points, view, { ...look, mode: "discs" }, true)),
    // A thousand places that a pointer may be at: milliseconds of one.
    pointed: timed(() => {
      for (let at = 0; at < 1000; at++) pick(points, (at % 40) / 2 - 10, at / 50 - 10, 0.6, () => true);
    }) / 1000,
  }),
);
