/**
 * The rows of a map, sorted by cells of a grid: so that drawing skips what is out of sight, and the
 * row below the pointer is found among its neighbors and not among all.
 */

const CELLS = 64;

/**
 * @typedef {object} View  What is seen: the middle of the map, and pixels for each of its units.
 * @property {number} x
 * @property {number} y
 * @property {number} scale
 */

/**
 * @typedef {object} Points
 * @property {number} count  Rows that have a place.
 * @property {Float32Array} x
 * @property {Float32Array} y
 * @property {Uint32Array} rows  Their positions in the table.
 * @property {Uint32Array} starts  Where the rows of each cell begin, and where the last ends.
 * @property {[number, number, number, number]} box  Left, bottom, right, top.
 */

/**
 * Sort `places`, x and y of each row by turns, NaN where it has none.
 *
 * @param {Float32Array} places @returns {Points}
 */
export function sorted(places) {
  const total = places.length / 2;
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  let count = 0;
  for (let row = 0; row < total; row++) {
    const x = places[2 * row];
    const y = places[2 * row + 1];
    if (!(x === x && y === y)) continue;
    count++;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  if (!count) [left, bottom, right, top] = [-1, -1, 1, 1];
  const across = (CELLS - 0.001) / (right - left || 1);
  const up = (CELLS - 0.001) / (top - bottom || 1);
  const cell = new Uint16Array(total);
  const starts = new Uint32Array(CELLS * CELLS + 1);
  for (let row = 0; row < total; row++) {
    const x = places[2 * row];
    const y = places[2 * row + 1];
    if (!(x === x && y === y)) continue;
    const at = Math.floor((y - bottom) * up) * CELLS + Math.floor((x - left) * across);
    cell[row] = at;
    starts[at + 1]++;
  }
  for (let at = 0; at < CELLS * CELLS; at++) starts[at + 1] += starts[at];
  const next = starts.slice();
  const points = {
    count,
    x: new Float32Array(count),
    y: new Float32Array(count),
    rows: new Uint32Array(count),
    starts,
    box: /** @type {[number, number, number, number]} */ ([left, bottom, right, top]),
  };
  const stride = strideOf(total);
  for (let turn = 0, row = 0; turn < total; turn++, row = (row + stride) % total) {
    const x = places[2 * row];
    const y = places[2 * row + 1];
    if (!(x === x && y === y)) continue;
    const at = next[cell[row]]++;
    points.x[at] = x;
    points.y[at] = y;
    points.rows[at] = row;
  }
  return points;
}

/**
 * A step by which all rows are gone through, far from the table's order: what is painted later
 * covers what came before, and the last category of a table would cover all others. The kernel's
 * picture has the same.
 *
 * @param {number} total
 */
function strideOf(total) {
  const divisor = (/** @type {number} */ one, /** @type {number} */ other) => {
    while (other) [one, other] = [other, one % other];
    return one;
  };
  let stride = Math.max(1, Math.floor(total * 0.618));
  while (divisor(stride, total) > 1) stride++;
  return stride;
}

/**
 * Call `visit(from, to)` with the places of all rows in cells that touch a box of the map.
 *
 * @param {Points} points
 * @param {number} left @param {number} bottom @param {number} right @param {number} top
 * @param {(from: number, to: number) => void} visit
 */
export function within(points, left, bottom, right, top, visit) {
  const [west, south, east, north] = points.box;
  const across = (CELLS - 0.001) / (east - west || 1);
  const up = (CELLS - 0.001) / (north - south || 1);
  const clamp = (/** @type {number} */ at) => Math.max(0, Math.min(CELLS - 1, Math.floor(at)));
  if (right < west || left > east || top < south || bottom > north) return;
  const [first, last] = [clamp((left - west) * across), clamp((right - west) * across)];
  for (let line = clamp((bottom - south) * up); line <= clamp((top - south) * up); line++) {
    const from = points.starts[line * CELLS + first];
    const to = points.starts[line * CELLS + last + 1];
    if (from < to) visit(from, to);
  }
}

/**
 * The row nearest to a place, at most `reach` units away; -1 where none is.
 *
 * @param {Points} points @param {number} x @param {number} y @param {number} reach
 * @param {(row: number) => boolean} seen
 */
export function pick(points, x, y, reach, seen) {
  let found = -1;
  let least = reach * reach;
  within(points, x - reach, y - reach, x + reach, y + reach, (from, to) => {
    for (let at = from; at < to; at++) {
      const away = (points.x[at] - x) ** 2 + (points.y[at] - y) ** 2;
      if (away <= least && seen(points.rows[at])) {
        least = away;
        found = points.rows[at];
      }
    }
  });
  return found;
}

/**
 * The rows inside an outline, x and y by turns.
 *
 * @param {Points} points @param {number[]} outline @param {(row: number) => boolean} seen
 */
export function inside(points, outline, seen) {
  /** @type {number[]} */
  const found = [];
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < outline.length; at += 2) {
    left = Math.min(left, outline[at]);
    right = Math.max(right, outline[at]);
    bottom = Math.min(bottom, outline[at + 1]);
    top = Math.max(top, outline[at + 1]);
  }
  within(points, left, bottom, right, top, (from, to) => {
    for (let at = from; at < to; at++) {
      if (seen(points.rows[at]) && holds(outline, points.x[at], points.y[at])) {
        found.push(points.rows[at]);
      }
    }
  });
  return Uint32Array.from(found).sort();
}

/** @param {number[]} outline @param {number} x @param {number} y */
function holds(outline, x, y) {
  let odd = false;
  for (let one = 0, other = outline.length - 2; one < outline.length; other = one, one += 2) {
    const [x1, y1, x2, y2] = [outline[one], outline[one + 1], outline[other], outline[other + 1]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
  }
  return odd;
}
