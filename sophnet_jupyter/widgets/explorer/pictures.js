import { within } from "./points.js";

// Pixels of a small image in a sheet, and on the map.
export const SIDE = 64;
const SHOWN = 48;
// So many in sight are a crowd, of which single ones say nothing.
const CROWD = 3000;
const APART = SHOWN + 4;

/**
 * @typedef {object} Picture  A row's image: where it stands in a sheet of many.
 * @property {CanvasImageSource} image
 * @property {number} x
 * @property {number} y
 */

/**
 * @typedef {object} Pictures
 * @property {(row: number) => boolean} has
 * @property {(row: number) => Picture | undefined} of  Undefined before it has come.
 * @property {(rows: number[]) => void} want
 */

/**
 * The rows in sight that have room to be shown as what they are: none covers another one.
 *
 * @param {import("./points.js").Points} points @param {import("./points.js").View} view
 * @param {number} width @param {number} height
 * @param {(row: number) => boolean} shown
 * @returns {{row: number, x: number, y: number}[]}
 */
export function roomy(points, view, width, height, shown) {
  const half = [width / 2 / view.scale, height / 2 / view.scale];
  /** @type {{row: number, x: number, y: number}[]} */
  const found = [];
  /** @type {Map<number, {x: number, y: number}[]>} */
  const taken = new Map();
  let seen = 0;
  within(points, view.x - half[0], view.y - half[1], view.x + half[0], view.y + half[1], (from, to) => {
    for (let at = from; at < to && seen <= CROWD; at++) {
      const row = points.rows[at];
      if (!shown(row)) continue;
      seen++;
      const x = width / 2 + (points.x[at] - view.x) * view.scale;
      const y = height / 2 - (points.y[at] - view.y) * view.scale;
      if (x < 0 || y < 0 || x > width || y > height) continue;
      const [column, line] = [Math.floor(x / APART), Math.floor(y / APART)];
      let free = true;
      for (let cell = 0; cell < 9 && free; cell++) {
        const key = (line + Math.floor(cell / 3) - 1) * 4096 + column + (cell % 3) - 1;
        free = !taken.get(key)?.some((other) => Math.abs(other.x - x) < APART && Math.abs(other.y - y) < APART);
      }
      if (!free) continue;
      const key = line * 4096 + column;
      taken.set(key, [...(taken.get(key) ?? []), { x, y }]);
      found.push({ row, x, y });
    }
  });
  return seen > CROWD ? [] : found;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{row: number, x: number, y: number}[]} places
 * @param {Pictures} pictures
 * @param {(row: number) => {color: string, faint: boolean}} look
 * @returns {number} How many were drawn.
 */
export function drawPictures(context, places, pictures, look) {
  const missing = [];
  for (const { row, x, y } of places) {
    const picture = pictures.of(row);
    if (!picture) {
      missing.push(row);
      continue;
    }
    const { color, faint } = look(row);
    context.globalAlpha = faint ? 0.3 : 1;
    context.fillStyle = color;
    context.fillRect(x - SHOWN / 2 - 2, y - SHOWN / 2 - 2, SHOWN + 4, SHOWN + 4);
    context.drawImage(picture.image, picture.x, picture.y, SIDE, SIDE, x - SHOWN / 2, y - SHOWN / 2, SHOWN, SHOWN);
    context.globalAlpha = 1;
  }
  if (missing.length) pictures.want(missing);
  return places.length - missing.length;
}

/** The row whose image is at a place; -1 without one. @param {{row: number, x: number, y: number}[]} places @param {number} x @param {number} y */
export function pictureAt(places, x, y) {
  const found = places.find((each) => Math.abs(each.x - x) <= SHOWN / 2 && Math.abs(each.y - y) <= SHOWN / 2);
  return found ? found.row : -1;
}
