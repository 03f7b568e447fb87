import { drawAnnotations } from "./annotations.js";
import { drawForm } from "./form.js";
import { button, make, showKernelHtml } from "../page/dom.js";
import { tr } from "../page/words.js";
import { drawExchange } from "../exchange/exchange.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { drawOpinions } from "./opinions.js";
import { drawRating } from "./rating.js";
import { openSound } from "../playing/sound.js";
import { arrived } from "../uploads/upload.js";

const PHASES = {
  loading: tr("Loading"),
  ready: tr("Ready"),
  uploading: tr("Uploading"),
  waiting: tr("Waiting"),
  answering: tr("Answering"),
  speaking: tr("Speaking"),
  stopped: tr("Stopped"),
  failed: tr("Failed"),
};
const BUSY = ["loading", "uploading", "waiting", "answering", "speaking"];

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Dify app"), kind: "dify", on: events() });
  const icon = make("span", { className: "sophnet-icon", "aria-hidden": "true" });
  const about = make("p", { className: "sophnet-about", hidden: true });
  const opening = make("div", { className: "jp-RenderedHTMLCommon sophnet-opening", hidden: true });
  const questions = make("div", { className: "sophnet-questions", role: "group", "aria-label": tr("Suggestions") });
  const run = make("button", { className: "sophnet-main", disabled: true }, tr("Run"));
  const stop = button(tr("Stop"), () => panel.send("stop"), { className: "sophnet-stop", hidden: true });
  const loaded = openState("", { loading: tr("The app is loaded …"), again: () => panel.send("reload") });
  const asker = make("form", { className: "sophnet-asker", noValidate: true });
  const actions = make("div", { className: "sophnet-row sophnet-go" }, stop, run);
  asker.append(actions);
  const result = make("div", { className: "sophnet-result" });
  const print = make("footer", { className: "sophnet-print", hidden: true });
  const desk = drawAnnotations(panel);
  const opinions = drawOpinions(panel);
  const seen = make("div", { className: "jp-RenderedHTMLCommon" });
  const hide = button("✕", () => (looked.hidden = true), { "aria-label": tr("Hide the preview") });
  const looked = make("div", { className: "sophnet-looked", role: "group", hidden: true }, seen, hide);
  const app = make("div", {}, loaded.element, about, opening, questions, asker, looked, result);
  const tabs = drawTabs([
    [tr("App"), app, () => {}],
    [tr("Annotations"), desk.element, desk.open],
    [tr("Opinions"), opinions.element, opinions.open],
  ]);
  const frame = openFrame(panel, model, {
    title: tr("Dify app"),
    phases: PHASES,
    busy: BUSY,
    lead: [icon],
    acts: [tabs.list],
    body: [app, desk.element, opinions.element, print],
  });

  /** @type {import("./form.js").Form | undefined} */
  let form;
  let drawnForm = "";
  /** @type {import("../exchange/exchange.js").Drawn | undefined} */
  let drawn;
  /** @type {import("../playing/sound.js").Sound | undefined} */
  let sound;
  let shown = "";
  let speaks = false;
  const rating = drawRating(panel);
  const aloud = button(tr("Read aloud"), () => panel.send("speak"), { className: "sophnet-aloud" });

  function events() {
    return {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      state(event, [heard]) {
        loaded.show(event.problem ? "failed" : event.look ? "" : "loading", event.problem);
        asker.hidden = !event.look;
        if (!event.look) return;
        speaks = event.speaks;
        showLook(event.look);
        showForm(event);
        if (!event.exchange) return;
        begin(event.exchange);
        rating.show(event.rating);
        if (heard.byteLength) hear(0, heard, false);
        if (event.sound) sound?.end();
      },
      /** @param {any} event */
      files: ({ files }) => form?.showFiles(files),
      /** @param {any} event */
      asked({ exchange }) {
        panel.fail("");
        begin(exchange);
      },
      /** @param {any} event */
      piece({ exchange, piece, html }) {
        if (exchange === shown) drawn?.draw(piece, html);
      },
      /** @param {any} event */
      settled({ exchange, outcome }) {
        if (exchange === shown) settle(outcome);
      },
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      sound({ exchange, at }, [data]) {
        if (exchange === shown) hear(at, data, true);
      },
      /** @param {any} event */
      "sound-end": ({ exchange }) => exchange === shown && sound?.end(),
      /** @param {any} event */
      rated: (event) => rating.show(event),
      /** @param {any} event */
      opinions: (/** @type {any} */ event) => opinions.show(event),
      /** @param {any} event */
      previewed({ name, html }) {
        panel.fail("");
        showKernelHtml(seen, html);
        looked.hidden = false;
        looked.setAttribute("aria-label", tr("Preview of {name}", { name }));
        panel.announce(tr("{name} is shown.", { name }));
      },
      /** @param {any} event */
      annotations: ({ rows }) => desk.show(rows),
      "annotation-kept": () => desk.kept(),
      /** @param {any} event */
      "annotation-reply": ({ text, busy }) => desk.replied(text, busy),
    };
  }

  /** @param {any} look */
  function showLook(look) {
    frame.name.textContent = look.title;
    icon.textContent = look.icon;
    // The kernel lets only plain hex through.
    icon.style.background = look.ground;
    panel.root.style.setProperty("--app", look.accent || "var(--accent)");
    panel.root.setAttribute("aria-label", look.title);
    about.textContent = look.description;
    about.hidden = !look.description;
    print.replaceChildren(...[look.disclaimer, look.copyright, look.policy].filter(Boolean).map((text) => make("p", {}, text)));
    if (look.privacy) {
      const link = make("a", { href: look.privacy.href, target: "_blank", rel: "noopener noreferrer" }, tr("Privacy policy"));
      print.append(make("p", {}, link, ` (${look.privacy.host})`));
    }
    print.hidden = !print.childElementCount;
  }

  /** @param {any} event */
  function showForm({ fields, files, opening: html, questions: suggested }) {
    opening.hidden = !html;
    showKernelHtml(opening, html);
    questions.replaceChildren(
      ...suggested.map((/** @type {string} */ text) => button(text, () => form?.fill(text))),
    );
    // A view that is told again what it shows must not lose what was typed into it.
    const described = JSON.stringify(fields);
    if (described !== drawnForm) {
      form?.close();
      form = drawForm(panel, fields);
      asker.prepend(form.element);
      drawnForm = described;
    }
    form?.showFiles(files);
  }

  /** @param {any} exchange */
  function begin(exchange) {
    sound?.close();
    sound = undefined;
    drawn?.close();
    shown = exchange.id;
    drawn = drawExchange(model, exchange, [], ask, panel.fail);
    rating.show({});
    result.replaceChildren(drawn.element, rating.element);
    rating.element.hidden = aloud.hidden = true;
    if (exchange.settled) settle(exchange);
  }

  /** @param {any} outcome */
  function settle(outcome) {
    drawn?.settle(outcome);
    rating.element.hidden = !outcome.rateable;
    aloud.hidden = !speaks || !outcome.rateable || Boolean(sound);
    rating.element.prepend(aloud);
  }

  /** @param {number} at @param {DataView<ArrayBuffer>} data @param {boolean} live */
  function hear(at, data, live) {
    if (!sound) {
      sound = openSound(tr("the answer"), panel.fail);
      rating.element.before(sound.element);
      aloud.hidden = true;
      // Only what was just asked for may begin by itself, not what a reload brings back.
      if (live) sound.play();
    }
    sound.take(at, data);
  }

  async function ask() {
    panel.fail("");
    run.disabled = true;
    if (await arrived(panel)) panel.send("run", { inputs: form?.values() ?? {} });
    run.disabled = BUSY.includes(model.get("phase"));
  }

  asker.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!run.disabled) ask();
  });
  asker.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!run.disabled) ask();
  });
  panel.follow("phase", () => {
    const now = model.get("phase");
    const busy = frame.show(now);
    result.setAttribute("aria-busy", String(busy));
    run.disabled = busy;
    run.hidden = busy && now !== "loading";
    stop.hidden = !run.hidden;
    if (now === "stopped") sound?.pause();
  });
  return () => {
    form?.close();
    drawn?.close();
    sound?.close();
    panel.close();
  };
}

let tabCount = 0;

/** @param {Array<[string, HTMLElement, () => void]>} pages  The first one is shown. */
function drawTabs(pages) {
  const list = make("div", { className: "sophnet-tabs", role: "tablist" });
  /** @param {number} chosen @param {boolean} [focus] */
  const choose = (chosen, focus = false) => {
    for (const [index, [, page, open]] of pages.entries()) {
      const on = index === chosen;
      page.hidden = !on;
      tabs[index].setAttribute("aria-selected", String(on));
      tabs[index].tabIndex = on ? 0 : -1;
      if (on && focus) tabs[index].focus();
      if (on) open();
    }
  };
  const tabs = pages.map(([label, page], index) => {
    const id = `sophnet-tab-${++tabCount}`;
    page.setAttribute("role", "tabpanel");
    page.setAttribute("aria-labelledby", id);
    return button(label, () => choose(index), { role: "tab", id });
  });
  list.append(...tabs);
  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const now = tabs.findIndex((tab) => tab === document.activeElement);
    choose((now + step + tabs.length) % tabs.length, true);
  });
  choose(0);
  return { list };
}

export default { render };
