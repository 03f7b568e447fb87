import { button, download, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openDropZone } from "../uploads/drop_zone.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { openTranscript } from "../playing/transcript.js";

const PHASES = {
  ready: tr("Ready"),
  sending: tr("Sending"),
  waiting: tr("Waiting"),
  transcribing: tr("Transcribing"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};
const BUSY = ["sending", "waiting", "transcribing"];
const FORMS = /** @type {const} */ (["srt", "vtt", "txt"]);
const KINDS = { srt: "application/x-subrip", vtt: "text/vtt", txt: "text/plain" };

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Recording"), kind: "recording", on: events() });
  panel.root.classList.add("sophnet-transcript");
  const saves = FORMS.map((form) =>
    button(tr("Save .{form}", { form }), () => panel.send("export", { form }), { title: TITLES[form] }),
  );
  const stop = button(tr("Stop"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const zone = openDropZone(panel, { label: tr("Choose a recording…"), title: tr("Up to 5 hours or 1 GB") });
  const fast = make("input", { type: "checkbox" });
  const label = make(
    "label",
    { className: "sophnet-fast", title: tr("One request without a task, for wav files of a minute or two") },
    fast,
    tr("Fast, for a short .wav"),
  );
  const bar = make("progress", { max: 1, "aria-label": tr("How far it is") });
  const progress = make("div", { className: "sophnet-progress", hidden: true }, bar);
  const naming = make("form", { className: "sophnet-naming", hidden: true, "aria-label": tr("Speakers") });
  const notices = make("div", { className: "sophnet-notices sophnet-faint", hidden: true });
  const transcript = openTranscript("");
  transcript.element.hidden = true;
  const nothing = openState(tr("Choose a recording or drop one here: it becomes text, with times and speakers."));
  const frame = openFrame(panel, model, {
    title: tr("Recording"),
    phases: PHASES,
    busy: BUSY,
    acts: [stop, ...saves],
    body: [
      make("div", { className: "sophnet-taking" }, zone.element, label),
      progress,
      naming,
      notices,
      nothing.element,
      transcript.element,
    ],
    room: transcript.element,
  });

  function events() {
    return {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      state(event, [sound]) {
        fast.checked = event.fast;
        if (event.recording) show(event.recording, sound);
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      transcribed(event, [sound]) {
        panel.fail("");
        show(event.recording, sound);
        panel.announce(tr("{title} is transcribed.", { title: event.recording.title }));
      },
      /** @param {any} event */
      fast: (event) => (fast.checked = event.on),
      /** @param {any} event */
      document: ({ form, text, name }) => download(name, text, KINDS[/** @type {"srt"} */ (form)]),
    };
  }

  /** @param {any} recording @param {DataView<ArrayBuffer>} [sound] */
  function show(recording, sound) {
    frame.name.textContent = recording.title;
    transcript.name(recording.title);
    transcript.show(recording, sound);
    transcript.element.hidden = false;
    nothing.element.remove();
    notices.textContent = recording.notices.join(" ");
    notices.hidden = !recording.notices.length;
    for (const [at, form] of FORMS.entries()) saves[at].disabled = !recording.forms.includes(form);
    showSpeakers(recording.speakers);
  }

  /** @param {Array<{key: string, who: string, colour: string}>} speakers */
  function showSpeakers(speakers) {
    const fields = speakers.map(({ key, who, colour }) => {
      const box = make("input", { value: who, maxLength: 60, "aria-label": tr("Name of {who}", { who }) });
      box.addEventListener("change", () => panel.send("rename", { speaker: key, name: box.value }));
      const one = make("label", {}, box);
      one.style.setProperty("--who", colour);
      return one;
    });
    naming.replaceChildren(make("span", { className: "sophnet-faint" }, tr("Who speaks:")), ...fields);
    naming.hidden = !speakers.length;
  }

  naming.addEventListener("submit", (event) => event.preventDefault());
  fast.addEventListener("change", () => panel.send("fast", { on: fast.checked }));
  panel.follow("phase", () => {
    const busy = frame.show(model.get("phase"));
    nothing.show(busy ? "loading" : "empty", tr("It becomes text: a long recording takes minutes."));
    progress.hidden = stop.hidden = !busy;
    zone.disabled = fast.disabled = busy;
  });
  panel.follow("progress", () => {
    const far = model.get("progress");
    if (far === null) bar.removeAttribute("value");
    else bar.value = far;
  });
  for (const each of saves) each.disabled = true;
  return () => {
    zone.close();
    transcript.close();
    panel.close();
  };
}

const TITLES = { srt: tr("Subtitles for most players"), vtt: tr("Subtitles for the web"), txt: tr("The words alone") };

export default { render };
