import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { colorOfPin } from "./pins.js";

/**
 * @typedef {object} Side  What stands beside the map: what is selected or found, pins, clusters.
 * @property {HTMLElement} element
 * @property {(many: number, total: number) => void} count
 * @property {(listed: {row: number, text: string, beside?: string}[], more: number, title?: string, note?: string) => void} list
 * @property {(pins: {label: string}[]) => void} pins
 * @property {(clusters: any[]) => void} clusters
 * @property {(text: string) => void} answer
 * @property {(text: string) => void} asked  What a chat model was asked, as it was sent.
 * @property {(heat: HTMLElement | null) => void} heat
 */

/**
 * @param {import("../panel/panel.js").Panel} panel
 * @param {{open: (row: number) => void}} on  A row of the list was opened.
 * @returns {Side}
 */
export function openSide(panel, { open }) {
  const count = make("strong", {}, tr("Nothing is selected"));
  const clear = button(tr("Clear"), () => panel.send("clear"));
  const undo = button(tr("Undo"), () => panel.send("undo"));
  const summarize = button(tr("Summarize"), () => panel.send("summarize"), { title: tr("By a chat model: a request") });
  const heat = button(tr("Heat-map"), () => panel.send("heat"), { title: tr("2 to 200 rows, all against all") });
  const tag = make("input", { placeholder: tr("Tag, then Enter"), "aria-label": tr("Tag of the selected rows"), size: 14 });
  const tagger = make("form", {}, tag);
  const answer = make("p", { className: "sophnet-answer", hidden: true });
  const question = make("pre", {});
  const asked = make("details", { hidden: true }, make("summary", {}, tr("What was asked")), question);
  const rows = make("tbody", {});
  const table = make("table", {}, make("caption", { className: "sophnet-heard-only" }, tr("Rows")), rows);
  const pins = make("div", { className: "sophnet-pins", role: "group", "aria-label": tr("Pins"), hidden: true });
  const clusters = make("div", { className: "sophnet-clusters" });
  let resolution = 1;
  const recluster = (/** @type {number} */ by) => {
    resolution *= by;
    panel.send("cluster", { resolution });
  };
  const finer = button(tr("Finer"), () => recluster(1.6), { title: tr("More clusters") });
  const coarser = button(tr("Coarser"), () => recluster(1 / 1.6), { title: tr("Fewer clusters") });
  const namer = button(tr("Name by chat"), () => panel.send("name"), { title: tr("One request for all") });
  const place = make("div", { hidden: true });
  const element = make(
    "aside",
    { "aria-label": tr("Rows and clusters") },
    make("div", { className: "sophnet-row" }, count, clear, undo, summarize, heat),
    tagger,
    pins,
    place,
    answer,
    asked,
    make("div", { className: "sophnet-list" }, table),
    make("details", { open: true }, make("summary", {}, tr("Clusters")), make("div", { className: "sophnet-row" }, finer, coarser, namer), clusters),
  );
  tagger.addEventListener("submit", (event) => event.preventDefault());
  tag.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || !tag.value.trim()) return;
    event.preventDefault();
    panel.send("tag", { label: tag.value.trim() });
    panel.announce(tr("Tagged {tag}", { tag: tag.value.trim() }));
    tag.value = "";
  });

  /** @param {{row: number, text: string, beside?: string}} each */
  function line({ row, text, beside }) {
    const opener = button(text, () => open(row), { className: "sophnet-text" });
    const told = beside ? [make("td", { className: "sophnet-score" }, beside)] : [];
    return make("tr", {}, ...told, make("td", { colSpan: beside ? 1 : 2 }, opener));
  }

  return {
    element,
    count(many, total) {
      const said = many ? tr("{many} of {total} selected", { many: many.toLocaleString(), total: total.toLocaleString() }) : tr("Nothing is selected");
      if (count.textContent !== said) panel.announce(said);
      count.textContent = said;
      clear.disabled = summarize.disabled = tag.disabled = !many;
      heat.disabled = many ? many < 2 || many > 200 : total < 2 || total > 200;
    },
    list(listed, more, title = "", note = "") {
      rows.replaceChildren(
        ...(title ? [make("tr", {}, make("th", { colSpan: 2 }, title))] : []),
        ...(note ? [make("tr", {}, make("td", { colSpan: 2, className: "sophnet-faint" }, note))] : []),
        ...listed.map(line),
      );
      if (more > 0) rows.append(make("tr", {}, make("td", { colSpan: 2 }, tr("and {more} more", { more: more.toLocaleString() }))));
    },
    pins(found) {
      pins.hidden = !found.length;
      pins.replaceChildren(
        ...found.map(({ label }, number) => {
          const show = button(label, () => panel.send("pin-rows", { label }), { title: tr("The rows that are nearest to it") });
          show.style.borderColor = colorOfPin(number);
          const drop = button("×", () => panel.send("unpin", { label }), { "aria-label": tr("Take away {label}", { label }) });
          return make("span", { className: "sophnet-pin" }, show, drop);
        }),
      );
      if (found.length > 1) {
        const [one, other] = found.slice(-2).map(({ label }) => label);
        const title = tr("Color by how much nearer each row is to {one} than to {other}; or drag a pin onto another one", { one, other });
        pins.append(button(tr("Compare"), () => panel.send("axis", { a: one, b: other }), { title }));
      }
    },
    clusters(found) {
      clusters.replaceChildren(
        ...found.map(({ number, label, words, size }) => {
          const name = make("input", { value: label, "aria-label": tr("Name of cluster {number}", { number }), title: words.join(", ") });
          name.addEventListener("change", () => panel.send("rename", { cluster: number, label: name.value }));
          const go = button(size.toLocaleString(), () => panel.send("cluster-rows", { cluster: number }), { title: tr("Select and show its rows") });
          return make("div", { className: "sophnet-cluster" }, name, go);
        }),
      );
    },
    answer(text) {
      answer.hidden = false;
      answer.textContent = text;
    },
    asked(text) {
      asked.hidden = false;
      question.textContent = text;
    },
    heat(found) {
      place.replaceChildren(...(found ? [found] : []));
      place.hidden = !found;
    },
  };
}
