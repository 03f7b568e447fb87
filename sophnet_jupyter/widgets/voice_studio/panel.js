import { openDecoder } from "../playing/decoder.js";
import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { openPlayer, speeds } from "../playing/player.js";
import { canStream, openSpeaker } from "../playing/speaker.js";
import { openOwnVoice } from "./own_voice.js";
import { wholeSound } from "../playing/whole_sound.js";

/** @typedef {import("../playing/speaker.js").Speaker} Speaker */
/** @typedef {{id: number, text: string, voice: string, format: string, sample: boolean, phase: string, error: string}} Item */

const PHASES = {
  ready: tr("Ready"),
  speaking: tr("Speaking"),
  making: tr("A voice is being made"),
  stopped: tr("Stopped"),
};
const ITEM_PHASES = {
  waiting: tr("Waiting"),
  speaking: tr("Being made"),
  ready: tr("Complete"),
  stopped: tr("Stopped"),
  cut: tr("Incomplete"),
  failed: tr("Failed"),
};
const FORMATS = { mp3: "MP3", wav: "WAV" };
const TYPES = { mp3: "audio/mpeg", wav: "audio/wav" };

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Voice studio"), kind: "voice-studio", on: events() });
  const box = make("textarea", {
    rows: 4,
    placeholder: tr("What is to be said?"),
    "aria-label": tr("Text"),
  });
  const voice = make("select", { "aria-label": tr("Voice") });
  const sample = button(tr("▶ Sample"), () => panel.send("sample", { options: options() }), {
    title: tr("Hear this voice"),
  });
  const format = make("select", { "aria-label": tr("Format") }, ...choices(FORMATS));
  const rate = slider(tr("Rate"), 0.5, 2, 0.05, 1, (value) => `${value.toFixed(2)}×`);
  const pitch = slider(tr("Pitch"), 0.5, 2, 0.05, 1, (value) => `${value.toFixed(2)}×`);
  const volume = slider(tr("Volume"), 0, 100, 1, 50, (value) => value.toFixed(0));
  const speak = make("button", { className: "sophnet-main", title: "Ctrl+Enter" }, tr("Speak"));
  const stop = button(tr("Stop"), () => stopAll(), { className: "sophnet-stop", hidden: true });
  const go = button(tr("Go on with the queue"), () => panel.send("go"), { hidden: true });
  const asker = make(
    "form",
    {},
    box,
    make(
      "div",
      { className: "sophnet-row" },
      make("label", {}, `${tr("Voice")} `, voice),
      sample,
      make("label", {}, `${tr("Format")} `, format),
    ),
    make("div", { className: "sophnet-row" }, rate.element, pitch.element, volume.element),
    make("div", { className: "sophnet-row sophnet-go" }, go, stop, speak),
  );
  const own = openOwnVoice(panel);
  const queue = make("ol", { className: "sophnet-queue", "aria-label": tr("Texts") });
  const nothing = openState(tr("Write a text and press Speak: it is heard while it is made, and kept here."));
  const frame = openFrame(panel, model, {
    title: tr("Voice studio"),
    phases: PHASES,
    busy: ["speaking", "making"],
    body: [asker, own.element, nothing.element, queue],
    room: queue,
  });

  const turns = openTurns();
  /** @type {Map<number, ReturnType<typeof openRow>>} */
  const rows = new Map();

  function events() {
    return {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} sounds */
      state({ voices, makes, recording, text, items }, sounds) {
        if (!voice.options.length) showVoices(voices);
        own.element.hidden = !makes;
        own.show(recording);
        box.value ||= text;
        items.forEach((/** @type {Item} */ item, /** @type {number} */ index) => {
          const row = rowOf(item);
          row.take(0, sounds[index]);
          row.show(item, item.phase === "speaking" ? undefined : sounds[index]);
        });
        showActions();
      },
      /** @param {{item: Item}} event @param {DataView<ArrayBuffer>[]} sounds */
      item({ item }, [whole]) {
        rowOf(item, true).show(item, whole);
        showActions();
        if (item.error) panel.announce(item.error);
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} sounds */
      sound: ({ id, at }, [data]) => rows.get(id)?.take(at, data),
      /** @param {any} event */
      recording: ({ name }) => own.show(name),
      /** @param {any} event */
      voices({ voices, chosen }) {
        showVoices(voices);
        voice.value = chosen;
        own.made();
        panel.fail("");
        panel.announce(tr("The voice {name} is made, and chosen.", { name: chosen }));
      },
      /** @param {any} event */
      removed({ id }) {
        rows.get(id)?.close();
        rows.delete(id);
        showActions();
      },
    };
  }

  /** @param {Item} item @param {boolean} [fresh]  Only what was asked for just now begins by itself. */
  function rowOf(item, fresh = false) {
    let row = rows.get(item.id);
    if (!row) {
      if (item.sample) for (const [id, old] of rows) if (old.sample) old.close(), rows.delete(id);
      const remove = () => panel.send("remove", { id: item.id });
      row = openRow(item, { fresh, turns, remove, fail: panel.fail });
      rows.set(item.id, row);
      queue.append(row.element);
    }
    return row;
  }

  /** @param {Array<{label: string, model: string | null, names: string[]}>} voices */
  function showVoices(voices) {
    voice.replaceChildren();
    for (const { label, model: of, names } of voices) {
      const group = make("optgroup", { label }, ...names.map((name) => make("option", { value: name }, name)));
      if (of) group.dataset.model = of;
      voice.append(group);
    }
  }

  function options() {
    return {
      voice: voice.value || null,
      model: voice.selectedOptions[0]?.closest("optgroup")?.dataset.model ?? null,
      format: format.value,
      speech_rate: rate.value(),
      pitch_rate: pitch.value(),
      volume: volume.value(),
    };
  }

  function say() {
    panel.fail("");
    panel.send("say", { text: box.value, options: options() });
  }

  function stopAll() {
    panel.send("stop");
    turns.stop();
    for (const row of rows.values()) row.pause();
  }

  function showActions() {
    const phase = model.get("phase");
    const busy = phase === "speaking";
    stop.hidden = !busy && phase !== "making";
    nothing.show(rows.size ? "" : "empty");
    sample.disabled = !stop.hidden;
    own.disable(!stop.hidden);
    speak.textContent = busy ? tr("Add to the queue") : tr("Speak");
    go.hidden = busy || ![...rows.values()].some((row) => row.waits());
  }

  asker.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    say();
  });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    say();
  });
  panel.follow("phase", () => {
    frame.show(model.get("phase"));
    showActions();
  });
  return () => {
    for (const row of rows.values()) row.close();
    own.close();
    panel.close();
  };
}

