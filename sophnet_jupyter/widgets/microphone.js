import { followMicrophones, microphones, openCapture, CAPTURE_RATE } from "./capture.js";
import { button, download, make } from "./dom.js";
import { heardSound } from "./heard_sound.js";
import { loudnessMeter } from "./loudness.js";
import { openPanel } from "./panel.js";
import { sentenceList } from "./sentence_list.js";
import { openUplink } from "./uplink.js";

const PHASES = {
  ready: "Ready",
  connecting: "Connecting",
  listening: "Listening",
  finishing: "Last words",
  stopped: "Stopped",
  failed: "Failed",
};
const BUSY = new Set(["connecting", "listening", "finishing"]);
// So much sound may wait for a kernel that cannot be reached.
const LONGEST_BREAK = 30_000;
const FROM_NOW = 1000;

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const sourced = model.get("sourced");
  const panel = openPanel(model, el, { label: model.get("title"), kind: "microphone", on: events() });
  const phase = make("span", { className: "sophnet-phase" });
  const badge = make("span", { className: "sophnet-badge", title: "No service heard this" }, "sandbox");
  const start = button("● Start", begin, { className: "sophnet-main" });
  const stop = button("■ Stop", () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const meter = loudnessMeter();
  const choice = make("select", { "aria-label": "Microphone", hidden: sourced });
  const copy = button("Copy", copyText, { title: "Copy the sentences" });
  const saveSrt = button("Save .srt", () => panel.send("srt"), { title: "Subtitles with their times" });
  const play = button("Play", () => panel.send("audio", { use: "play" }), { hidden: true });
  const saveWav = button("Save .wav", () => panel.send("audio", { use: "save" }), { hidden: true });
  const clear = button("Clear", () => panel.send("clear"), { title: "Forget the sentences" });
  const head = make(
    "header",
    {},
    make("span", { className: "sophnet-name" }, model.get("title")),
    phase,
    badge,
    make("span", { className: "sophnet-gap" }),
    copy,
    saveSrt,
    play,
    saveWav,
    clear,
  );
  const notice = make("div", { className: "sophnet-notice", role: "status", hidden: true });
  const sentences = sentenceList();
  const sound = heardSound();
  const controls = make("div", { className: "sophnet-controls" }, start, stop, choice, meter.element);
  panel.root.prepend(head);
  panel.root.append(controls, notice, sentences.element, sound.element);

  /** What this view listens with. @type {Take | undefined} */
  let take;
  let opening = false;
  let closed = false;

  /**
   * Times are those of `performance.now`.
   *
   * @typedef {object} Take
   * @property {number} number
   * @property {import("./uplink.js").Uplink} uplink
   * @property {import("./capture.js").Capture} [capture]
   * @property {number} frames  Sent so far.
   * @property {number} aliveAt  When the kernel could be reached.
   * @property {string} warning  What is wrong with the sound, if it was told.
   * @property {boolean} away  Whether it was told that the kernel cannot be reached.
   */

  function events() {
    return {
      /** @param {any} event */
      state({ sentences: all, partial, has_sound }) {
        sentences.renew(all, partial);
        showSound(has_sound);
        showActions();
      },
      listen: () => begin(),
      halt: () => end(""),
      /** @param {any} event */
      partial: ({ text }) => sentences.begun(text),
      /** @param {any} event */
      final(event) {
        if (event.index < sentences.count()) return;
        sentences.begun("");
        sentences.add(event);
        showActions();
        panel.announce(event.text);
      },
      /** @param {any} event */
      notice: ({ text }) => tell(text),
      /** @param {any} event */
      late: ({ seconds }) => tell(seconds ? `The kernel is ${seconds} s behind: it is busy. No sound is lost.` : ""),
      /** @param {any} event */
      over: ({ has_sound }) => showSound(has_sound),
      cleared() {
        sentences.renew([], "");
        showSound(false);
        showActions();
      },
      /** @param {any} event */
      srt: ({ text }) => download("transcript.srt", text, "application/x-subrip"),
      /** @param {any} event @param {DataView[]} buffers */
      audio({ use }, [data]) {
        if (use === "save") sound.save(data);
        else sound.play(data);
      },
    };
  }

  async function begin() {
    if (take || opening || closed) return;
    panel.fail("");
    tell("");
    if (sourced) {
      panel.send("start");
      return;
    }
    opening = true;
    start.disabled = true;
    const number = crypto.getRandomValues(new Uint32Array(1))[0];
    const uplink = openUplink(model);
    /** @type {Take} */
    const mine = { number, uplink, frames: 0, aliveAt: performance.now(), warning: "", away: false };
    take = mine;
    try {
      const capture = await openCapture({
        device: choice.value,
        cleaned: model.get("clean"),
        onFrame: (pcm) => sendFrame(mine, pcm),
        onLevel: (level) => showLevel(mine, level),
        onEnd: (why) => {
          panel.fail(why);
          end(why);
        },
      });
      mine.capture = capture;
      await showDevices(capture.device);
      if (closed || take !== mine) await capture.close();
      else meter.begin();
      const live = await uplink.live;
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
  function sendFrame(mine, pcm) {
    const { number, uplink } = mine;
    let taken = true;
    if (mine.frames === 0) {
      const label = mine.capture?.label ?? "";
      taken = uplink.send({ kind: "begin", take: number, sample_rate: CAPTURE_RATE, label });
    }
    const t = performance.timeOrigin + performance.now();
    const facts = { kind: "frame", take: number, seq: mine.frames++, t };
    taken &&= uplink.send(facts, /** @type {ArrayBuffer} */ (pcm.buffer));
    const kernel = model.widget_manager?.kernel;
    if (!kernel || kernel.connectionStatus === "connected") mine.aliveAt = performance.now();
    const away = performance.now() - mine.aliveAt;
    if (!taken) {
      end("");
    } else if (away > LONGEST_BREAK) {
      panel.fail(UNREACHABLE);
      end(UNREACHABLE);
    } else if (mine.away !== away > FROM_NOW) {
      mine.away = !mine.away;
      tell(mine.away ? "The kernel cannot be reached just now; the sound is kept for it." : "");
    }
  }

  /** @param {string} why  A sentence, or nothing if it was wanted. */
  function end(why) {
    const mine = take;
    if (!mine) return;
    take = undefined;
    meter.end();
    const last = () => {
      mine.uplink.send({ kind: "end", take: mine.number, frames: mine.frames, why });
      mine.uplink.close();
    };
    // Its last frame is on the way here.
    if (mine.capture) mine.capture.close().then(last);
    else last();
  }

  /** @param {Take} mine @param {import("./capture.js").Level} level */
  function showLevel(mine, level) {
    const warning = meter.show(level);
    if (warning === mine.warning) return;
    mine.warning = warning;
    tell(warning);
  }

  /** @param {string} chosen */
  async function showDevices(chosen) {
    const found = await microphones();
    const before = chosen || choice.value;
    choice.replaceChildren(...found.map(({ id, label }) => make("option", { value: id }, label)));
    if (found.some(({ id }) => id === before)) choice.value = before;
    choice.hidden = sourced || found.length < 1;
  }

  /** @param {boolean} has */
  function showSound(has) {
    play.hidden = saveWav.hidden = !has;
    if (!has) sound.close();
  }

  function showActions() {
    copy.disabled = saveSrt.disabled = clear.disabled = sentences.count() === 0;
  }

  /** @param {string} text */
  function tell(text) {
    notice.textContent = text;
    notice.hidden = !text;
  }

  async function copyText() {
    try {
      await navigator.clipboard.writeText(sentences.text());
      copy.textContent = "Copied";
    } catch {
      // Not on https, or not allowed.
      copy.textContent = "Cannot copy here";
    }
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }

  choice.addEventListener("change", () => {
    if (!take) return;
    // Another device in mid-speech: what was said so far stays, and a new take begins.
    tell("The new microphone is used from the next start on.");
  });
  const unfollow = sourced ? () => {} : followMicrophones(() => showDevices(""));
  if (!sourced) showDevices("").catch(() => {});
  panel.follow("phase", () => {
    const now = /** @type {keyof typeof PHASES} */ (model.get("phase"));
    const busy = BUSY.has(now);
    phase.textContent = PHASES[now];
    panel.root.dataset.phase = now;
    start.hidden = busy;
    stop.hidden = !busy;
    stop.textContent = now === "finishing" ? "■ Hang up" : "■ Stop";
    if (now === "failed" || now === "stopped") end("");
    if (phase.isConnected) panel.announce(`${model.get("title")}: ${PHASES[now]}`);
  });
  panel.follow("sandbox", () => (badge.hidden = !model.get("sandbox")));
  const lost = new MutationObserver(() => {
    if (panel.root.classList.contains("sophnet-lost")) end("");
  });
  lost.observe(panel.root, { attributes: true, attributeFilter: ["class"] });
  showActions();
  return () => {
    closed = true;
    end("The panel was taken out of the page.");
    unfollow();
    lost.disconnect();
    sound.close();
    panel.close();
  };
}

const UNREACHABLE = "The kernel could not be reached for 30 s, so the microphone was let go: press Start again.";
const NOT_LIVE =
  "While a cell runs, sound waits for its end here: this kernel has no subshells (ipykernel 7 has).";

export default { render };
