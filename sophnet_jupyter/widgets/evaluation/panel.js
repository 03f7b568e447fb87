import { button, make, showKernelHtml } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openAnswers } from "./answers.js";

const STATES = {
  ready: tr("Not begun"),
  running: tr("Asking"),
  paused: tr("Paused"),
  judging: tr("Judging"),
  stopped: tr("Stopped"),
  failed: tr("Ended by an error"),
  budget: tr("At the limit of its budget"),
  done: tr("Done"),
};
const GOING = new Set(["running", "paused", "judging"]);

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("Evaluation"), kind: "evaluation", on: events() });
  const facts = make("span", { className: "sophnet-faint" });
  const pause = button(tr("❚❚ Pause"), () => panel.send("pause"));
  const goOn = button(tr("▶ Go on"), () => panel.send("go_on"));
  const stop = button(tr("■ Stop"), () => panel.send("end"), { className: "sophnet-stop" });
  const bar = make("progress", { max: 100, "aria-label": tr("Answers that have come") });
  const verdict = make("div", { className: "jp-RenderedHTMLCommon", role: "status" });
  const scores = make("div", { className: "jp-RenderedHTMLCommon" });
  const how = make("div", { className: "jp-RenderedHTMLCommon" });
  const told = make("div", { className: "sophnet-told" }, bar, verdict, scores, how);
  const answers = openAnswers(panel);
  const frame = openFrame(panel, model, {
    title: tr("Evaluation"),
    phases: STATES,
    busy: ["running", "judging"],
    acts: [facts, pause, goOn, stop],
    body: [told, answers.element],
    room: answers.element,
  });
  let state = "";
  let done = -1;

  function events() {
    return {
      /** @param {any} event */
      state: (event) => show(event),
      /** @param {any} event */
      figures: (event) => show(event),
    };
  }

  /** @param {any} event */
  function show(event) {
    const going = GOING.has(event.state);
    bar.hidden = !going || event.percent === null;
    bar.value = event.percent ?? 0;
    facts.textContent = event.facts.join(" · ");
    draw(verdict, event.head);
    draw(scores, event.scores);
    draw(how, event.how);
    pause.hidden = !going || event.state === "paused";
    goOn.hidden = (going && event.state !== "paused") || event.state === "done";
    stop.hidden = !going;
    answers.know(event);
    if (event.done !== done || event.state !== state) answers.renew();
    done = event.done;
    if (event.state !== state) {
      frame.show(event.state);
      state = event.state;
    }
  }

  /** @param {HTMLElement} element @param {string} html */
  function draw(element, html) {
    // What has not changed keeps what a reader has opened in it.
    if (element.dataset.shown === html) return;
    element.dataset.shown = html;
    showKernelHtml(element, html);
    element.hidden = !html;
  }

  panel.hear("lost", () => {
    for (const each of [pause, goOn, stop]) each.disabled = true;
  });
  return () => {
    answers.close();
    panel.close();
  };
}

export default { render };
