import { tr } from "../page/words.js";

/**
 * Images of rows that come from the kernel as they come in sight: each request one sheet of many.
 *
 * @param {(rows: number[]) => void} ask @param {() => void} came
 */
export function openSprites(ask, came) {
  /** @type {Map<number, import("./pictures.js").Picture>} */
  const known = new Map();
  /** @type {Set<number>} */
  const asked = new Set();
  /** @type {Set<number>} */
  let rows = new Set();
  return {
    /** @param {Iterable<number>} next  The rows that are images. */
    hold(next) {
      rows = new Set(next);
      known.clear();
      asked.clear();
    },
    get any() {
      return rows.size > 0;
    },
    /** @param {number[]} of @param {number} columns @param {number} side @param {ArrayBuffer} data */
    async take(of, columns, side, data) {
      const image = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
      of.forEach((row, at) => known.set(row, { image, x: (at % columns) * side, y: Math.floor(at / columns) * side }));
      came();
    },
    /** @type {import("./pictures.js").Pictures} */
    pictures: {
      has: (row) => rows.has(row),
      of: (row) => known.get(row),
      want(missing) {
        const fresh = missing.filter((row) => !asked.has(row)).slice(0, 256);
        for (const row of fresh) asked.add(row);
        if (fresh.length) ask(fresh);
      },
    },
  };
}

// Models of images look at fewer pixels than these.
const SENT = 512;

/**
 * An image that was dropped, small enough for one message.
 *
 * @param {File} file @returns {Promise<ArrayBuffer>}
 */
export async function shrunk(file) {
  const image = await createImageBitmap(file);
  const by = Math.min(1, SENT / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * by));
  canvas.height = Math.max(1, Math.round(image.height * by));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  if (!blob) throw new Error(tr("It cannot be drawn."));
  return blob.arrayBuffer();
}
