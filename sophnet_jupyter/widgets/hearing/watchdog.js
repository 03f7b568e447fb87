import { tr } from "../page/words.js";

// So long without a sample, something has stopped. Samples come every 50 ms while all is well.
const SILENT = 1500;
const LOOK = 500;

/**
 * @typedef {object} Watchdog
 * @property {() => void} heard  Samples have come.
 * @property {() => void} stop
 */

/**
 * Tell when a microphone stops although nothing says so: a context that the system has suspended or
 * interrupted (sleep, a call, Bluetooth), a track that is muted, samples that stay out. It is told
 * within three seconds, and the context is asked to go on until it does.
 *
 * `onTrouble` hears a sentence, and an empty one when sound comes again; `onGone` is called once,
 * where it cannot come again.
 *
 * @param {AudioContext} context @param {MediaStreamTrack} track
 * @param {(text: string) => void} onTrouble @param {(why: string) => void} onGone
 * @returns {Watchdog}
 */
export function watchMicrophone(context, track, onTrouble, onGone) {
  let heardAt = performance.now();
  let told = "";
  /** @param {string} text */
  const tell = (text) => {
    if (text === told) return;
    told = text;
    onTrouble(text);
  };
  const look = () => {
    if (context.state === "closed" || track.readyState === "ended") {
      stop();
      onGone(GONE());
      return;
    }
    if (context.state !== "running") context.resume().catch(() => {});
    if (track.muted) tell(MUTED());
    else if (performance.now() - heardAt > SILENT) tell(context.state === "running" ? MISSING() : PAUSED());
    else tell("");
  };
  const timer = setInterval(look, LOOK);
  const stop = () => clearInterval(timer);
  return {
    heard() {
      heardAt = performance.now();
    },
    stop,
  };
}

const GONE = () => tr("The browser has closed the microphone: press Start again.");
const MUTED = () => tr("The microphone is muted, by its switch, the system or another program: nothing is heard.");
const PAUSED = () => tr("The browser has paused the microphone (sleep, a call, another device): it is asked to go on.");
const MISSING = () => tr("No sound comes from the microphone just now; it goes on as soon as some does.");
