import { tr } from "../page/words.js";
import captureSource from "./capture_worklet.js?text";
import { watchMicrophone } from "./watchdog.js";

export const CAPTURE_RATE = 16_000;

/**
 * @typedef {{peak: number, loudness: number}} Level  From 0 to 1; twenty times a second.
 *
 * @typedef {object} Capture
 * @property {string} label  Of the device.
 * @property {string} device  Its id.
 * @property {(on: boolean) => void} flow  Pass frames on, or hold them back. While they are held
 *   back, the last of them are kept: the word that somebody begins with is then not cut off.
 * @property {() => Promise<void>} close  Let the device go; the last frame comes before that.
 *
 * @typedef {object} Options
 * @property {string} [device]  An id of `microphones`; the browser's choice if empty.
 * @property {number} [frame]  Milliseconds in a frame: 100.
 * @property {boolean} [cleaned]  Let the browser take out echo and noise, and level the loudness:
 *   yes. It learns by the first words how, and spoils those.
 * @property {number} [preroll]  Milliseconds that are kept while nothing flows: 500.
 * @property {boolean} [flowing]  Whether frames are passed on from the beginning: yes.
 * @property {(pcm: Int16Array) => void} onFrame  At `CAPTURE_RATE`, one channel; taken over.
 * @property {(level: Level) => void} [onLevel]
 * @property {(text: string) => void} [onTrouble]  Why nothing is heard just now; an empty text when
 *   it goes on.
 * @property {(why: string) => void} onEnd  The device is gone, for a reason that is a sentence.
 */

/**
 * Open a microphone. To be called from a click; rejects with an `Error` whose message is for users.
 *
 * @param {Options} options
 * @returns {Promise<Capture>}
 */
export async function openCapture(options) {
  if (!navigator.mediaDevices || typeof AudioWorkletNode === "undefined") throw new Error(isVSCode() ? TROUBLES.VSCodeError() : INSECURE());
  const { frame = 100, preroll = 500 } = options;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: wishes(options) });
  } catch (error) {
    throw new Error(trouble(/** @type {DOMException} */ (error)));
  }
  const [track] = stream.getAudioTracks();
  /** @type {AudioContext | undefined} */
  let context;
  try {
    const opened = await openContext(stream);
    context = opened.context;
    const node = await worklet(context, frame);
    let flowing = options.flowing ?? true;
    let closing = false;
    /** @type {Int16Array[]} */
    const held = [];
    /** @type {() => void} */
    let closed = () => {};
    /** @type {import("./watchdog.js").Watchdog | undefined} */
    let watchdog;
    node.port.onmessage = ({ data }) => {
      if (data.level || data.pcm) watchdog?.heard();
      if (data.level) options.onLevel?.(data.level);
      if (data.closed) closed();
      if (!data.pcm) return;
      if (flowing) options.onFrame(data.pcm);
      else held.push(data.pcm);
      while (held.length * frame > preroll) held.shift();
    };
    opened.source.connect(node);
    const release = () => {
      watchdog?.stop();
      node.port.onmessage = null;
      opened.source.disconnect();
      for (const each of stream.getTracks()) each.stop();
      return context?.state === "closed" ? undefined : context?.close();
    };
    /** @param {string} why */
    const lose = (why) => {
      if (closing) return;
      closing = true;
      release();
      options.onEnd(why);
    };
    node.addEventListener("processorerror", () => lose(BROKEN()));
    track.onended = () => lose(tr("The microphone was unplugged, or taken away by the browser."));
    await Promise.race([context.resume(), pauseFor(1000)]);
    if (context.state !== "running") throw new Error(SHY());
    watchdog = watchMicrophone(context, track, options.onTrouble ?? (() => {}), lose);
    return {
      label: track.label,
      device: track.getSettings().deviceId ?? "",
      flow(on) {
        flowing = on;
        if (on) for (const pcm of held.splice(0)) options.onFrame(pcm);
      },
      async close() {
        if (closing) return;
        closing = true;
        const last = new Promise((resolve) => (closed = () => resolve(undefined)));
        node.port.postMessage({ close: true });
        await Promise.race([last, pauseFor(300)]);
        await release();
      },
    };
  } catch (error) {
    for (const each of stream.getTracks()) each.stop();
    context?.close();
    throw error;
  }
}