/**
 * One text of the queue: heard while it is made, then one ordinary player.
 *
 * @param {Item} first
 * @param {{fresh: boolean, turns: Turns, remove: () => void, fail: (text: string) => void}} about
 */
function openRow(first, { fresh, turns, remove, fail }) {
  const text = make("div", { className: "sophnet-text" }, first.sample ? tr("Sample of {voice}", { voice: first.voice }) : first.text);
  const about = make("span", { className: "sophnet-faint" });
  const play = button("❚❚", () => (wants ? silence() : listen()), { "aria-label": tr("Pause"), hidden: true });
  const time = make("span", { className: "sophnet-time" });
  const speed = speeds();
  const kept = wholeSound("mp3", { sampleRate: 0, channels: 0 });
  const save = button(tr("Download"), () => kept.save(), { title: tr("What has come of the sound"), hidden: true });
  speed.hidden = true;
  speed.addEventListener("change", () => opening?.then((speaker) => speaker.setSpeed(Number(speed.value))));
  const ready = openPlayer(first.text);
  const player = ready.audio;
  ready.element.hidden = true;
  const away = button("✕", remove, { "aria-label": tr("Remove"), title: tr("Remove") });
  const error = make("div", { className: "sophnet-error", hidden: true });
  const bar = make("div", { className: "sophnet-row" }, play, time, speed, save, ready.element);
  const element = make("li", {}, make("div", { className: "sophnet-line" }, text, about, away), bar, error);
  const live = first.format === "mp3" && fresh && canStream();

  let item = first;
  let received = 0;
  let wants = fresh;
  let made = false;
  let url = "";
  let closed = false;
  let asked = false;
  /** @type {Promise<Speaker> | undefined} */
  let opening;
  /** @type {Turn} */
  const turn = { begin: () => (live ? resume() : player.play().catch(() => turns.over(turn))), drop: () => pause() };
  player.addEventListener("ended", () => turns.over(turn));
  player.addEventListener("play", () => turns.take(turn));
  player.addEventListener("pause", () => player.ended || turns.quiet(turn));
  const decoder = live ? openDecoder("mp3", { sampleRate: 0, channels: 0 }, onSound, fail) : undefined;

  /** @type {import("../playing/decoder.js").OnSound} */
  function onSound(pcm, sampleRate, channels) {
    opening ??= openSpeaker({ sampleRate, channels, onReport });
    opening.then((speaker) => {
      if (closed) return speaker.close();
      speaker.add(pcm);
      if (wants && !asked) ask();
    });
  }

  /** @param {import("../playing/speaker.js").Report} report */
  function onReport({ at, length, ended }) {
    time.textContent = `${clock(at)} / ${clock(length)}`;
    if (ended) {
      wants = false;
      settle();
      turns.over(turn);
    }
  }

  /** One text is heard at a time, in their order. */
  function ask() {
    asked = true;
    turns.ask(turn);
  }

  /** The listener wants silence, and not the next text. */
  function silence() {
    turns.quiet(turn);
    pause();
  }

  /** The listener wants this one, and now. */
  function listen() {
    turns.take(turn);
    resume();
  }

  function resume() {
    wants = true;
    play.hidden = speed.hidden = save.hidden = false;
    play.textContent = "❚❚";
    play.setAttribute("aria-label", tr("Pause"));
    opening?.then((speaker) => speaker.play());
  }

  function pause() {
    wants = false;
    play.textContent = "▶";
    play.setAttribute("aria-label", tr("Play"));
    opening?.then((speaker) => speaker.pause());
    player.pause();
    if (made) settle();
  }

  /** The whole has come, and what was heard of it while it came is over: one ordinary player. */
  function settle() {
    if (!made || closed) return;
    play.hidden = time.hidden = speed.hidden = save.hidden = true;
    ready.element.hidden = !url;
    opening?.then((speaker) => speaker.close());
    opening = undefined;
  }

  return {
    element,
    sample: first.sample,
    waits: () => item.phase === "waiting",
    pause,
    /** @param {number} at @param {DataView<ArrayBuffer> | undefined} data */
    take(at, data) {
      if (!data || received - at < 0 || received - at >= data.byteLength) return;
      const known = received - at;
      const bytes = new Uint8Array(data.buffer, data.byteOffset + known, data.byteLength - known);
      received += bytes.length;
      if (live) kept.feed(bytes);
      decoder?.feed(bytes.slice());
    },
    /** @param {Item} next @param {DataView<ArrayBuffer>} [whole] */
    show(next, whole) {
      item = next;
      const word = ITEM_PHASES[/** @type {keyof typeof ITEM_PHASES} */ (next.phase)];
      about.textContent = [next.sample ? "" : next.voice, word].filter(Boolean).join(" · ");
      element.dataset.phase = next.phase;
      error.textContent = next.error;
      error.hidden = !next.error;
      if (next.phase === "waiting" || next.phase === "speaking") return;
      if (!made && whole?.byteLength) keep(whole);
      made = true;
      decoder?.end().then(() => opening?.then((speaker) => speaker.end()), () => {});
      if (!wants || !live) settle();
      if (!live && fresh && wants && url && !asked) ask();
      if (next.phase === "stopped") pause();
    },
    close() {
      closed = true;
      turns.over(turn);
      decoder?.close();
      opening?.then((speaker) => speaker.close());
      player.pause();
      URL.revokeObjectURL(url);
      element.remove();
    },
  };

  /** @param {DataView<ArrayBuffer>} whole */
  function keep(whole) {
    const ending = /** @type {keyof typeof TYPES} */ (item.format);
    url = URL.createObjectURL(new Blob([whole], { type: TYPES[ending] }));
    ready.hear(url, `${fileName(item.text)}.${ending}`);
  }
}

