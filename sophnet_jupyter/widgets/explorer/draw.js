import { within } from "./points.js";

/**
 * Rows as pixels that are written by hand: discs, or their density where they cover each other.
 *
 * No WebGL: in software it takes ten times as long, and many machines have nothing else.
 */

// Rows for each pixel of the map from which their density is drawn.
const CROWDED = 0.12;
// Rows that are drawn while the map is dragged.
const FEW = 100_000;
const UNSELECTED = [201, 201, 201];
const FAINT = [96, 96, 96];

/**
 * @typedef {object} Look
 * @property {Uint8Array} colors  Of each row of the table, a number into `palette`.
 * @property {number[][]} palette  Red, green and blue.
 * @property {Uint8Array | null} selected  Of each row 1 where it is; null where none is.
 * @property {Uint8Array | null} hidden  Of each color 1 where it is not shown.
 * @property {Float32Array | null} sizes  Of each row, from 0 to 1.
 * @property {boolean} dark
 * @property {number[]} paper  The ground's red, green and blue.
 * @property {"auto" | "discs" | "density"} mode
 */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./points.js").Points} points
 * @param {import("./points.js").View} view
 * @param {Look} look
 * @param {boolean} moving  Whether the map is dragged, so that it must be quick.
 * @returns {"discs" | "density" | "quick"} how it was drawn
 */
export function draw(context, points, view, look, moving) {
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const [red, green, blue] = look.paper.map(Math.round);
  // Clear, so that the page's ground is seen; of its color, so that edges mix with it.
  pixels.fill(((blue << 16) | (green << 8) | red) >>> 0);
  const ratio = Math.min(2, devicePixelRatio || 1);
  const scale = view.scale * ratio;
  const frame = { width, height, scale, left: width / 2 - view.x * scale, top: height / 2 + view.y * scale };
  const half = [width / 2 / scale, height / 2 / scale];
  let seen = 0;
  /** @type {[number, number][]} */
  const runs = [];
  within(points, view.x - half[0], view.y - half[1], view.x + half[0], view.y + half[1], (from, to) => {
    runs.push([from, to]);
    seen += to - from;
  });
  const crowded = seen > CROWDED * width * height || seen > 60_000;
  const way = look.mode === "auto" ? (crowded ? "density" : "discs") : look.mode;
  if (moving && way === "discs" && seen > 5_000) drawQuick(pixels, points, runs, frame, look, seen);
  else if (way === "density") drawDensity(pixels, points, runs, frame, look);
  else drawDiscs(pixels, points, runs, frame, look, discOf(points.count, ratio, seen));
  context.putImageData(image, 0, 0);
  return moving && way === "discs" && seen > 5_000 ? "quick" : way;
}

/** @param {number} count @param {number} ratio @param {number} seen */
function discOf(count, ratio, seen) {
  const radius = Math.max(1.2, Math.min(5, 40 / Math.max(1, Math.min(count, 3 * seen)) ** 0.38));
  return radius * ratio;
}

/** @param {Look} look @param {number} row */
function colorOf(look, row) {
  const plain = look.palette[look.colors[row]] ?? UNSELECTED;
  if (!look.selected || look.selected[row]) return plain;
  return look.dark ? FAINT : UNSELECTED;
}

/**
 * The pixels of a disc: how far from its middle, and how much of each is covered.
 *
 * @param {number} radius @param {number} width
 */
function stamp(radius, width) {
  const reach = Math.ceil(radius);
  const offsets = [];
  const shares = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      let covered = 0;
      for (let part = 0; part < 16; part++) {
        const across = x + ((part & 3) - 1.5) / 4;
        const down = y + ((part >> 2) - 1.5) / 4;
        if (across * across + down * down <= radius * radius) covered++;
      }
      if (covered) {
        offsets.push(y * width + x);
        shares.push(Math.round((covered / 16) * 0.85 * 256));
      }
    }
  }
  return { reach, offsets: Int32Array.from(offsets), shares: Int32Array.from(shares) };
}

/**
 * @param {Uint32Array} pixels @param {import("./points.js").Points} points
 * @param {[number, number][]} runs
 * @param {{width: number, height: number, scale: number, left: number, top: number}} frame
 * @param {Look} look @param {number} radius
 */
