import { followMicrophones, microphones, openCapture, CAPTURE_RATE } from "./capture.js";
import { button, make } from "./dom.js";
import { openPanel } from "./panel.js";
import { openGate } from "./speech_gate.js";
import { openUplink } from "./uplink.js";
import { openRing } from "./voice_ring.js";
import { voiceSetup } from "./voice_setup.js";
import { openTurns } from "./voice_turns.js";

const PHASES = {
  ready: "Ready",
  connecting: "Connecting",
  listening: "Listening",
  thinking: "Thinking",
  speaking: "Speaking",
  interrupted: "Interrupted",
  reconnecting: "Reconnecting",
  stopped: "Stopped",
  failed: "Failed",
};
const IDLE = new Set(["ready", "stopped", "failed"]);
const ANSWERING = new Set(["thinking", "speaking"]);
// Milliseconds in a frame of the microphone, frames in a message, and frames that are kept from
// before somebody spoke.
const FRAME = 20;
const PACK = 5;
const KEPT = 25;
// Loud frames in a row that interrupt: a cough should not stop a model that has not begun to speak.
const SPEAKING_OVER = 2;
const SPEAKING_ON = 8;
const PCM_RATE = 24_000;

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const sourced = model.get("sourced");
  const panel = openPanel(model, el, { label: model.get("title"), kind: "voice-chat", on: events() });
  const phase = make("span", { className: "sophnet-phase" });
  const start = button("● Start", begin, { className: "sophnet-main" });
  const stop = button("■ Stop", () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const hold = button("Hold to talk", () => {}, {
    className: "sophnet-hold",
    hidden: true,
    "aria-pressed": "false",
    title: "Hold it, or the space bar, while you speak",
  });
  const hush = button("Interrupt", () => interrupt(0), { className: "sophnet-stop", hidden: true });
  const meter = make("div", {
    className: "sophnet-meter",
    role: "meter",
    "aria-label": "Loudness",
    "aria-valuemin": "0",
    "aria-valuemax": "100",
    hidden: true,
  });
  const bar = make("div", { className: "sophnet-bar" });
  meter.append(bar);
  const choice = make("select", { "aria-label": "Microphone", hidden: sourced });
  const copy = button("Copy", copyText, { title: "Copy the conversation" });
  const clear = button("New", () => panel.send("clear"), { title: "Forget the conversation" });
  const notice = make("div", { className: "sophnet-notice", role: "status", hidden: true });
  const turns = openTurns((turn) => panel.send("audio", { turn }));
  const name = make("span", { className: "sophnet-name" }, model.get("title"));
  const gap = make("span", { className: "sophnet-gap" });
  const badge = make("span", { className: "sophnet-badge", title: "No service answers here" }, "sandbox");
  panel.root.prepend(make("header", {}, name, badge, phase, gap, copy, clear));
  panel.follow("sandbox", () => (badge.hidden = !model.get("sandbox")));
  const controls = make("div", { className: "sophnet-controls" });
  controls.append(start, stop, hold, hush, choice, meter);
  panel.root.append(
    controls,
    notice,
    turns.element,
    voiceSetup(model, panel, (setup) => panel.send("setup", { setup })),
  );

  const gate = openGate();
  /** What this view listens with. @type {Take | undefined} */
  let take;
  let closed = false;
  let opening = false;
  let held = false;
  // Whether an answer was broken off that the kernel still counts as coming.
  let brokenOff = false;
  /** The turn that is answered, or -1. */
  let turn = -1;
  let toldAt = 0;
  let toldOf = -1;
  let received = 0;
  /** @type {ReturnType<typeof openRing> | undefined} */
  let ring;
  /** @type {string[]} */
  const urls = [];

  /**
   * @typedef {object} Take
   * @property {number} number
   * @property {import("./uplink.js").Uplink} uplink
   * @property {import("./capture.js").Capture} [capture]
   * @property {number} sent  Messages.
   * @property {Int16Array[]} pack  Frames of the next message.
   * @property {boolean} loud  Whether one of them is loud.
   * @property {Int16Array[]} kept  Frames of before somebody spoke.
   */

  function events() {
    return {
      /** @param {any} event */
      state({ turns: all, partial }) {
        turns.replace(all);
        turns.showPartial(partial);
        showActions();
      },
      listen: () => begin(),
      halt: () => end(""),
      /** @param {any} event */
      partial: ({ text }) => turns.showPartial(text),
      /** @param {any} event */
      turn(event) {
        if (event.index !== turn) {
          turn = event.index;
          // A view that neither talks nor was started plays nothing.
          brokenOff = false;
        }
        turns.show(event.index, event);
        showActions();
      },
      /** @param {any} event */
      text: ({ index, at, text }) => turns.add(index, at, text),
      /** @param {any} event */
      figures: (event) => turns.show(event.index, event),
      /** @param {any} event */
      over(event) {
        turns.show(event.index, event);
        if (event.ending === "complete" && event.index === turn) panel.announce(event.answer);
      },
      /** @param {any} event @param {DataView[]} buffers */
      sound({ exchange, at }, [data]) {
        const answer = Number(exchange);
        if (brokenOff && answer === turn) return;
        const player = voice();
        if (player.answer !== answer) {
          received = 0;
          player.begin(answer);
        }
        // A piece counts once, whatever was sent twice.
        if (at !== received) return;
        received += data.byteLength;
        player.take(answer, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      },
      /** @param {any} event */
      "sound-end": ({ exchange }) => ring?.end(Number(exchange)),
      hush: () => interrupt(0),
      /** @param {any} event */
      notice: ({ text }) => tell(text),
      /** @param {any} event @param {DataView[]} buffers */
      audio({ turn: which, type }, [data]) {
        const blob = new Blob([/** @type {any} */ (data)], { type: `audio/${type}` });
        urls.push(URL.createObjectURL(blob));
        const sound = make("audio", { controls: true, src: urls.at(-1), "aria-label": "The answer" });
        turns.put(which, sound);
        sound.play().catch(() => {});
      },
    };
  }

  /** The loudspeaker, opened when the first answer comes. */
  function voice() {
    ring ??= openRing({
      format: () => model.get("sound_format"),
      rate: PCM_RATE,
      onHeard: hear,
      onError: (text) => panel.fail(text),
    });
    return ring;
  }

  /** @param {import("./voice_ring.js").Heard} heard */
  function hear({ answer, played, underruns, began, over }) {
    panel.root.dataset.underruns = String(underruns);
    const now = performance.now();
    if (!began && !over && answer === toldOf && now - toldAt < 900) return;
    toldAt = now;
    toldOf = answer;
    panel.send("playing", { turn: answer, seconds: played, began: !!began, over: !!over });
  }

  async function begin() {
    if (take || opening || closed) return;
    panel.fail("");
    tell("");
    const sound = typeof AudioDecoder === "undefined" ? "pcm" : "mp3";
    if (sourced) {
      panel.send("start", { sound });
      return;
    }
    opening = true;
    start.disabled = true;
    const number = crypto.getRandomValues(new Uint32Array(1))[0];
    /** @type {Take} */
    const mine = { number, uplink: openUplink(model), sent: 0, pack: [], loud: false, kept: [] };
    take = mine;
    brokenOff = false;
    try {
      const capture = await openCapture({
        device: choice.value,
        frame: FRAME,
        cleaned: model.get("clean"),
        onFrame: (pcm) => listen(mine, pcm),
        onLevel: (level) => showLevel(level),
        onEnd: (why) => {
          panel.fail(why);
          end(why);
        },
      });
      mine.capture = capture;
      await showDevices(capture.device);
      if (closed || take !== mine) return await capture.close();
      meter.hidden = false;
      const facts = { kind: "begin", take: number, sample_rate: CAPTURE_RATE, label: capture.label };
      mine.uplink.send({ ...facts, view: panel.view, sound });
      const live = await mine.uplink.live;
      if (!live && take === mine) tell(NOT_LIVE);
    } catch (error) {
      panel.fail(error instanceof Error ? error.message : String(error));
      end("");
    } finally {
      opening = false;
      start.disabled = false;
    }
  }

  /** @param {Take} mine @param {Int16Array} pcm */
  function listen(mine, pcm) {
    if (take !== mine || !mine.capture) return;
    const now = performance.now();
    if (gate.hear(pcm, now) && gate.onset(SPEAKING_OVER)) mine.loud = true;
    mine.kept.push(pcm);
    if (isDeaf()) {
      mine.loud = false;
      if (mine.kept.length > KEPT) mine.kept.shift();
      const enough = model.get("phase") === "speaking" ? SPEAKING_OVER : SPEAKING_ON;
      const onset = gate.onset(enough);
      if (!onset || model.get("mode") !== "hands-free" || model.get("half_duplex")) return;
      interrupt(onset);
    }
    // With what was kept of before: the word that somebody begins with is not cut off.
    for (const frame of mine.kept.splice(0)) {
      mine.pack.push(frame);
      if (mine.pack.length >= PACK) pass(mine);
    }
  }

  /** Whether what the microphone hears is meant for nobody. */
  function isDeaf() {
    if (model.get("mode") === "push-to-talk") return !held;
    return ANSWERING.has(model.get("phase")) && !brokenOff;
  }

  /** @param {Take} mine @param {object} [more] */
  function pass(mine, more = {}) {
    const pcm = new Int16Array(mine.pack.reduce((sum, frame) => sum + frame.length, 0));
    let at = 0;
    for (const frame of mine.pack.splice(0)) {
      pcm.set(frame, at);
      at += frame.length;
    }
    const t = performance.timeOrigin + performance.now();
    const facts = { kind: "frame", take: mine.number, seq: mine.sent++, t, loud: mine.loud, ...more };
    mine.loud = false;
    if (!mine.uplink.send(facts, pcm.buffer)) end("");
  }

  /**
   * Be silent at once, then tell the kernel what had been heard by then.
   *
   * @param {number} onset  When somebody began to speak, or 0 where it was the button.
   */
  function interrupt(onset) {
    if (brokenOff || turn < 0) return;
    brokenOff = true;
    const broken = turn;
    const flushed = ring ? ring.flush() : Promise.resolve(undefined);
    flushed.then((heard) => {
      const seconds = onset ? (performance.now() - onset) / 1000 : null;
      const known = heard && heard.answer === broken ? heard : { played: 0, length: 0, whole: false };
      const { played, length, whole } = known;
      panel.send("interrupt", { turn: broken, played, length, whole, seconds });
    });
    showPhase("interrupted");
  }

  /** @param {boolean} on */
  function press(on) {
    if (held === on || !take || hold.hidden) return;
    held = on;
    hold.setAttribute("aria-pressed", String(on));
    hold.textContent = on ? "Listening – let go to send" : "Hold to talk";
    if (on) {
      if (ANSWERING.has(model.get("phase"))) interrupt(performance.now());
      take.kept.splice(0, Math.max(0, take.kept.length - 10));
    } else pass(take, { released: true });
  }

  /** @param {string} why  A sentence, or nothing if it was wanted. */
  function end(why) {
    const mine = take;
    if (!mine) return;
    press(false);
    take = undefined;
    held = false;
    meter.hidden = true;
    const last = () => {
      mine.uplink.send({ kind: "end", take: mine.number, frames: mine.sent, why });
      mine.uplink.close();
    };
    if (mine.capture) mine.capture.close().then(last);
    else last();
  }

  /** @param {import("./capture.js").Level} level */
  function showLevel({ peak, loudness }) {
    // Speech spans some 50 dB; what is drawn is how loud it seems.
    const share = Math.max(0, Math.min(1, 1 + Math.log10(Math.max(loudness, 1e-5)) / 2.5));
    bar.style.inlineSize = `${Math.round(share * 100)}%`;
    bar.classList.toggle("sophnet-loud", peak > 0.98);
    meter.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  }

  /** @param {string} chosen */
  async function showDevices(chosen) {
    const found = await microphones();
    const before = chosen || choice.value;
    choice.replaceChildren(...found.map(({ id, label }) => make("option", { value: id }, label)));
    if (found.some(({ id }) => id === before)) choice.value = before;
    choice.hidden = sourced || found.length < 1;
  }

  /** @param {string} text */
  function tell(text) {
    notice.textContent = text;
    notice.hidden = !text;
  }

  function showActions() {
    copy.disabled = clear.disabled = turns.count === 0;
  }

  async function copyText() {
    try {
      await navigator.clipboard.writeText(turns.text());
      copy.textContent = "Copied";
    } catch {
      // Not on https, or not allowed.
      copy.textContent = "Cannot copy here";
    }
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }

  /** @param {keyof typeof PHASES} now */
  function showPhase(now) {
    phase.textContent = PHASES[now];
    panel.root.dataset.phase = now;
    const idle = IDLE.has(now);
    start.hidden = !idle;
    stop.hidden = idle;
    hush.hidden = !ANSWERING.has(now);
    hold.hidden = idle || sourced || model.get("mode") !== "push-to-talk";
  }

  panel.follow("phase", () => {
    const now = /** @type {keyof typeof PHASES} */ (model.get("phase"));
    if (!ANSWERING.has(now) && now !== "interrupted") brokenOff = false;
    if (IDLE.has(now)) {
      end("");
      ring?.flush();
    }
    // The button was faster than the kernel, which has to hear of it first.
    if (!(brokenOff && ANSWERING.has(now))) showPhase(now);
    if (phase.isConnected) panel.announce(`${model.get("title")}: ${phase.textContent}`);
  });
  panel.follow("mode", () => {
    gate.rest();
    press(false);
    showPhase(model.get("phase"));
  });
  hold.addEventListener("pointerdown", () => press(true));
  for (const kind of ["pointerup", "pointercancel", "pointerleave", "blur"]) {
    hold.addEventListener(kind, () => press(false));
  }
  panel.root.tabIndex = -1;
  panel.root.addEventListener("keydown", (event) => {
    const typing = /** @type {HTMLElement} */ (event.target).closest("input, textarea, select, summary");
    const other = /** @type {HTMLElement} */ (event.target).closest("button");
    if (event.key !== " " || typing || (other && other !== hold) || hold.hidden) return;
    event.preventDefault();
    if (!event.repeat) press(true);
  });
  panel.root.addEventListener("keyup", (event) => {
    if (event.key === " ") press(false);
  });
  const unlisten = panel.hear("lost", () => end(""));
  const unfollow = sourced ? () => {} : followMicrophones(() => showDevices(""));
  if (!sourced) showDevices("").catch(() => {});
  showActions();
  return () => {
    closed = true;
    end("The panel was taken out of the page.");
    ring?.close();
    unfollow();
    unlisten();
    for (const url of urls) URL.revokeObjectURL(url);
    panel.close();
  };
}

const NOT_LIVE =
  "While a cell runs, sound waits for its end here: this kernel has no subshells (ipykernel 7 has).";

export default { render };
