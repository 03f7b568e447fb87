import { tr } from "../page/words.js";

// Large enough that few messages are needed, small enough for any limit on their size.
const PIECE = 1 << 20;
// So many pieces are sent ahead of what the kernel has said that it has.
const AHEAD = 4;

/**
 * @typedef {object} Sending
 * @property {string} id
 * @property {Promise<void>} done  Rejects with why it was refused, or with an `AbortError`.
 * @property {() => void} cancel  Take the file back; the kernel keeps nothing of it.
 */

/**
 * @typedef {object} Sender
 * @property {(file: File, how?: {purpose?: string, onProgress?: (fraction: number) => void}) => Sending} send
 * @property {(file: File, accept?: string[]) => string} refusal  Why it would be refused, or nothing.
 * @property {() => string[]} accept  The endings and types that are taken; none means all.
 * @property {() => void} close
 */

/** @type {WeakMap<import("../panel/panel.js").Panel, Set<Promise<boolean>>>} */
const onTheirWay = new WeakMap();

/**
 * Wait for the files of a panel that are on their way, so that nothing is asked without them.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @returns {Promise<boolean>}  Whether all have come; their rows say what became of the others.
 */
export async function arrived(panel) {
  const files = onTheirWay.get(panel) ?? new Set();
  let all = true;
  while (files.size) all = (await Promise.all(files)).every(Boolean) && all;
  return all;
}

/**
 * Send files to the panel's `uploads` in the kernel, piece by piece, also while a cell runs.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @returns {Sender}
 */
export function openSender(panel) {
  /** @type {Map<string, {hear: (event: any) => void, fail: (error: Error) => void, cancel: () => void}>} */
  const open = new Map();
  /** @type {Set<Promise<boolean>>} */
  const files = onTheirWay.get(panel) ?? new Set();
  onTheirWay.set(panel, files);
  /** @type {{limit: number, accept: string[]}} */
  let rules = { limit: Infinity, accept: [] };
  const endings = [
    panel.hear("state", ({ uploads }) => {
      if (uploads) rules = uploads;
    }),
    panel.hear("upload", (event) => open.get(event.upload)?.hear(event)),
    panel.hear("lost", ({ text }) => {
      for (const { fail } of [...open.values()]) fail(new Error(text));
    }),
  ];
  const cancelAll = () => {
    for (const { cancel } of [...open.values()]) cancel();
  };
  // The page is left: what has not come by now never will.
  addEventListener("pagehide", cancelAll);

  /** @type {Sender["send"]} */
  function send(file, { purpose = "", onProgress = () => {} } = {}) {
    const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    let sent = 0;
    let arrived = 0;
    let pumping = false;
    const { promise, resolve, reject } = settleLater();
    /** @param {Error | undefined} error */
    const end = (error) => {
      if (!open.delete(id)) return;
      if (error) reject(error);
      else resolve();
    };
    /** @param {Error} error */
    const withdraw = (error) => {
      if (open.has(id)) panel.send("upload-cancel", { upload: id });
      end(error);
    };
    const pump = async () => {
      if (pumping) return;
      pumping = true;
      while (open.has(id) && sent < file.size && sent - arrived < AHEAD * PIECE) {
        const piece = await file.slice(sent, sent + PIECE).arrayBuffer();
        if (!open.has(id)) break;
        panel.send("upload-piece", { upload: id, at: sent }, [piece]);
        sent += piece.byteLength;
      }
      pumping = false;
    };
    /** @param {any} event */
    const hear = ({ received, refused, done }) => {
      if (done) end(undefined);
      else if (refused !== undefined) end(new Error(refused));
      else {
        arrived = received;
        onProgress(arrived / file.size);
        pump().catch(() => withdraw(new Error(tr("{name} cannot be read.", { name: file.name }))));
      }
    };
    const cancel = () => withdraw(new DOMException(tr("{name} was taken back.", { name: file.name }), "AbortError"));
    open.set(id, { hear, fail: end, cancel });
    const ended = promise.then(() => true, () => false);
    files.add(ended);
    ended.then(() => files.delete(ended));
    const why = refusal(file);
    if (why) end(new Error(why));
    else panel.send("upload", { upload: id, name: file.name, size: file.size, type: file.type, purpose });
    return { id, done: promise, cancel };
  }

  /** @type {Sender["refusal"]} */
  function refusal(file, accept = rules.accept) {
    if (!file.size) return tr("{name} is empty.", { name: file.name });
    if (accept.length && !accept.some((kind) => isOf(kind, file))) {
      return tr("{name} is not of a kind that is taken here: {kinds}.", { name: file.name, kinds: accept.join(", ") });
    }
    if (file.size <= rules.limit) return "";
    const digits = [1, 2, 3].find((n) => differ(file.size, rules.limit, n)) ?? 6;
    const [has, most] = [file.size, rules.limit].map((size) => megabytes(size, digits));
    return tr("{name} has {has}; up to {most} can be sent.", { name: file.name, has, most });
  }

  return {
    send,
    refusal,
    accept: () => rules.accept,
    close() {
      cancelAll();
      removeEventListener("pagehide", cancelAll);
      for (const end of endings) end();
    },
  };
}

/** @param {number} size */
export function megabytes(size, digits = 1) {
  return size < 1e5 ? tr("{size} bytes", { size }) : `${(size / 1e6).toFixed(digits)} MB`;
}

/** @param {number} one @param {number} other @param {number} digits */
function differ(one, other, digits) {
  return megabytes(one, digits) !== megabytes(other, digits);
}

/** @param {string} kind @param {File} file */
function isOf(kind, file) {
  if (kind.startsWith(".")) return file.name.toLowerCase().endsWith(kind.toLowerCase());
  return file.type === kind || (kind.endsWith("/*") && file.type.startsWith(kind.slice(0, -1)));
}

/** A promise, and what settles it. */
function settleLater() {
  /** @type {() => void} */
  let resolve = () => {};
  /** @type {(error: Error) => void} */
  let reject = () => {};
  /** @type {Promise<void>} */
  const promise = new Promise((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}