function drawDiscs(pixels, points, runs, frame, look, radius) {
  const { width, height, scale, left, top } = frame;
  const stamps = [0, 1, 2, 3].map((step) => stamp(radius * (0.6 + 0.45 * step), width));
  const usual = look.sizes ? stamps : [stamp(radius, width)];
  // What is selected comes last, so that nothing covers it.
  for (const last of look.selected ? [0, 1] : [1]) {
    for (const [from, to] of runs) {
      for (let at = from; at < to; at++) {
        const row = points.rows[at];
        if (look.hidden?.[look.colors[row]]) continue;
        if (look.selected && look.selected[row] !== last) continue;
        const size = look.sizes ? Math.max(0, Math.min(3, Math.round((look.sizes[row] || 0) * 3))) : 0;
        const { reach, offsets, shares } = usual[size];
        const x = Math.floor(points.x[at] * scale + left);
        const y = Math.floor(top - points.y[at] * scale);
        if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
        const [red, green, blue] = colorOf(look, row);
        const place = y * width + x;
        for (let part = 0; part < offsets.length; part++) {
          const pixel = place + offsets[part];
          const share = shares[part];
          const rest = 256 - share;
          const before = pixels[pixel];
          const mixedBlue = (((before >>> 16) & 255) * rest + blue * share) >> 8;
          const mixedGreen = (((before >>> 8) & 255) * rest + green * share) >> 8;
          const mixedRed = ((before & 255) * rest + red * share) >> 8;
          pixels[pixel] = (0xff000000 | (mixedBlue << 16) | (mixedGreen << 8) | mixedRed) >>> 0;
        }
      }
    }
  }
}

/**
 * @param {Uint32Array} pixels @param {import("./points.js").Points} points
 * @param {[number, number][]} runs
 * @param {{width: number, height: number, scale: number, left: number, top: number}} frame
 * @param {Look} look
 */
function drawDensity(pixels, points, runs, frame, look) {
  const { width, height, scale, left, top } = frame;
  const { count, red, green, blue } = sumsOf(width * height);
  const { x: across, y: up, rows } = points;
  const { colors, hidden, selected } = look;
  const [reds, greens, blues] = channels(look);
  const faint = reds.length - 1;
  let most = 1;
  for (const [from, to] of runs) {
    for (let at = from; at < to; at++) {
      const row = rows[at];
      const code = colors[row];
      if (hidden !== null && hidden[code]) continue;
      const x = across[at] * scale + left;
      const y = top - up[at] * scale;
      if (!(x >= 0 && y >= 0 && x < width && y < height)) continue;
      const place = (y | 0) * width + (x | 0);
      const color = selected === null || selected[row] ? code : faint;
      const many = ++count[place];
      red[place] += reds[color];
      green[place] += greens[color];
      blue[place] += blues[color];
      if (many > most) most = many;
    }
  }
  const full = Math.log1p(most);
  const [paperRed, paperGreen, paperBlue] = look.paper;
  for (let place = 0; place < count.length; place++) {
    const many = count[place];
    if (!many) continue;
    const tone = 0.25 + (0.75 * Math.log1p(many)) / full;
    const rest = 1 - tone;
    const share = tone / many;
    const mixedRed = (red[place] * share + paperRed * rest + 0.5) | 0;
    const mixedGreen = (green[place] * share + paperGreen * rest + 0.5) | 0;
    const mixedBlue = (blue[place] * share + paperBlue * rest + 0.5) | 0;
    pixels[place] = (0xff000000 | (mixedBlue << 16) | (mixedGreen << 8) | mixedRed) >>> 0;
  }
}

// Kept from frame to frame: making them anew costs more than filling them.
let sums = { count: new Uint32Array(), red: new Uint32Array(), green: new Uint32Array(), blue: new Uint32Array() };

/** @param {number} size  Pixels. */
function sumsOf(size) {
  if (sums.count.length === size) for (const each of Object.values(sums)) each.fill(0);
  else {
    const [count, red, green, blue] = [0, 1, 2, 3].map(() => new Uint32Array(size));
    sums = { count, red, green, blue };
  }
  return sums;
}

/** Red, green and blue of each number of a color; the last is that of rows that are not selected. @param {Look} look */
function channels(look) {
  const gray = look.dark ? FAINT : UNSELECTED;
  return [0, 1, 2].map((part) => {
    const found = new Uint8Array(257).fill(UNSELECTED[part]);
    look.palette.forEach((color, code) => code < 256 && (found[code] = color[part]));
    found[256] = gray[part];
    return found;
  });
}

/**
 * A plus for each row, or for each of so many that 100,000 are drawn.
 *
 * @param {Uint32Array} pixels @param {import("./points.js").Points} points
 * @param {[number, number][]} runs
 * @param {{width: number, height: number, scale: number, left: number, top: number}} frame
 * @param {Look} look @param {number} seen
 */
function drawQuick(pixels, points, runs, frame, look, seen) {
  const { width, height, scale, left, top } = frame;
  const step = Math.max(1, Math.ceil(seen / FEW));
  for (const [from, to] of runs) {
    for (let at = from; at < to; at += step) {
      const row = points.rows[at];
      if (look.hidden?.[look.colors[row]]) continue;
      const x = Math.floor(points.x[at] * scale + left);
      const y = Math.floor(top - points.y[at] * scale);
      if (x < 1 || y < 1 || x >= width - 1 || y >= height - 1) continue;
      const [red, green, blue] = colorOf(look, row);
      const color = (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
      const place = y * width + x;
      pixels[place] = color;
      pixels[place - 1] = pixels[place + 1] = color;
      pixels[place - width] = pixels[place + width] = color;
    }
  }
}
