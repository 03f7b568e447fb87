import { openDecoder } from "./decoder.js";
import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { canStream, openSpeaker } from "./speaker.js";
import { speeds } from "./player.js";
import { wholeSound } from "./whole_sound.js";

/** @typedef {import("./speaker.js").Report} Report @typedef {import("./speaker.js").Speaker} Speaker */

/**
 * @typedef {object} Sound
 * @property {HTMLElement} element  Its controls.
 * @property {(at: number, bytes: DataView<ArrayBuffer>) => void} take  A piece and its place; none counts twice.
 * @property {() => void} end  All has come.
 * @property {() => void} play
 * @property {() => void} pause
 * @property {() => void} close
 */

/**
 * An MP3 that is heard while it arrives, with the few controls that an answer needs.
 *
 * @param {string} label @param {(text: string) => void} fail
 * @returns {Sound}
 */
export function openSound(label, fail) {
  /** @type {Report} */
  let report = { at: 0, length: 0, wants: false, flows: false, ended: false, underruns: 0 };
  /** @type {Speaker | undefined} */
  let speaker;
  /** @type {Promise<Speaker> | undefined} */
  let opening;
  let received = 0;
  let wanted = false;
  let closed = false;
  const toggle = button("▶", () => (report.wants ? pause() : play()), { "aria-label": tr("Play {label}", { label }) });
  const time = make("span", { className: "sophnet-time" });
  const element = make("div", { className: "sophnet-sound", role: "group", "aria-label": label });
  const speed = speeds();
  speed.addEventListener("change", () => speaker?.setSpeed(Number(speed.value)));
  const save = button(tr("Download"), () => whole.save(), { title: tr("What has come of the sound"), disabled: true });
  element.append(toggle, time, speed, save);
  const decoder = canStream()
    ? openDecoder("mp3", { sampleRate: 0, channels: 0 }, onSound, fail)
    : undefined;
  const whole = wholeSound("mp3", { sampleRate: 0, channels: 0 });
  if (!decoder) element.replaceChildren(tr("This browser plays the sound when all of it has come."));

  /** @type {import("./decoder.js").OnSound} */
  function onSound(pcm, sampleRate, channels) {
    if (closed) return;
    opening ??= openSpeaker({ sampleRate, channels, onReport: show }).then((opened) => {
      speaker = opened;
      if (speed.value !== "1") opened.setSpeed(Number(speed.value));
      if (closed) opened.close();
      else if (wanted) play();
      return opened;
    });
    opening.then((opened) => opened.add(pcm)).catch(() => fail(tr("The loudspeaker cannot be opened: reload the page.")));
  }

  /** @param {Report} next */
  function show(next) {
    report = next;
    if (next.ended) wanted = false;
    toggle.textContent = report.wants ? "❚❚" : "▶";
    toggle.setAttribute("aria-label", report.wants ? tr("Pause {label}", { label }) : tr("Play {label}", { label }));
    time.textContent = tr("{at} of {length} s", { at: report.at.toFixed(1), length: report.length.toFixed(1) });
  }

  async function play() {
    wanted = true;
    if (!speaker) return;
    if (report.ended) speaker.seek(0);
    await speaker.play();
  }

  function pause() {
    wanted = false;
    speaker?.pause();
  }

  show(report);
  return {
    element,
    play,
    pause,
    take(at, data) {
      const known = received - at;
      if (known < 0 || known >= data.byteLength) return;
      const bytes = new Uint8Array(data.buffer, data.byteOffset + known, data.byteLength - known);
      received += bytes.length;
      whole.feed(bytes);
      save.disabled = false;
      decoder?.feed(bytes);
    },
    end() {
      if (!decoder) element.replaceChildren(whole.player(label));
      else decoder.end().then(() => opening?.then((opened) => opened.end()), () => {});
    },
    close() {
      closed = true;
      decoder?.close();
      whole.close();
      speaker?.close();
      element.remove();
    },
  };
}
