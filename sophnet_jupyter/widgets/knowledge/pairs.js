import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openState } from "../panel/state.js";
import { askFirst } from "./confirm.js";

/**
 * @typedef {{id: string, question: string, answer: string}} Pair
 * @typedef {{question: number, answer: number}} Limits
 */

/**
 * The Q&A table: each row is changed where it stands, and a new one is written below.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {() => void} again  List them once more.
 */
export function openPairs(panel, again) {
  const body = make("tbody");
  const heads = [tr("Question"), tr("Answer"), ""].map((said) =>
    make("th", { scope: "col" }, said || make("span", { className: "sophnet-heard-only" }, tr("What to do"))),
  );
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body);
  const none = openState(tr("No questions yet."), { loading: tr("The questions are listed …"), again });
  const adder = button(tr("Add a question"), () => edit(null), { className: "sophnet-add" });
  const element = make("div", { className: "sophnet-pairs" }, table, none.element, adder);
  /** @type {Pair[]} */
  let pairs = [];
  let words = "";
  let phase = "loading";
  let why = "";
  /** @type {Limits} */
  let limits = { question: 200, answer: 1000 };
  /** @type {{id: string, row: HTMLElement, refuse: (why: string) => void, busy: (now: boolean) => void} | null} */
  let open = null;

  function draw() {
    const shown = pairs.filter((pair) => `${pair.question} ${pair.answer}`.toLowerCase().includes(words));
    const rows = shown.map((pair) => (open?.id === pair.id ? open.row : row(pair)));
    if (open && !rows.includes(open.row)) rows.push(open.row);
    // An editor that stays keeps its focus and what is written in it.
    for (const old of [...body.children]) if (!rows.some((each) => each === old)) old.remove();
    rows.forEach((each, place) => {
      if (body.children[place] !== each) body.insertBefore(each, body.children[place] ?? null);
    });
    table.hidden = !rows.length;
    const missing = phase === "loading" || phase === "failed" ? phase : "empty";
    none.invite(pairs.length ? tr("No question has these words.") : tr("No questions yet."));
    none.show(rows.length ? "" : pairs.length ? "empty" : missing, phase === "failed" ? why : "");
    adder.disabled = Boolean(open);
  }

  /** @param {Pair} pair */
  function row(pair) {
    const change = button(tr("Edit"), () => edit(pair), { "aria-label": tr("Edit {question}", { question: pair.question }) });
    const remove = button(tr("Delete"), () => ask(), { "aria-label": tr("Delete {question}", { question: pair.question }) });
    const actions = make("td", { className: "sophnet-row-actions" }, change, remove);
    const ask = () => askFirst(actions, tr("Delete this question?"), () => panel.send("remove", { id: pair.id }));
    change.dataset.id = pair.id;
    return make("tr", {}, make("th", { scope: "row" }, pair.question), make("td", {}, pair.answer), actions);
  }

  /** @param {Pair | null} pair */
  function edit(pair) {
    if (open) close();
    const id = pair?.id ?? "";
    const question = field(tr("Question"), pair?.question ?? "", limits.question);
    const answer = field(tr("Answer"), pair?.answer ?? "", limits.answer);
    const save = button(tr("Save"), () => write(), { className: "sophnet-main" });
    const cancel = button(tr("Cancel"), () => {
      close();
      focusOn(id);
    });
    const why = make("div", { className: "sophnet-refused", role: "alert", hidden: true });
    const line = make(
      "tr",
      { className: "sophnet-editor" },
      make("td", {}, question.element, why),
      make("td", {}, answer.element),
      make("td", { className: "sophnet-row-actions" }, save, cancel),
    );
    const write = () => {
      if (!question.good() || !answer.good()) return;
      why.hidden = true;
      open?.busy(true);
      panel.send("write", { id, question: question.value(), answer: answer.value() });
    };
    line.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Escape") cancel.click();
      else if (event.key === "Enter" && !event.shiftKey && event.target instanceof HTMLTextAreaElement) {
        event.preventDefault();
        write();
      }
    });
    open = {
      id,
      row: line,
      refuse(text) {
        why.textContent = text;
        why.hidden = false;
      },
      busy: (now) => (save.disabled = now),
    };
    draw();
    question.focus();
  }

  function close() {
    open?.row.remove();
    open = null;
    draw();
  }

  /** @param {string} id */
  function focusOn(id) {
    /** @type {HTMLElement | null} */
    const place = id ? body.querySelector(`[data-id="${CSS.escape(id)}"]`) : adder;
    (place ?? adder).focus();
  }

  return {
    element,
    /** @param {string} now @param {string} trouble  How the listing goes. Returns whether there is any. */
    listed(now, trouble) {
      [phase, why] = [now, trouble];
      draw();
      return pairs.length > 0;
    },
    /** @param {Pair[]} rows @param {Limits} [now] */
    show(rows, now) {
      pairs = rows;
      if (now) limits = now;
      draw();
    },
    /** @param {string} text */
    filter(text) {
      words = text;
      draw();
    },
    /** @param {string} id */
    written(id) {
      if (open?.id !== id) return;
      close();
      focusOn(id);
      panel.announce(tr("The question is saved."));
    },
    /** @param {string} id @param {string} text */
    refused(id, text) {
      if (open?.id !== id) return;
      open.busy(false);
      open.refuse(text);
    },
  };
}

/** @param {string} label @param {string} text @param {number} longest */
function field(label, text, longest) {
  const box = make("textarea", { rows: 2, value: text, "aria-label": label, placeholder: label });
  const count = make("span", { className: "sophnet-faint sophnet-count" });
  // As the service counts: characters, of which some are two to the browser.
  const size = () => [...box.value].length;
  const update = () => {
    const over = size() > longest;
    count.textContent = over ? tr("{size} of {longest}: too long", { size: size(), longest }) : tr("{size} of {longest}", { size: size(), longest });
    box.setAttribute("aria-invalid", String(over));
    box.style.height = "auto";
    if (box.scrollHeight) box.style.height = `${Math.min(box.scrollHeight + 2, 220)}px`;
  };
  box.addEventListener("input", update);
  update();
  return {
    element: make("div", { className: "sophnet-field" }, box, count),
    value: () => box.value.trim(),
    focus() {
      update();
      box.focus();
    },
    good() {
      if (box.value.trim() && size() <= longest) return true;
      box.focus();
      return false;
    },
  };
}
