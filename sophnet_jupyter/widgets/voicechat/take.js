import { tr } from "../page/words.js";
import { openCapture, CAPTURE_RATE } from "../hearing/capture.js";
import { openGate } from "./speech_gate.js";
import { openUplink } from "../hearing/uplink.js";

export const ANSWERING = new Set(["thinking", "speaking"]);
// Milliseconds in a frame of the microphone, frames in a message, and frames that are kept from
// before somebody spoke.
const FRAME = 10;
const PACK = 10;
const KEPT = 50;
// Of these, so many are heard where a button says when somebody speaks.
const PRESSED = 20;
// Loud frames in a row that interrupt: a cough should not stop a model that has not begun to speak.
const SPEAKING_OVER = 3;
const SPEAKING_ON = 16;
// Milliseconds without a word for the kernel, which takes a page that says nothing for one that is
// gone.
const SILENT_FOR = 3000;

/**
 * @typedef {object} VoiceTake
 * @property {Promise<string>} opened  The id of its device; rejects as `openCapture` does.
 * @property {number} number
 * @property {(on: boolean) => void} press  The button is held, or let go.
 * @property {() => void} rest  Forget that somebody speaks.
 * @property {(why: string) => void} end  Let the device go; `why` is a sentence, or nothing if it
 *   was wanted.
 *
 * @typedef {object} VoiceTakeOptions
 * @property {string} device  An id of `microphones`; the browser's choice if empty.
 * @property {object} about  What the kernel is told with its beginning.
 * @property {() => boolean} isDeaf  Whether what the microphone hears is meant for nobody.
 * @property {(onset: number) => void} onSpeech  Somebody speaks into an answer, since then.
 * @property {(level: import("../hearing/capture.js").Level) => void} onLevel
 * @property {(text: string) => void} onNotice
 * @property {(trouble: string) => void} onEnd  Called once; with a sentence if nobody wanted it.
 */

/**
 * Begin a take of a conversation: what the microphone hears goes to the kernel, but not while an
 * answer is heard, unless somebody breaks in. To be called from a click.
 *
 * @param {import("../page/lab.js").Model} model
 * @param {VoiceTakeOptions} options
 * @returns {VoiceTake}
 */
export function openVoiceTake(model, { device, about, isDeaf, onSpeech, onLevel, onNotice, onEnd }) {
  const number = crypto.getRandomValues(new Uint32Array(1))[0];
  const uplink = openUplink(model);
  const gate = openGate();
  /** @type {import("../hearing/capture.js").Capture | undefined} */
  let capture;
  let sent = 0;
  let over = false;
  // Frames of the next message, whether one of them is loud, and frames of before somebody spoke.
  /** @type {Int16Array[]} */
  const pack = [];
  let loud = false;
  let passedAt = performance.now();
  /** @type {Int16Array[]} */
  const kept = [];

  /** @param {Int16Array} pcm */
  const listen = (pcm) => {
    if (over || !capture) return;
    if (gate.hear(pcm, performance.now()) && gate.onset(SPEAKING_OVER)) loud = true;
    kept.push(pcm);
    if (isDeaf() && !breaksIn()) {
      if (performance.now() - passedAt > SILENT_FOR) pass();
      return;
    }
    // With what was kept of before: the word that somebody begins with is not cut off.
    for (const frame of kept.splice(0)) {
      pack.push(frame);
      if (pack.length >= PACK) pass();
    }
  };

  /** Whether somebody speaks into an answer, and may. */
  const breaksIn = () => {
    loud = false;
    if (kept.length > KEPT) kept.shift();
    const phase = model.get("phase");
    if (model.get("half_duplex") && ANSWERING.has(phase)) {
      // What was heard while the answer was is the answer itself.
      kept.length = 0;
      return false;
    }
    const onset = gate.onset(phase === "speaking" ? SPEAKING_OVER : SPEAKING_ON);
    if (!onset || model.get("mode") !== "hands-free") return false;
    onSpeech(onset);
    return true;
  };

  /** @param {object} [more] */
  const pass = (more = {}) => {
    const pcm = new Int16Array(pack.reduce((sum, frame) => sum + frame.length, 0));
    let at = 0;
    for (const frame of pack.splice(0)) {
      pcm.set(frame, at);
      at += frame.length;
    }
    passedAt = performance.now();
    const t = performance.timeOrigin + passedAt;
    const facts = { kind: "frame", take: number, seq: sent++, t, loud, ...more };
    loud = false;
    if (!uplink.send(facts, pcm.buffer)) end("");
  };

  /** @param {string} why @param {string} [trouble] */
  const end = (why, trouble = "") => {
    if (over) return;
    over = true;
    const last = () => {
      uplink.send({ kind: "end", take: number, frames: sent, why });
      uplink.close();
    };
    if (capture) capture.close().then(last);
    else last();
    onEnd(trouble);
  };

  const open = async () => {
    try {
      const onGone = (/** @type {string} */ why) => end(why, why);
      const cleaned = model.get("clean");
      capture = await openCapture({
        device,
        frame: FRAME,
        cleaned,
        onFrame: listen,
        onLevel,
        onTrouble: onNotice,
        onEnd: onGone,
      });
    } catch (error) {
      end("");
      throw error;
    }
    if (over) await capture.close();
    else uplink.send({ kind: "begin", take: number, sample_rate: CAPTURE_RATE, label: capture.label, ...about });
    return capture.device;
  };
  const tellWhetherLive = (/** @type {boolean} */ live) => {
    if (!live && !over) onNotice(NOT_LIVE);
  };
  uplink.live.then(tellWhetherLive, () => {});
  return {
    number,
    opened: open(),
    press(on) {
      if (on) kept.splice(0, Math.max(0, kept.length - PRESSED));
      else pass({ released: true });
    },
    rest: () => gate.rest(),
    end: (why) => end(why),
  };
}

const NOT_LIVE =
  tr("While a cell runs, sound waits for its end here: this kernel has no subshells (ipykernel 7 has).");
