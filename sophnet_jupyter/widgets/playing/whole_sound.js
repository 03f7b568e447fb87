import { make } from "../page/dom.js";
import { openPlayer } from "./player.js";

/**
 * Gathers a stream: as a file of what has come of it, and for browsers that cannot play one as a
 * player of the whole.
 *
 * @param {"mp3" | "pcm"} format
 * @param {{sampleRate: number, channels: number}} pcm
 */
export function wholeSound(format, pcm) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let url = "";
  const file = format === "mp3" ? "sound.mp3" : "sound.wav";

  function blob() {
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    return format === "mp3"
      ? new Blob(parts, { type: "audio/mpeg" })
      : new Blob([wavHead(size, pcm), ...parts], { type: "audio/wav" });
  }

  return {
    /** @param {Uint8Array} bytes */
    feed: (bytes) => void parts.push(bytes.slice()),
    /** @param {string} title */
    player(title) {
      url = URL.createObjectURL(blob());
      const player = openPlayer(title);
      player.hear(url, file);
      return player.element;
    },
    /** Save what has come, also while more does. */
    save() {
      const link = make("a", { href: URL.createObjectURL(blob()), download: file });
      link.click();
      URL.revokeObjectURL(link.href);
    },
    close: () => URL.revokeObjectURL(url),
  };
}

/** @param {number} size @param {{sampleRate: number, channels: number}} pcm */
function wavHead(size, { sampleRate, channels }) {
  const head = new DataView(new ArrayBuffer(44));
  const words = { 0: "RIFF", 8: "WAVE", 12: "fmt ", 36: "data" };
  for (const [at, word] of Object.entries(words)) {
    [...word].forEach((letter, index) => head.setUint8(Number(at) + index, letter.charCodeAt(0)));
  }
  head.setUint32(4, 36 + size, true);
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, channels, true);
  head.setUint32(24, sampleRate, true);
  head.setUint32(28, sampleRate * channels * 2, true);
  head.setUint16(32, channels * 2, true);
  head.setUint16(34, 16, true);
  head.setUint32(40, size, true);
  return head;
}
