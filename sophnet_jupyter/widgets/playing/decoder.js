import { tr } from "../page/words.js";
import { Mp3Frames } from "./mp3.js";

/**
 * @typedef {object} Decoder
 * @property {(bytes: Uint8Array) => void} feed
 * @property {() => Promise<void>} end  Resolves when the last sample was handed over.
 * @property {() => void} close
 *
 * @typedef {(pcm: Int16Array, sampleRate: number, channels: number) => void} OnSound
 */

// What a browser says of it names codecs and no way out.
const UNDECODED = tr("This browser cannot decode this sound: open the notebook in another one.");

/**
 * Turn bytes that come in any pieces into samples.
 *
 * @param {"mp3" | "pcm"} format
 * @param {{sampleRate: number, channels: number}} pcm
 * @param {OnSound} onSound
 * @param {(text: string) => void} onError
 * @returns {Decoder | undefined}  Nothing where the browser cannot do it in pieces.
 */
export function openDecoder(format, pcm, onSound, onError) {
  if (format === "pcm") return samples(pcm, onSound);
  return typeof AudioDecoder === "undefined" ? undefined : mp3(onSound, onError);
}

/** @param {{sampleRate: number, channels: number}} pcm @param {OnSound} onSound @returns {Decoder} */
function samples({ sampleRate, channels }, onSound) {
  const frame = 2 * channels;
  let rest = new Uint8Array();
  return {
    feed(bytes) {
      const all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
      const whole = all.length - (all.length % frame);
      rest = all.slice(whole);
      if (whole) onSound(new Int16Array(all.buffer.slice(0, whole)), sampleRate, channels);
    },
    end: async () => {},
    close: () => {},
  };
}

/** @param {OnSound} onSound @param {(text: string) => void} onError @returns {Decoder} */
function mp3(onSound, onError) {
  const frames = new Mp3Frames();
  let microseconds = 0;
  const decoder = new AudioDecoder({ output: (data) => handOver(data, onSound), error: () => onError(UNDECODED) });
  return {
    feed(bytes) {
      if (decoder.state === "closed") return;
      for (const { header, data } of frames.feed(bytes)) {
        const { sampleRate, channels } = header;
        if (decoder.state === "unconfigured") {
          decoder.configure({ codec: "mp3", sampleRate, numberOfChannels: channels });
          // No sound yet, but its form: a loudspeaker can open while the first frame is decoded.
          onSound(new Int16Array(), sampleRate, channels);
        }
        decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: microseconds, data }));
        microseconds += Math.round((header.samples * 1e6) / sampleRate);
      }
    },
    end: async () => {
      if (decoder.state === "configured") await decoder.flush();
    },
    close: () => {
      if (decoder.state !== "closed") decoder.close();
    },
  };
}

/** @param {AudioData} data @param {OnSound} onSound */
function handOver(data, onSound) {
  const { numberOfFrames, numberOfChannels, sampleRate } = data;
  const pcm = new Int16Array(numberOfFrames * numberOfChannels);
  const plane = new Float32Array(numberOfFrames);
  for (let channel = 0; channel < numberOfChannels; channel++) {
    data.copyTo(plane, { planeIndex: channel, format: "f32-planar" });
    for (let index = 0; index < numberOfFrames; index++) {
      const level = Math.max(-1, Math.min(1, plane[index]));
      pcm[index * numberOfChannels + channel] = Math.round(level * 32767);
    }
  }
  data.close();
  onSound(pcm, sampleRate, numberOfChannels);
}
