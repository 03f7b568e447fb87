// Draws one fixed scene in each way, and writes the pixels: no browser, no clock, no chance.
import { readFileSync } from "node:fs";

globalThis.devicePixelRatio = 1;
const [module, script] = process.argv.slice(2);
const { draw } = await import(module);
const { sorted } = await import(script);
const { width, height, places, colors, palette, view, looks } = JSON.parse(readFileSync(0, "utf8"));
const points = sorted(Float32Array.from(places, (each) => each ?? NaN));
const usual = {
  colors: Uint8Array.from(colors), palette,
  selected: null, hidden: null, sizes: null, dark: false, paper: [255, 255, 255], mode: "auto",
};
const drawn = looks.map(({ moving = false, ratio = 1, zoom = 1, ...look }) => {
  globalThis.devicePixelRatio = ratio;
  let kept;
  const canvas = { width: width * ratio, height: height * ratio };
  const createImageData = (wide, high) => ({ data: new Uint8ClampedArray(4 * wide * high) });
  const context = { canvas, createImageData, putImageData: (image) => (kept = image.data) };
  for (const name of ["selected", "hidden"]) if (look[name]) look[name] = Uint8Array.from(look[name]);
  if (look.sizes) look.sizes = Float32Array.from(look.sizes);
  const how = draw(context, points, { ...view, scale: view.scale * zoom }, { ...usual, ...look }, moving);
  return { how, pixels: Buffer.from(kept.buffer).toString("base64") };
});
process.stdout.write(JSON.stringify(drawn));
