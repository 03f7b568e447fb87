// Layer III only: bit rates in kbit/s and sample rates by MPEG version (3 is MPEG 1, 2 is 2, 0 is
// 2.5), as ISO/IEC 11172-3 and 13818-3 number them.
const KBPS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_LOW = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** @type {Record<number, number[]>} */
const RATES = {
  3: [44100, 48000, 32000],
  2: [22050, 24000, 16000],
  0: [11025, 12000, 8000],
};

/** @typedef {{size: number, samples: number, sampleRate: number, channels: number}} Header */

/**
 * Read the head of a frame, or undefined where none begins.
 *
 * @param {Uint8Array} bytes @param {number} at
 * @returns {Header | undefined}
 */
export function readHeader(bytes, at) {
  const [sync, kind, rates, mode] = bytes.subarray(at, at + 4);
  if (sync !== 0xff || (kind & 0xe6) !== 0xe2) return undefined;
  const version = (kind >> 3) & 3;
  const kbps = (version === 3 ? KBPS : KBPS_LOW)[rates >> 4];
  const sampleRate = RATES[version]?.[(rates >> 2) & 3];
  if (!kbps || !sampleRate) return undefined;
  const samples = version === 3 ? 1152 : 576;
  const padding = (rates >> 1) & 1;
  return {
    size: Math.floor((samples * kbps * 125) / sampleRate) + padding,
    samples,
    sampleRate,
    channels: mode >> 6 === 3 ? 1 : 2,
  };
}

/** Cuts a stream that comes in any pieces into the frames of an MP3. */
export class Mp3Frames {
  #rest = new Uint8Array();
  #inStep = false;

  /**
   * @param {Uint8Array} bytes
   * @returns {Array<{header: Header, data: Uint8Array}>}
   */
  feed(bytes) {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const frames = [];
    let at = tagEnd(all);
    while (at + 4 <= all.length) {
      const header = readHeader(all, at);
      const end = at + (header?.size ?? 0);
      // Bytes that look like a head are common: the first counts only if a second follows.
      if (!header || (!this.#inStep && end + 4 <= all.length && !readHeader(all, end))) {
        this.#inStep = false;
        at++;
        continue;
      }
      if (end + (this.#inStep ? 0 : 4) > all.length) break;
      const data = all.slice(at, end);
      if (this.#inStep || !isIndex(data)) frames.push({ header, data });
      this.#inStep = true;
      at = end;
    }
    this.#rest = all.slice(Math.min(at, all.length));
    return frames;
  }
}

/** Where an ID3 tag at the beginning ends; a tag that is not yet whole ends beyond what has come. */
function tagEnd(/** @type {Uint8Array} */ bytes) {
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(0, 3)) !== "ID3") return 0;
  return 10 + bytes.subarray(6, 10).reduce((size, byte) => (size << 7) | byte, 0);
}

/** Encoders put an index in front that looks like a frame, and would sound as a moment's silence. */
function isIndex(/** @type {Uint8Array} */ frame) {
  return /Xing|Info/.test(String.fromCharCode(...frame.subarray(0, 64)));
}