/**
 * @typedef {{begin: () => void, drop: () => void}} Turn
 * @typedef {object} Turns
 * @property {(turn: Turn) => void} ask  Begin when nothing else is heard.
 * @property {(turn: Turn) => void} take  Begin now: what is heard falls silent.
 * @property {(turn: Turn) => void} over  It has ended, and the next one begins.
 * @property {(turn: Turn) => void} quiet  The listener has paused it: nothing else begins either.
 * @property {() => void} stop  Drop all that wait.
 *
 * Lets one sound be heard at a time.
 *
 * @returns {Turns}
 */
function openTurns() {
  /** @type {Turn[]} */
  let waiting = [];
  /** @type {Turn | undefined} */
  let current;
  return {
    ask(turn) {
      waiting.push(turn);
      if (!current) (current = waiting.shift())?.begin();
    },
    take(turn) {
      const heard = current;
      waiting = waiting.filter((other) => other !== turn);
      current = turn;
      if (heard !== turn) heard?.drop();
    },
    quiet(turn) {
      if (turn === current) this.stop();
    },
    over(turn) {
      waiting = waiting.filter((other) => other !== turn);
      if (turn === current) (current = waiting.shift())?.begin();
    },
    stop() {
      const dropped = waiting;
      waiting = [];
      current = undefined;
      for (const turn of dropped) turn.drop();
    },
  };
}

/** @param {string} text */
function fileName(text) {
  return text.trim().split(/\s+/).slice(0, 6).join("-").replace(/[^\p{L}\p{N}-]/gu, "").slice(0, 60) || "speech";
}

/** @param {Record<string, string>} named */
function choices(named) {
  return Object.entries(named).map(([value, label]) => make("option", { value }, label));
}

/**
 * @param {string} label @param {number} min @param {number} max @param {number} step
 * @param {number} usual @param {(value: number) => string} word
 */
function slider(label, min, max, step, usual, word) {
  const input = make("input", { type: "range", min, max, step, value: usual, "aria-label": label });
  const output = make("output", {});
  const show = () => {
    output.textContent = word(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", show);
  input.addEventListener("dblclick", () => ((input.value = String(usual)), show()));
  show();
  return {
    element: make("label", { className: "sophnet-slider" }, label, input, output),
    /** Only what was moved is sent. */
    value: () => (Number(input.value) === usual ? null : Number(input.value)),
  };
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export default { render };
