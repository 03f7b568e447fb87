import { figure } from "./figure.js";

// Of the eight colors that everybody tells apart, those that stand out on light and dark.
const COLORS = ["#d55e00", "#0072b2", "#009e73", "#cc79a7"];
// Rays that are told with their score.
const TOLD = 4;

/**
 * @typedef {object} Pin  A query on the map, and the rows that are nearest to it.
 * @property {string} label
 * @property {number} x
 * @property {number} y
 * @property {{row: number, score: number}[]} rays
 */

/** @param {number} number */
export const colorOfPin = (number) => COLORS[number % COLORS.length];

/**
 * Pins with a ray to each of their rows; the first of them with their cosines.
 *
 * @param {CanvasRenderingContext2D} context @param {Pin[]} pins
 * @param {(pin: Pin) => [number, number]} place
 * @param {(row: number) => [number, number] | null} where
 * @param {boolean} dark
 */
export function drawPins(context, pins, place, where, dark) {
  const [ink, halo] = dark ? ["#fff", "#111"] : ["#000", "#fff"];
  /** @type {[number, number][]} */
  const told = [];
  pins.forEach((pin, number) => {
    const color = colorOfPin(number);
    const [x, y] = place(pin);
    pin.rays.forEach(({ row, score }, rank) => {
      const end = where(row);
      if (!end) return;
      context.strokeStyle = color;
      context.globalAlpha = rank < TOLD ? 0.8 : 0.35;
      context.lineWidth = rank < TOLD ? 1.5 : 1;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(...end);
      context.stroke();
      context.globalAlpha = 1;
      // A score that would cover another one is left out.
      if (rank >= TOLD || told.some(([left, top]) => Math.abs(left - end[0]) < 26 && Math.abs(top - end[1]) < 13)) return;
      told.push(end);
      write(context, figure(score), end[0], end[1] - 8, "11px", ink, halo);
    });
  });
  pins.forEach((pin, number) => {
    const [x, y] = place(pin);
    context.fillStyle = colorOfPin(number);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x - 6, y - 12);
    context.lineTo(x + 6, y - 12);
    context.fill();
    write(context, pin.label.slice(0, 40), x, y - 16, "600 12px", ink, halo);
  });
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} x @param {number} y @param {string} font @param {string} ink @param {string} halo */
function write(context, text, x, y, font, ink, halo) {
  context.font = `${font} system-ui, sans-serif`;
  context.textAlign = "center";
  context.lineWidth = 3;
  context.strokeStyle = halo;
  context.strokeText(text, x, y);
  context.fillStyle = ink;
  context.fillText(text, x, y);
}

/** The pin below the pointer: its head or its name. @param {Pin[]} pins @param {(pin: Pin) => [number, number]} place @param {number} x @param {number} y @param {Pin} [without] */
export function pinAt(pins, place, x, y, without) {
  return pins.findLast((pin) => {
    if (pin === without) return false;
    const [left, bottom] = place(pin);
    const half = Math.max(10, Math.min(40, pin.label.length) * 3.4);
    return Math.abs(x - left) <= half && y <= bottom + 4 && y >= bottom - 30;
  });
}
