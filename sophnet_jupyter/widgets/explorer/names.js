import { make } from "../page/dom.js";

/**
 * Names on the map, those of larger clusters first; what would cover another one is left out.
 *
 * @param {{label: string, x: number, y: number}[]} labels  At places of the map.
 * @param {(x: number, y: number) => [number, number]} toPage
 * @param {number} width @param {number} height
 * @returns {HTMLElement[]}
 */
export function namesApart(labels, toPage, width, height) {
  /** @type {[number, number, number, number][]} */
  const taken = [];
  const shown = [];
  for (const { label, x, y } of labels) {
    const [left, top] = toPage(x, y);
    if (left < 0 || top < 0 || left > width || top > height) continue;
    const half = 4 + [...label].reduce((sum, letter) => sum + (letter < "⺀" ? 3.4 : 6.4), 0);
    const middle = Math.max(half, Math.min(width - half, left));
    const box = /** @type {[number, number, number, number]} */ ([middle - half, top - 9, middle + half, top + 9]);
    if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    const name = make("span", {}, label);
    name.style.left = `${middle}px`;
    name.style.top = `${Math.max(10, Math.min(height - 10, top))}px`;
    shown.push(name);
  }
  return shown;
}
