import { keepAwake } from "./awake.js";
import tapeSource from "./tape_worklet.js?text";

/**
 * @typedef {{at: number, length: number, wants: boolean, flows: boolean, ended: boolean,
 *   underruns: number}} Report  In seconds where it was in frames.
 *
 * @typedef {object} Speaker
 * @property {(pcm: Int16Array) => void} add  More sound, its channels interleaved; taken over.
 * @property {() => Promise<boolean>} play  False where the browser wants a click first.
 * @property {() => void} pause
 * @property {(seconds: number) => void} seek
 * @property {() => void} end  Say that all has come.
 * @property {(volume: number) => void} setVolume
 * @property {(times: number) => void} setSpeed  At the same pitch.
 * @property {() => void} close
 */

/** Whether the browser can play a stream; on plain http from another machine it cannot. */
export const canStream = () => typeof AudioWorkletNode !== "undefined" && isSecureContext;

/**
 * Play sound while it arrives, without a gap at the seams.
 *
 * @param {{sampleRate: number, channels: number, onReport: (report: Report) => void}} options
 * @returns {Promise<Speaker>}
 */
export async function openSpeaker({ sampleRate, channels, onReport }) {
  const context = new AudioContext({ sampleRate });
  const url = URL.createObjectURL(new Blob([tapeSource], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(url);
  } finally {
    URL.revokeObjectURL(url);
  }
  const tape = new AudioWorkletNode(context, "sophnet-tape", {
    numberOfInputs: 0,
    outputChannelCount: [channels],
    processorOptions: { channels },
  });
  const gain = new GainNode(context);
  tape.connect(gain).connect(context.destination);
  let wanted = false;
  const sleep = keepAwake(context, () => wanted);
  tape.port.onmessage = ({ data }) =>
    onReport({ ...data, at: data.at / sampleRate, length: data.length / sampleRate });
  return {
    add: (pcm) => tape.port.postMessage({ pcm }, [pcm.buffer]),
    async play() {
      wanted = true;
      tape.port.postMessage({ play: true });
      // Where a click is wanted, this promise waits for it for ever.
      await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
      return context.state === "running";
    },
    pause() {
      wanted = false;
      tape.port.postMessage({ play: false });
    },
    seek: (seconds) => tape.port.postMessage({ seek: seconds * sampleRate }),
    end: () => tape.port.postMessage({ whole: true }),
    setSpeed: (times) => tape.port.postMessage({ speed: times }),
    setVolume: (volume) => gain.gain.setTargetAtTime(volume, context.currentTime, 0.02),
    close() {
      wanted = false;
      sleep();
      tape.port.onmessage = null;
      tape.port.postMessage({ close: true });
      tape.disconnect();
      gain.disconnect();
      context.close();
    },
  };
}
