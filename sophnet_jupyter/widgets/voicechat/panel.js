import { followMicrophones, microphones } from "../hearing/capture.js";
import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { loudnessMeter } from "../hearing/loudness.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { openPlayer } from "../playing/player.js";
import { openRing } from "./ring.js";
import { voiceSetup } from "./setup.js";
import { ANSWERING, openVoiceTake } from "./take.js";
import { openTurns } from "./turns.js";

const PHASES = {
  ready: tr("Ready"),
  connecting: tr("Connecting"),
  listening: tr("Listening"),
  thinking: tr("Thinking"),
  speaking: tr("Speaking"),
  interrupted: tr("Interrupted"),
  reconnecting: tr("Reconnecting"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};
const IDLE = new Set(["ready", "stopped", "failed"]);
const PCM_RATE = 24_000;

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const sourced = model.get("sourced");
  // Its own title; a user may have given another one.
  const title = model.get("title") === "Voice chat" ? tr("Voice chat") : model.get("title");
  const panel = openPanel(model, el, { label: title, kind: "voice-chat", on: events() });
  const start = button(tr("● Start"), begin, { className: "sophnet-main" });
  const stop = button(tr("■ Stop"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const hold = button(tr("Hold to talk"), () => {}, {
    className: "sophnet-hold",
    hidden: true,
    "aria-pressed": "false",
    title: tr("Hold it, or the space bar, while you speak"),
  });
  const hush = button(tr("Interrupt"), () => interrupt(0), { className: "sophnet-stop", hidden: true });
  const meter = loudnessMeter();
  const choice = make("select", { "aria-label": tr("Microphone"), hidden: sourced });
  const copy = button(tr("Copy"), copyText, { title: tr("Copy the conversation") });
  const clear = button(tr("New"), () => panel.send("clear"), { title: tr("Forget the conversation") });
  const notice = make("div", { className: "sophnet-notice", role: "status", hidden: true });
  const turns = openTurns((turn) => panel.send("audio", { turn }));
  const controls = make("div", { className: "sophnet-controls" });
  controls.append(choice, meter.element, hush, hold, stop, start);
  const setup = voiceSetup(model, panel, (chosen) => panel.send("setup", { setup: chosen }));
  const nothing = openState(tr("Press Start and talk: a short silence ends your turn. Speak into the answer to break it off."));
  const frame = openFrame(panel, model, {
    title,
    phases: PHASES,
    busy: ["connecting", "thinking", "reconnecting"],
    acts: [copy, clear],
    body: [controls, notice, nothing.element, turns.element, setup],
    room: turns.element,
  });

  /** What this view listens with. @type {import("./take.js").VoiceTake | undefined} */
  let take;
  let closed = false;
  let held = false;
  // What is wrong with the sound, if that was told.
  let warning = "";
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

  function events() {
    return {
      /** @param {any} event */
      state({ turns: all, partial }) {
        turns.replace(all);
        turns.showPartial(partial);
        showActions();
      },
      listen: () => begin(),
      /** @param {any} event */
      halt({ take: number }) {
        if (number === undefined || number === take?.number) end("");
      },
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
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      sound({ exchange, at }, [data]) {
        const answer = Number(exchange);
        // What comes behind the end is for nobody.
        if ((brokenOff && answer === turn) || IDLE.has(model.get("phase"))) return;
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
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      audio({ turn: which, type }, [data]) {
        const blob = new Blob([data], { type: `audio/${type}` });
        urls.push(URL.createObjectURL(blob));
        const player = openPlayer(tr("The answer"));
        player.hear(String(urls.at(-1)), `answer-${which + 1}.${type === "wav" ? "wav" : "mp3"}`);
        turns.put(which, player.element);
        player.audio.play().catch(() => {});
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

  /** @param {import("./ring.js").Heard} heard */
  function hear({ answer, played, underruns, began, over }) {
    panel.root.dataset.underruns = String(underruns);
    const now = performance.now();
    if (!began && !over && answer === toldOf && now - toldAt < 900) return;
    toldAt = now;
    toldOf = answer;
    panel.send("playing", { turn: answer, seconds: played, began: !!began, over: !!over });
  }

  async function begin() {
    if (take || closed) return;
    panel.fail("");
    tell("");
    const sound = typeof AudioDecoder === "undefined" ? "pcm" : "mp3";
    if (sourced) {
      panel.send("start", { sound });
      return;
    }
    start.disabled = true;
    brokenOff = false;
    warning = "";
    const mine = openVoiceTake(model, {
      device: choice.value,
      about: { view: panel.view, sound },
      isDeaf,
      onSpeech: interrupt,
      onLevel: showLevel,
      onNotice: tell,
      onEnd(trouble) {
        if (trouble) panel.fail(trouble);
        take = undefined;
        meter.end();
        // Of a microphone that was heard before, its silence at the end says nothing.
        if (turns.count && notice.textContent === warning) tell("");
        showHeld(false);
      },
    });
    take = mine;
    try {
      await showDevices(await mine.opened);
      if (take === mine) meter.begin();
    } catch (error) {
      panel.fail(error instanceof Error ? error.message : String(error));
    } finally {
      start.disabled = false;
    }
  }

  /** @param {import("../hearing/capture.js").Level} level */
  function showLevel(level) {
    const now = meter.show(level);
    if (now === warning) return;
    warning = now;
    // It goes when sound comes.
    tell(now);
  }

  /** Whether what the microphone hears is meant for nobody. */
  function isDeaf() {
    if (model.get("mode") === "push-to-talk") return !held;
    return ANSWERING.has(model.get("phase")) && !brokenOff;
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
    showHeld(on);
    if (on && ANSWERING.has(model.get("phase"))) interrupt(performance.now());
    take.press(on);
  }

  /** @param {boolean} on */
  function showHeld(on) {
    held = on;
    hold.setAttribute("aria-pressed", String(on));
    hold.textContent = on ? tr("Listening – let go to send") : tr("Hold to talk");
  }

  /** @param {string} why  A sentence, or nothing if it was wanted. */
  function end(why) {
    press(false);
    take?.end(why);
  }

  /**
   * Let go of the microphone and of the loudspeaker.
   *
   * @param {string} why  A sentence, or nothing if it was wanted.
   */
  function hangUp(why) {
    end(why);
    ring?.close();
    ring = undefined;
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
    nothing.show(turns.element.hidden && IDLE.has(model.get("phase")) ? "empty" : "");
  }

  async function copyText() {
    try {
      await navigator.clipboard.writeText(turns.text());
      copy.textContent = tr("Copied");
    } catch {
      // Not on https, or not allowed.
      copy.textContent = tr("Cannot copy here");
    }
    setTimeout(() => (copy.textContent = tr("Copy")), 1500);
  }

  /** @param {keyof typeof PHASES} now */
  function showPhase(now) {
    frame.show(now);
    const idle = IDLE.has(now);
    start.hidden = !idle;
    showActions();
    stop.hidden = idle;
    hush.hidden = !ANSWERING.has(now);
    hold.hidden = idle || sourced || model.get("mode") !== "push-to-talk";
  }

  panel.follow("phase", () => {
    const now = /** @type {keyof typeof PHASES} */ (model.get("phase"));
    if (!ANSWERING.has(now) && now !== "interrupted") brokenOff = false;
    if (IDLE.has(now)) hangUp("");
    // The button was faster than the kernel, which has to hear of it first.
    if (!(brokenOff && ANSWERING.has(now))) showPhase(now);
  });
  panel.follow("mode", () => {
    take?.rest();
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
  const unlisten = panel.hear("lost", () => {
    hangUp("");
    // What could be pressed here is heard by nobody any more.
    controls.hidden = true;
    frame.show("stopped");
  });
  const unfollow = sourced ? () => {} : followMicrophones(() => showDevices(""));
  if (!sourced) showDevices("").catch(() => {});
  showActions();
  return () => {
    closed = true;
    hangUp(tr("The panel was taken out of the page."));
    unfollow();
    unlisten();
    for (const url of urls) URL.revokeObjectURL(url);
    panel.close();
  };
}

export default { render };
