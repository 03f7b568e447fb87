import { tr } from "../page/words.js";
import { keepAwake } from "../playing/awake.js";
import { openDecoder } from "../playing/decoder.js";
import ringSource from "./ring_worklet.js?text";

/**
 * @typedef {object} Heard  Of one answer, in seconds.
 * @property {number} answer
 * @property {number} played
 * @property {number} length  What has come by now; all of it if `whole`.
 * @property {boolean} whole
 * @property {number} underruns
 * @property {boolean} [began]
 * @property {boolean} [over]
 *
 * @typedef {object} Ring
 * @property {number} answer  The one that is played, or -1.
 * @property {(answer: number) => void} begin  Another answer; what is left of the last one is dropped.
 * @property {(answer: number, bytes: Uint8Array) => void} take
 * @property {(answer: number) => void} end  All of it has come.
 * @property {() => Promise<Heard>} flush  Be silent at once; resolves when it is.
 * @property {() => void} close  Be silent, and let the loudspeaker go.
 */

/**
 * Play answers while they arrive, one after the other, on one loudspeaker that stays open.
 *
 * @param {{format: () => "mp3" | "pcm", rate: number, onHeard: (heard: Heard) => void,
 *   onError: (text: string) => void}} options
 * @returns {Ring}
 */
export function openRing({ format, rate, onHeard, onError }) {
  /** @type {{context: AudioContext, node: AudioWorkletNode, sampleRate: number, sleep: () => void} | undefined} */
  let speaker;
  /** @type {Promise<void> | undefined} */
  let opening;
  /** @type {import("../playing/decoder.js").Decoder | undefined} */
  let decoder;
  /** @type {Map<number, (heard: Heard) => void>} */
  const waiting = new Map();
  let flushes = 0;
  let closed = false;
  let answer = -1;
  /** @type {Array<object>} */
  let early = [];

  /** @param {object} message */
  const post = (message) => (speaker ? speaker.node.port.postMessage(message) : early.push(message));

  /** @param {number} sampleRate @param {number} channels */
  async function open(sampleRate, channels) {
    const context = new AudioContext({ sampleRate, latencyHint: "interactive" });
    const url = URL.createObjectURL(new Blob([ringSource], { type: "text/javascript" }));
    try {
      await context.audioWorklet.addModule(url);
    } finally {
      URL.revokeObjectURL(url);
    }
    const node = new AudioWorkletNode(context, "sophnet-ring", {
      numberOfInputs: 0,
      outputChannelCount: [channels],
      processorOptions: { channels },
    });
    node.connect(context.destination);
    node.port.onmessage = ({ data }) => {
      const heard = { ...data, played: data.played / sampleRate, length: data.length / sampleRate };
      waiting.get(data.flushed)?.(heard);
      waiting.delete(data.flushed);
      if (!data.flushed) onHeard(heard);
    };
    speaker = { context, node, sampleRate, sleep: keepAwake(context, () => !closed) };
    if (closed) return shut();
    post({ begin: answer });
    for (const message of early.splice(0)) post(message);
    await context.resume();
  }

  function shut() {
    speaker?.sleep();
    speaker?.node.port.postMessage({ close: true });
    speaker?.node.disconnect();
    speaker?.context.close();
    speaker = undefined;
  }

  function stopDecoding() {
    decoder?.close();
    decoder = undefined;
  }

  /** @param {number} mine */
  const openFor = (mine) =>
    openDecoder(
      format(),
      { sampleRate: rate, channels: 1 },
      (pcm, sampleRate, channels) => {
        if (closed || mine !== answer) return;
        if (speaker && speaker.sampleRate !== sampleRate) {
          shut();
          opening = undefined;
        }
        opening ??= open(sampleRate, channels).catch(() => onError(tr("This browser plays no sound just now: click into the page, and start again.")));
        if (pcm.length) post({ pcm, answer: mine });
      },
      onError,
    );

  return {
    get answer() {
      return answer;
    },
    begin(next) {
      stopDecoding();
      answer = next;
      early = [];
      post({ begin: next });
      decoder = openFor(next);
    },
    take(mine, bytes) {
      if (mine === answer) decoder?.feed(bytes);
    },
    end(mine) {
      const ending = mine === answer ? decoder : undefined;
      ending?.end().then(
        () => mine === answer && decoder === ending && post({ whole: true, answer: mine }),
        () => {},
      );
    },
    flush() {
      const silent = { answer, played: 0, length: 0, whole: false, underruns: 0 };
      stopDecoding();
      early = [];
      if (!speaker) return Promise.resolve(silent);
      const number = ++flushes;
      return new Promise((resolve) => {
        waiting.set(number, resolve);
        post({ flush: number });
      });
    },
    close() {
      closed = true;
      stopDecoding();
      // Until then it fades out: a cut would be heard as a click.
      speaker?.node.port.postMessage({ flush: ++flushes });
      setTimeout(shut, 50);
    },
  };
}
