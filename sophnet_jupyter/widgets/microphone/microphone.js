import { followMicrophones, microphones } from "../hearing/capture.js";
import { button, download, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { heardSound } from "./heard_sound.js";
import { loudnessMeter } from "../hearing/loudness.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { sentenceList } from "./sentence_list.js";
import { openTake } from "../hearing/take.js";

const PHASES = {
  ready: tr("Ready"),
  connecting: tr("Connecting"),
  listening: tr("Listening"),
  finishing: tr("Last words"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};
const BUSY = ["connecting", "finishing"];

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const sourced = model.get("sourced");
  // Its own title; a user may have given another one.
  const title = model.get("title") === "Microphone" ? tr("Microphone") : model.get("title");
  const panel = openPanel(model, el, { label: title, kind: "microphone", on: events() });
  const start = button(tr("● Start"), begin, { className: "sophnet-main" });
  const stop = button(tr("■ Stop"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const meter = loudnessMeter();
  const choice = make("select", { "aria-label": tr("Microphone"), hidden: sourced });
  const copy = button(tr("Copy"), copyText, { title: tr("Copy the sentences") });
  const saveSrt = button(tr("Save .srt"), () => panel.send("srt"), { title: tr("Subtitles with their times") });
  const play = button(tr("Play"), () => panel.send("audio", { use: "play" }), { hidden: true });
  const saveWav = button(tr("Save .wav"), () => panel.send("audio", { use: "save" }), { hidden: true });
  const clear = button(tr("Clear"), () => panel.send("clear"), { title: tr("Forget the sentences") });
  const notice = make("div", { className: "sophnet-notice", role: "status", hidden: true });
  const sentences = sentenceList();
  const sound = heardSound();
  const controls = make("div", { className: "sophnet-controls" }, choice, meter.element, stop, start);
  const nothing = openState(sourced ? tr("Press Start and the recording is written down.") : tr("Press Start and speak: sentences appear while they are spoken."));
  const frame = openFrame(panel, model, {
    title,
    phases: PHASES,
    busy: BUSY,
    acts: [copy, saveSrt, play, saveWav, clear],
    body: [controls, notice, nothing.element, sentences.element, sound.element],
    room: sentences.element,
  });

  /** What this view listens with. @type {import("../hearing/take.js").Take | undefined} */
  let take;
  let opening = false;
  let closed = false;
  // What is wrong with the sound, if that was told.
  let warning = "";

  function events() {
    return {
      /** @param {any} event */
      state({ sentences: all, partial, has_sound }) {
        sentences.renew(all, partial);
        showSound(has_sound);
        showActions();
      },
      listen: () => begin(),
      /** @param {any} event */
      halt({ take: number }) {
        if (number === undefined || take?.number === number) take?.end("");
      },
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
      late: ({ seconds }) => tell(seconds ? tr("The kernel is {seconds} s behind: it is busy. No sound is lost.", { seconds }) : ""),
      /** @param {any} event */
      over: ({ has_sound }) => showSound(has_sound),
      cleared() {
        sentences.renew([], "");
        showSound(false);
        showActions();
      },
      /** @param {any} event */
      srt: ({ text }) => download("transcript.srt", text, "application/x-subrip"),
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
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
    opening = start.disabled = true;
    warning = "";
    const mine = openTake(model, {
      device: choice.value,
      cleaned: model.get("clean"),
      onLevel: showLevel,
      onNotice: tell,
      onEnd(trouble) {
        take = undefined;
        meter.end();
        // Of a microphone that was heard before, its silence at the end says nothing.
        if (sentences.count() && notice.textContent === warning) tell("");
        if (trouble) panel.fail(trouble);
      },
    });
    take = mine;
    try {
      await showDevices(await mine.opened);
      if (take === mine) meter.begin();
    } catch (error) {
      panel.fail(error instanceof Error ? error.message : String(error));
    } finally {
      opening = start.disabled = false;
    }
  }

  /** @param {import("../hearing/capture.js").Level} level */
  function showLevel(level) {
    const now = meter.show(level);
    if (now === warning) return;
    warning = now;
    tell(now);
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
    showEmptiness();
  }

  function showEmptiness() {
    const idle = ["ready", "stopped"].includes(model.get("phase"));
    nothing.show(idle && sentences.element.hidden ? "empty" : "");
  }

  /** @param {string} text */
  function tell(text) {
    notice.textContent = text;
    notice.hidden = !text;
  }

  async function copyText() {
    try {
      await navigator.clipboard.writeText(sentences.text());
      copy.textContent = tr("Copied");
    } catch {
      // Not on https, or not allowed.
      copy.textContent = tr("Cannot copy here");
    }
    setTimeout(() => (copy.textContent = tr("Copy")), 1500);
  }

  choice.addEventListener("change", () => {
    if (take) tell(tr("The new microphone is used from the next start on."));
  });
  const unfollow = sourced ? () => {} : followMicrophones(() => showDevices(""));
  if (!sourced) showDevices("").catch(() => {});
  panel.follow("phase", () => {
    const now = model.get("phase");
    const busy = frame.show(now) || now === "listening";
    start.hidden = busy;
    showEmptiness();
    stop.hidden = !busy;
    stop.textContent = now === "finishing" ? tr("■ Hang up") : tr("■ Stop");
    if (now === "failed" || now === "stopped") take?.end("");
  });
  panel.hear("lost", () => take?.end(""));
  showActions();
  return () => {
    closed = true;
    take?.end(tr("The panel was taken out of the page."));
    unfollow();
    sound.close();
    panel.close();
  };
}

export default { render };
