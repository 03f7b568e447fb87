import { tr } from "../page/words.js";
import { openCapture, CAPTURE_RATE } from "./capture.js";
import { openUplink } from "./uplink.js";

// So much sound may wait for a kernel that cannot be reached.
const LONGEST_BREAK = 30_000;
const FROM_NOW = 1000;

/**
 * @typedef {object} Take
 * @property {number} number
 * @property {Promise<string>} opened  The id of its device; rejects as `openCapture` does.
 * @property {(why: string) => void} end  Let the device go; `why` is a sentence for the kernel, or
 *   nothing if it was wanted.
 *
 * @typedef {object} TakeOptions
 * @property {string} device  An id of `microphones`; the browser's choice if empty.
 * @property {boolean} cleaned  Whether the browser takes out noise and echo.
 * @property {(level: import("./capture.js").Level) => void} onLevel
 * @property {(text: string) => void} onNotice  What there is to know; an empty text takes it back.
 * @property {(trouble: string) => void} onEnd  Called once; with a sentence if it was no wish of the
 *   user's, and nothing else tells of it.
 */

/**
 * Begin a take: a microphone whose sound goes to the kernel until it ends. To be called from a click.
 *
 * @param {import("../page/lab.js").Model} model
 * @param {TakeOptions} options
 * @returns {Take}
 */
export function openTake(model, { device, cleaned, onLevel, onNotice, onEnd }) {
  const number = crypto.getRandomValues(new Uint32Array(1))[0];
  const uplink = openUplink(model);
  /** @type {import("./capture.js").Capture | undefined} */
  let capture;
  let frames = 0;
  let over = false;
  // When the kernel could be reached, by `performance.now`, and whether the user knows otherwise.
  let reachedAt = performance.now();
  let away = false;

  /** @param {Int16Array} pcm */
  const send = (pcm) => {
    let taken = true;
    if (frames === 0) {
      const label = capture?.label ?? "";
      taken = uplink.send({ kind: "begin", take: number, sample_rate: CAPTURE_RATE, label });
    }
    const t = performance.timeOrigin + performance.now();
    const facts = { kind: "frame", take: number, seq: frames++, t };
    taken &&= uplink.send(facts, /** @type {ArrayBuffer} */ (pcm.buffer));
    if (over) return;
    if (taken) watch();
    else end("");
  };

  const watch = () => {
    const now = performance.now();
    const kernel = model.widget_manager?.kernel;
    if (!kernel || kernel.connectionStatus === "connected") reachedAt = now;
    if (now - reachedAt > LONGEST_BREAK) {
      end(UNREACHABLE(), UNREACHABLE());
    } else if (away !== now - reachedAt > FROM_NOW) {
      away = !away;
      onNotice(away ? tr("The kernel cannot be reached just now; the sound is kept for it.") : "");
    }
  };

  /** @param {string} why @param {string} [trouble] */
  const end = (why, trouble = "") => {
    if (over) return;
    over = true;
    const last = () => {
      uplink.send({ kind: "end", take: number, frames, why });
      uplink.close();
    };
    // Its last frame is on the way here.
    if (capture) capture.close().then(last);
    else last();
    onEnd(trouble);
  };

  const open = async () => {
    try {
      capture = await openCapture({
        device,
        cleaned,
        onFrame: send,
        onLevel,
        onTrouble: onNotice,
        onEnd: (why) => end(why, why),
      });
    } catch (error) {
      end("");
      throw error;
    }
    if (over) await capture.close();
    return capture.device;
  };
  const tellWhetherLive = (/** @type {boolean} */ live) => {
    if (!live && !over) onNotice(NOT_LIVE());
  };
  // A kernel that dies meanwhile is told of by the panel's line.
  uplink.live.then(tellWhetherLive, () => {});
  return { number, opened: open(), end: (why) => end(why) };
}

const UNREACHABLE = () =>
  tr("The kernel could not be reached for 30 s, so the microphone was let go: press Start again.");
const NOT_LIVE = () =>
  tr("While a cell runs, sound waits for its end here: this kernel has no subshells (ipykernel 7 has).");
