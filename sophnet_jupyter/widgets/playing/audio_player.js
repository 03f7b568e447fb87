import { openDecoder } from "./decoder.js";
import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openPanel } from "../panel/panel.js";
import { canStream, openSpeaker } from "./speaker.js";
import { speeds } from "./player.js";
import { wholeSound } from "./whole_sound.js";

/** @typedef {import("./speaker.js").Report} Report @typedef {import("./speaker.js").Speaker} Speaker */

// The kernel is told where the listener is: each time costs it a flicker of its busy light.
const TELL_EVERY = 1000;

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  // Its own title; a user may have given another one.
  const title = model.get("title") === "Audio" ? tr("Audio") : model.get("title");
  const panel = openPanel(model, el, { label: title, kind: "audio", on: events() });
  const play = button("▶", () => (report.wants ? pause() : begin()), { className: "sophnet-main" });
  const stop = button(tr("■ Stop"), () => panel.send("stop"), { title: tr("End the sound here") });
  const place = slider(tr("Position"), () => seek(Number(place.value)), { max: 0, step: 0.01, value: 0 });
  const volume = slider(tr("Volume"), () => speaker?.setVolume(Number(volume.value)), {
    max: 1,
    step: 0.05,
    value: 1,
  });
  const speed = speeds();
  speed.addEventListener("change", () => speaker?.setSpeed(Number(speed.value)));
  const save = button(tr("Download"), () => whole.save(), { className: "sophnet-keep", title: tr("What has come of the sound"), disabled: true });
  const loudness = make("label", { className: "sophnet-loudness" }, tr("Volume"), volume);
  const time = make("span", { className: "sophnet-time" });
  const word = make("span", { className: "sophnet-word" });
  const tap = button(tr("▶ Tap to hear"), () => begin(), { className: "sophnet-main sophnet-tap", hidden: true });
  const controls = make("div", { className: "sophnet-controls" }, play, stop, tap, place, time, word, loudness, speed, save);
  panel.root.append(controls);

  /** @type {Report} */
  let report = { at: 0, length: 0, wants: false, flows: false, ended: false, underruns: 0 };
  /** @type {Promise<Speaker> | undefined} */
  let opening;
  /** @type {Speaker | undefined} */
  let speaker;
  let wanted = false;
  let received = 0;
  let told = -TELL_EVERY;
  let closed = false;

  const { format, sample_rate: sampleRate, channels } = traits(model);
  const decoder = canStream()
    ? openDecoder(format, { sampleRate, channels }, onSound, (text) => panel.fail(text))
    : undefined;
  const whole = wholeSound(format, { sampleRate, channels });
  if (!decoder) {
    controls.replaceChildren(word);
    word.textContent = tr("This browser plays it when all of it has come.");
  }

  function events() {
    return {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      state({ at, autoplay }, [data]) {
        if (autoplay) begin();
        take(at, data);
        panel.follow("finished", showFinished);
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      sound: ({ at }, [data]) => take(at, data),
      stop: pause,
    };
  }

  /** @param {number} at @param {DataView<ArrayBuffer>} data  What a view has already is not taken twice. */
  function take(at, data) {
    const known = received - at;
    if (known < 0 || known >= data.byteLength) return;
    const bytes = new Uint8Array(data.buffer, data.byteOffset + known, data.byteLength - known);
    received += bytes.length;
    whole.feed(bytes);
    save.disabled = false;
    decoder?.feed(bytes);
  }

  /** @type {import("./decoder.js").OnSound} */
  function onSound(pcm, sampleRate, channels) {
    if (closed) return;
    opening ??= open(sampleRate, channels);
    if (speaker) speaker.add(pcm);
    else opening.then((opened) => opened.add(pcm));
  }

  /** @param {number} sampleRate @param {number} channels */
  async function open(sampleRate, channels) {
    const opened = await openSpeaker({ sampleRate, channels, onReport });
    speaker = opened;
    if (speed.value !== "1") opened.setSpeed(Number(speed.value));
    if (closed) opened.close();
    else if (wanted) begin();
    return opened;
  }

  async function begin() {
    wanted = true;
    if (!speaker) return;
    if (report.ended) speaker.seek(0);
    const heard = await speaker.play();
    tap.hidden = heard || !wanted;
  }

  function pause() {
    wanted = false;
    tap.hidden = true;
    speaker?.pause();
  }

  /** @param {number} seconds */
  function seek(seconds) {
    told = -TELL_EVERY;
    speaker?.seek(seconds);
  }

  /** @param {Report} next */
  function onReport(next) {
    const turned = next.wants !== report.wants || next.ended !== report.ended;
    report = next;
    if (next.flows) tap.hidden = true;
    if (next.ended) wanted = false;
    show();
    const now = performance.now();
    if (turned || (next.flows && now - told >= TELL_EVERY) || told < 0) tell(now);
  }

  /** @param {number} now */
  function tell(now) {
    told = now;
    const sounds = report.wants && !report.ended;
    panel.send("position", { seconds: report.at, underruns: report.underruns, sounds });
  }

  function show() {
    play.textContent = report.wants ? "❚❚" : "▶";
    play.setAttribute("aria-label", report.wants ? tr("Pause") : tr("Play"));
    // Without a length it would stand at the end.
    place.max = String(report.length || 1);
    place.value = String(report.at);
    time.textContent = `${clock(report.at)} / ${clock(report.length)}`;
    place.setAttribute("aria-valuetext", tr("{at} of {length}", { at: clock(report.at), length: clock(report.length) }));
    word.textContent = state(report, model.get("finished"));
  }

  function showFinished() {
    const finished = model.get("finished");
    stop.hidden = finished;
    if (decoder) show();
    if (!finished) return;
    if (!decoder) controls.replaceChildren(whole.player(title));
    else decoder.end().then(() => opening?.then((opened) => opened.end()), () => {});
  }

  show();
  return () => {
    closed = true;
    decoder?.close();
    whole.close();
    speaker?.close();
    panel.close();
  };
}

/** @param {import("../page/lab.js").Model} model */
const traits = (model) => ({
  format: model.get("format"),
  sample_rate: model.get("sample_rate"),
  channels: model.get("channels"),
});

/** @param {Report} report @param {boolean} finished */
function state({ wants, flows, ended, length }, finished) {
  if (flows && wants) return finished ? tr("Playing") : tr("Playing, more is coming");
  if (wants) return tr("Waiting for more");
  if (ended) return tr("Ended");
  if (!finished) return length ? tr("Paused, more is coming") : tr("Waiting for sound");
  return length ? tr("Paused") : tr("No sound came");
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @param {string} label @param {() => void} onInput @param {object} properties */
function slider(label, onInput, properties) {
  return make("input", {
    type: "range",
    min: 0,
    ...properties,
    className: `sophnet-${label.toLowerCase()}`,
    "aria-label": label,
    oninput: onInput,
  });
}

export default { render };
