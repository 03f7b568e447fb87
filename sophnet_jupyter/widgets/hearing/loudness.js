import { make } from "../page/dom.js";
import { tr } from "../page/words.js";

// Without any sound for so long, a microphone is muted; without words it is very quiet.
const MUTED_AFTER = 1500;
const QUIET_AFTER = 6000;
const SILENT = 1e-4;
const QUIET = 0.01;

/**
 * @typedef {object} Loudness
 * @property {HTMLElement} element  Hidden until `begin`.
 * @property {() => void} begin
 * @property {(level: import("./capture.js").Level) => string} show  Draw a level; returns what is
 *   wrong with the sound since `begin`, in a sentence, or nothing.
 * @property {() => void} end
 */

/**
 * Make a meter that says how loud it is, and whether anything is heard at all.
 *
 * @returns {Loudness}
 */
export function loudnessMeter() {
  const bar = make("div", { className: "sophnet-bar" });
  const element = make("div", {
    className: "sophnet-meter",
    role: "meter",
    "aria-label": tr("Loudness"),
    "aria-valuemin": "0",
    "aria-valuemax": "100",
    hidden: true,
  });
  element.append(bar);
  // Times of `performance.now`: when there was any sound at all, and when somebody spoke.
  let soundAt = 0;
  let loudAt = 0;
  return {
    element,
    begin() {
      soundAt = loudAt = 0;
      element.hidden = false;
    },
    show({ peak, loudness }) {
      const now = performance.now();
      // Speech spans some 50 dB; what is drawn is how loud it seems.
      const share = Math.max(0, Math.min(1, 1 + Math.log10(Math.max(loudness, 1e-5)) / 2.5));
      bar.style.inlineSize = `${Math.round(share * 100)}%`;
      bar.classList.toggle("sophnet-loud", peak > 0.98);
      element.setAttribute("aria-valuenow", String(Math.round(share * 100)));
      // Counted from its first sound, silent or not: the browser may ask the user before that.
      soundAt ||= now;
      loudAt ||= now;
      if (peak > SILENT) soundAt = now;
      if (peak > QUIET) loudAt = now;
      if (now - soundAt > MUTED_AFTER) return tr("No sound at all comes from the microphone: is it muted?");
      if (now - loudAt > QUIET_AFTER) return tr("The microphone is very quiet: is it the right one?");
      return "";
    },
    end() {
      element.hidden = true;
    },
  };
}
