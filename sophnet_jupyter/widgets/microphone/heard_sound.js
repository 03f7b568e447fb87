import { make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openPlayer } from "../playing/player.js";

/**
 * @typedef {object} HeardSound
 * @property {HTMLElement} element  Hidden until it plays.
 * @property {(wav: DataView<ArrayBuffer>) => void} play
 * @property {(wav: DataView<ArrayBuffer>) => void} save
 * @property {() => void} close
 */

/**
 * Make a player for the sound that was heard.
 *
 * @returns {HeardSound}
 */
export function heardSound() {
  const element = make("div", { className: "sophnet-sound", hidden: true });
  let address = "";
  /** @param {DataView<ArrayBuffer>} wav */
  const addressOf = (wav) => URL.createObjectURL(new Blob([wav], { type: "audio/wav" }));
  const close = () => {
    element.hidden = true;
    element.replaceChildren();
    if (address) URL.revokeObjectURL(address);
    address = "";
  };
  return {
    element,
    play(wav) {
      close();
      address = addressOf(wav);
      const player = openPlayer(tr("What was said"));
      player.hear(address, "speech.wav");
      element.replaceChildren(player.element);
      element.hidden = false;
      player.audio.play().catch(() => {});
    },
    save(wav) {
      const url = addressOf(wav);
      make("a", { href: url, download: "speech.wav" }).click();
      setTimeout(() => URL.revokeObjectURL(url));
    },
    close,
  };
}
