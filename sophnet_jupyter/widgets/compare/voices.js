import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openPlayer } from "../playing/player.js";

const PHASES = { ready: tr("Ready"), answering: tr("Speaking"), stopped: tr("Stopped") };

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Voices"), kind: "voices", on: events() });
  const stop = button(tr("Stop"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const whole = openPlayer(tr("The chosen voice"));
  const player = whole.audio;
  const list = make("div", { className: "sophnet-choices", role: "radiogroup", "aria-label": tr("Voice") });
  const frame = openFrame(panel, model, {
    title: tr("Voices"),
    phases: PHASES,
    busy: ["answering"],
    acts: [stop],
    body: [whole.element, list],
  });

  /** @type {Map<number, {url: string, choice: HTMLInputElement, figures: HTMLElement}>} */
  const voices = new Map();
  let chosen = -1;

  function events() {
    return {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      state({ voices: all }, buffers) {
        all.forEach((/** @type {any} */ voice, /** @type {number} */ index) => show(voice, buffers[index]));
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      voice: ({ voice }, [sound]) => show(voice, sound),
    };
  }

  /** @param {any} voice @param {DataView<ArrayBuffer>} sound */
  function show(voice, sound) {
    const known = voices.get(voice.number) ?? add(voice);
    known.figures.textContent = voice.busy ? tr("speaking …") : voice.figures;
    if (known.url || !voice.mime || !sound?.byteLength) return;
    known.url = URL.createObjectURL(new Blob([sound], { type: voice.mime }));
    known.choice.disabled = false;
    if (chosen < 0) choose(voice.number);
  }

  /** @param {any} voice */
  function add(voice) {
    const choice = make("input", { type: "radio", name: panel.view, disabled: true });
    const figures = make("span", { className: "sophnet-faint" });
    choice.addEventListener("change", () => choose(voice.number));
    list.append(make("label", {}, choice, make("b", {}, voice.title), figures));
    const entry = { url: "", choice, figures };
    voices.set(voice.number, entry);
    return entry;
  }

  /** @param {number} number  Goes on at the same share of the text, playing if it played. */
  function choose(number) {
    const voice = voices.get(number);
    if (!voice?.url || number === chosen) return;
    const share = player.duration > 0 ? player.currentTime / player.duration : 0;
    const played = chosen >= 0 && !player.paused && !player.ended;
    chosen = number;
    voice.choice.checked = true;
    whole.hear(voice.url, `voice-${number + 1}`);
    player.addEventListener(
      "loadedmetadata",
      () => {
        if (share < 1 && Number.isFinite(player.duration)) player.currentTime = share * player.duration;
        if (played) player.play().catch(() => {});
      },
      { once: true },
    );
  }

  panel.follow("phase", () => {
    stop.hidden = !frame.show(model.get("phase"));
  });
  return () => {
    for (const voice of voices.values()) if (voice.url) URL.revokeObjectURL(voice.url);
    panel.close();
  };
}

export default { render };
