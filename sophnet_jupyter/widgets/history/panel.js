import { askFirst } from "../knowledge/confirm.js";
import { putCell } from "../page/cells.js";
import { button, make, showKernelHtml } from "../page/dom.js";
import { typeset } from "../page/lab.js";
import { tr } from "../page/words.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openState } from "../panel/state.js";
import { openList } from "./list.js";

// Milliseconds without a key, after which is searched: a word is not searched letter by letter.
const PAUSE = 90;
const SPANS = { "": tr("any time"), today: tr("today"), week: tr("7 days"), month: tr("31 days") };

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("History"), kind: "history", on: events() });
  const field = make("input", {
    type: "search",
    placeholder: tr("Search questions and answers"),
    "aria-label": tr("Search questions and answers"),
    value: model.get("words"),
  });
  const models = make("select", { "aria-label": tr("Model") }, make("option", { value: "" }, tr("any model")));
  const spans = Object.entries(SPANS).map(([value, said]) => make("option", { value }, said));
  const since = make("select", { "aria-label": tr("When") }, ...spans);
  const kept = make("input", { type: "checkbox" });
  const failed = make("input", { type: "checkbox" });
  const again = button("↻", () => find(), { title: tr("Look again"), "aria-label": tr("Look again") });
  const count = make("span", { className: "sophnet-faint", role: "status" });
  const sieve = make(
    "div",
    { className: "sophnet-sieve", role: "search" },
    field,
    models,
    since,
    make("label", {}, kept, ` ${tr("★ only")}`),
    make("label", {}, failed, ` ${tr("not complete")}`),
  );
  const list = openList({ open, more: () => find(list.length) });
  const body = make("div", { className: "jp-RenderedHTMLCommon sophnet-body" });
  const acts = make("div", { className: "sophnet-acts", hidden: true });
  const done = make("span", { className: "sophnet-faint", role: "status" });
  const star = button("", () => panel.send("star", { number: shown, star: !starred }));
  const cell = button(tr("As cell"), () => panel.send("cell", { number: shown }), {
    title: tr("Put the question as a new cell below this one"),
  });
  const forget = button(tr("Forget…"), () =>
    askFirst(acts, tr("Forget #{shown}? It cannot be got back.", { shown }), () =>
      panel.send("forget", { number: shown }),
    ),
  );
  acts.append(star, cell, forget, done);
  const hint = openState(tr("Choose a question to see its answer."));
  const beside = make("div", { className: "sophnet-beside", tabIndex: 0, "aria-label": tr("Answer") });
  beside.append(acts, hint.element, body);
  const halves = make("div", { className: "sophnet-halves" }, list.element, beside);
  const frame = openFrame(panel, model, {
    title: tr("History"),
    phases: { ready: "", loading: tr("Searching"), failed: tr("Could not be read") },
    busy: ["loading"],
    acts: [count, again],
    body: [sieve, halves],
    room: halves,
  });

  let asked = 0;
  let shown = 0;
  let more = false;
  let starred = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  function events() {
    return {
      state: () => find(),
      /** @param {any} event */
      found(event) {
        // An answer to what was typed before is none any more.
        if (event.asked !== asked) return;
        panel.fail("");
        panel.root.removeAttribute("aria-busy");
        frame.show("ready");
        list.show(event, field.value);
        more = event.more;
        showCount();
        if (event.models) know(event.models);
      },
      /** @param {any} event */
      opened(event) {
        if (event.number !== shown) return;
        showKernelHtml(body, event.html);
        typeset(model, body);
        hint.show("");
        acts.hidden = false;
        done.textContent = "";
        beside.scrollTop = 0;
        showStar(event.star);
      },
      /** @param {any} event */
      starred(event) {
        list.star(event.number, event.star);
        if (event.number === shown) showStar(event.star);
      },
      /** @param {any} event */
      forgotten(event) {
        list.drop(event.number);
        showCount();
        if (event.number === shown) close();
      },
      /** @param {any} event */
      async cell({ text }) {
        try {
          done.textContent = await putCell(model, el, text);
        } catch {
          panel.fail(tr("It cannot be copied here. The cell is:\n{text}", { text }));
        }
      },
    };
  }

  function showCount() {
    const many = list.length === 1 && !more ? tr("1 question") : tr("{count} questions", { count: `${list.length}${more ? "+" : ""}` });
    count.textContent = list.length ? many : "";
  }

  function close() {
    shown = 0;
    body.replaceChildren();
    acts.hidden = true;
    hint.show("empty");
  }

  /** @param {boolean} now */
  function showStar(now) {
    starred = now;
    star.textContent = now ? tr("★ Kept") : tr("☆ Keep");
    star.title = now ? tr("It has a star, and is never forgotten") : tr("Give it a star: it is never forgotten");
    star.setAttribute("aria-pressed", String(now));
  }

  function find(begin = 0) {
    clearTimeout(waiting);
    if (!begin) asked++;
    panel.root.setAttribute("aria-busy", "true");
    frame.show("loading");
    panel.send("find", {
      asked,
      begin,
      words: field.value,
      model: models.value,
      since: since.value,
      kept: kept.checked,
      failed: failed.checked,
    });
  }

  /** @param {number} number */
  function open(number) {
    shown = number;
    panel.send("open", { number });
  }

  /** @param {string[]} names */
  function know(names) {
    if (names.length + 1 === models.options.length) return;
    const chosen = models.value;
    models.replaceChildren(
      make("option", { value: "" }, tr("any model")),
      ...names.map((each) => make("option", { value: each }, each)),
    );
    models.value = names.includes(chosen) ? chosen : "";
  }

  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => find(), PAUSE);
  };
  field.addEventListener("input", (event) => {
    // While a Chinese word is being composed its letters stand there, and are not what is meant.
    if (!(/** @type {InputEvent} */ (event).isComposing)) soon();
  });
  field.addEventListener("compositionend", soon);
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      list.focus();
    }
  });
  for (const each of [models, since, kept, failed]) each.addEventListener("change", () => find());
  panel.hear("error", () => {
    panel.root.removeAttribute("aria-busy");
    frame.show("failed");
  });
  panel.hear("lost", () => {
    for (const each of [field, models, since, kept, failed, again]) each.disabled = true;
  });
  return () => {
    clearTimeout(waiting);
    panel.close();
  };
}

export default { render };
