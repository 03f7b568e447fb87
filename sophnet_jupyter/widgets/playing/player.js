import { make } from "../page/dom.js";
import { tr } from "../page/words.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

/**
 * @typedef {object} Player
 * @property {HTMLElement} element
 * @property {HTMLAudioElement} audio  The browser's own player: time, place and volume, by keys too.
 * @property {(url: string, file?: string) => void} hear  What is heard, and what it is saved as.
 */

/** How fast a sound is heard, the same wherever one is. */
export const speeds = () =>
  make(
    "select",
    { "aria-label": tr("Speed"), title: tr("Speed") },
    ...SPEEDS.map((times) => make("option", { value: times, selected: times === 1 }, `${times}×`)),
  );

/**
 * The player of a whole sound, the same wherever one is shown: beside the browser's own, how fast it
 * is heard, and a way to keep it.
 *
 * @param {string} label  What the sound is called for who hears the page.
 * @returns {Player}
 */
export function openPlayer(label) {
  const audio = make("audio", { controls: true, preload: "metadata", "aria-label": label });
  const speed = speeds();
  const save = make("a", { className: "sophnet-save", hidden: true }, tr("Download"));
  const keep = () => (audio.playbackRate = Number(speed.value));
  speed.addEventListener("change", keep);
  // Another sound begins at the usual pace, whatever was chosen for the last one.
  audio.addEventListener("loadedmetadata", keep);
  return {
    element: make("div", { className: "sophnet-player" }, audio, speed, save),
    audio,
    hear(url, file = "") {
      audio.src = url;
      save.href = url;
      save.download = file;
      save.hidden = !file;
    },
  };
}