/**
 * The microphones there are. Browsers tell their names only once one may be used.
 *
 * @returns {Promise<Array<{id: string, label: string}>>}
 */
export async function microphones() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices
    .filter(({ kind }) => kind === "audioinput")
    .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || tr("Microphone {count}", { count: index + 1 }) }));
}

/**
 * Hear of microphones that come and go. Returns the way to stop that.
 *
 * @param {() => void} hear
 */
export function followMicrophones(hear) {
  navigator.mediaDevices?.addEventListener("devicechange", hear);
  return () => navigator.mediaDevices?.removeEventListener("devicechange", hear);
}

/** @param {Options} options */
const wishes = ({ device, cleaned = true }) => ({
  channelCount: 1,
  echoCancellation: cleaned,
  noiseSuppression: cleaned,
  autoGainControl: cleaned,
  ...(device ? { deviceId: { exact: device } } : {}),
});

/**
 * At our rate where the browser resamples: some refuse that rate, or a device of another one.
 *
 * @param {MediaStream} stream
 */
async function openContext(stream) {
  /** @type {AudioContext | undefined} */
  let wished;
  try {
    wished = new AudioContext({ sampleRate: CAPTURE_RATE, latencyHint: "interactive" });
    return { context: wished, source: wished.createMediaStreamSource(stream) };
  } catch {
    await wished?.close();
    const context = new AudioContext({ latencyHint: "interactive" });
    return { context, source: context.createMediaStreamSource(stream) };
  }
}

/** @param {AudioContext} context @param {number} frame */
async function worklet(context, frame) {
  const url = URL.createObjectURL(new Blob([captureSource], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(url);
  } finally {
    URL.revokeObjectURL(url);
  }
  return new AudioWorkletNode(context, "sophnet-capture", {
    numberOfOutputs: 0,
    channelCount: 1,
    channelCountMode: "explicit",
    processorOptions: { rate: CAPTURE_RATE, frame: (CAPTURE_RATE * frame) / 1000 },
  });
}

// Looked up when told: JupyterLab's extension knows its language only after this file was run.
const INSECURE = () =>
  tr("The browser gives no microphone to this page, since it is not secure: open it by https, or as localhost (ssh -L 8888:localhost:8888).");
const BROKEN = () => tr("The browser has given up reading the microphone: press Start again.");
const SHY = () => tr("The browser wants a click before it listens: press Start again.");
/** @type {Record<string, () => string>} */
const TROUBLES = {
  NotAllowedError: () =>
    tr("The microphone was not allowed: allow it beside the page's address, or in the settings of the system, and press Start again."),
  VSCodeError: () =>
    tr("VS Code gives its notebooks no microphone: open this notebook in a browser (jupyter lab), or take a recording, as %listen FILE and %talk FILE do."),
  SecurityError: () => tr("This page may not use a microphone: its server, or the frame it is in, forbids it."),
  NotFoundError: () => tr("There is no microphone: plug one in, and press Start again."),
  NotReadableError: () => tr("The microphone cannot be opened: another program may be using it."),
  OverconstrainedError: () => tr("That microphone is no longer there: choose another one."),
  AbortError: () => tr("The browser gave the microphone up: press Start again."),
};

/** @param {DOMException} error */
function trouble(error) {
  // A policy of the page or of its frame, too, is told as if the user had refused.
  const refused = error.name === "NotAllowedError" || error.name === "SecurityError";
  if (refused && isVSCode()) return TROUBLES.VSCodeError();
  const name = error.name === "NotAllowedError" && isForbidden() ? "SecurityError" : error.name;
  return TROUBLES[name]?.() ?? tr("The microphone cannot be opened: {message}", { message: error.message });
}

/** Whether this is VS Code, which draws notebooks in a frame that asks nobody, and names its theme. */
const isVSCode = () => document.body.dataset.vscodeThemeKind !== undefined;

/** Whether the page's Permissions-Policy, or the frame that it is in, forbids it for all. */
const isForbidden = () =>
  /** @type {any} */ (document).featurePolicy?.allowsFeature("microphone") === false;

/** @param {number} milliseconds */
const pauseFor = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
