import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openPlayer } from "./player.js";

/** @typedef {{text: string, start: number | null, end: number | null, who: string, colour: string}} Sentence */

/**
 * A recording beside its sentences: the spoken one is marked, a click jumps to it.
 *
 * @param {string} title  What the sound is called for who hears the page.
 * @returns {{element: HTMLElement, show: (facts: any, sound?: DataView<ArrayBuffer>) => void,
 *   name: (title: string) => void, close: () => void}}
 */
export function openTranscript(title) {
  const player = openPlayer(title);
  const { audio } = player;
  const note = make("div", { className: "sophnet-faint sophnet-where", hidden: true });
  const search = make("input", {
    type: "search",
    placeholder: tr("Search"),
    "aria-label": tr("Search the transcript"),
    oninput: find,
  });
  const count = make("span", { className: "sophnet-faint", role: "status" });
  const speakers = make("div", { className: "sophnet-speakers" });
  const bar = make("div", { className: "sophnet-bar" }, search, count, speakers);
  const list = make("ol", { className: "sophnet-sentences", "aria-label": tr("Sentences") });

  /** @type {Array<{sentence: Sentence, row: HTMLElement, jump: HTMLButtonElement, words: HTMLElement}>} */
  let rows = [];
  let now = -1;
  let url = "";
  audio.addEventListener("timeupdate", mark);
  audio.addEventListener("seeked", mark);

  /** @param {any} facts @param {DataView<ArrayBuffer>} [sound] */
  function show({ sentences, mime, place }, sound) {
    if (url) URL.revokeObjectURL(url);
    url = sound?.byteLength && mime ? URL.createObjectURL(new Blob([sound], { type: mime })) : "";
    player.element.hidden = !url;
    if (url) player.hear(url, title);
    note.hidden = Boolean(url);
    note.textContent = place ? tr("The sound is at {place}", { place }) : tr("The sound is not at hand.");
    const named = sentences.some((/** @type {Sentence} */ each) => each.who);
    rows = sentences.map((/** @type {Sentence} */ each) => row(each, named));
    list.replaceChildren(...rows.map((each) => each.row));
    legend(sentences);
    now = -1;
    find();
  }

  /** @param {Sentence} sentence @param {boolean} named  Whether there is a column for names. */
  function row(sentence, named) {
    const words = make("span", { className: "sophnet-said" }, sentence.text);
    const who = make("span", { className: "sophnet-who", hidden: !named }, sentence.who);
    const time = make("span", { className: "sophnet-moment sophnet-faint" }, clock(sentence.start));
    const jump = button("", () => go(sentence), { className: "sophnet-jump" });
    jump.disabled = sentence.start === null;
    jump.append(time, who, words);
    const item = make("li", {}, jump);
    if (sentence.colour) item.style.setProperty("--who", sentence.colour);
    return { sentence, row: item, jump, words };
  }

  /** @param {Sentence[]} sentences */
  function legend(sentences) {
    const known = new Map(sentences.filter((each) => each.who).map((each) => [each.who, each.colour]));
    speakers.replaceChildren(
      ...[...known].map(([who, colour]) => {
        const chip = make("span", { className: "sophnet-chip" }, who);
        chip.style.setProperty("--who", colour);
        return chip;
      }),
    );
    speakers.hidden = known.size < 2;
  }

  /** @param {Sentence} sentence */
  function go(sentence) {
    if (sentence.start === null || !url) return;
    // A hair inside it, so that rounding does not land in the one before.
    audio.currentTime = sentence.start + 0.001;
    audio.play().catch(() => {});
  }

  function mark() {
    const at = audio.currentTime;
    const found = rows.findLastIndex(
      ({ sentence: { start, end } }) => start !== null && start <= at && (end === null || at < end),
    );
    if (found === now) return;
    rows[now]?.row.removeAttribute("aria-current");
    now = found;
    const current = rows[now];
    if (!current) return;
    current.row.setAttribute("aria-current", "true");
    const { top, bottom } = current.row.getBoundingClientRect();
    const seen = list.getBoundingClientRect();
    // Not scrollIntoView: it would move the notebook too.
    if (top < seen.top || bottom > seen.bottom) list.scrollTop += top - seen.top - seen.height / 3;
  }

  function find() {
    const wanted = search.value.trim().toLowerCase();
    let hits = 0;
    for (const { sentence, row, words } of rows) {
      const hit = !wanted || `${sentence.who} ${sentence.text}`.toLowerCase().includes(wanted);
      row.hidden = !hit;
      hits += Number(hit);
      emphasise(words, sentence.text, wanted);
    }
    const all = rows.length === 1 ? tr("1 sentence") : tr("{count} sentences", { count: rows.length });
    count.textContent = wanted ? tr("{hits} of {all}", { hits, all }) : all;
  }

  return {
    element: make("div", {}, player.element, note, bar, list),
    show,
    name: (said) => audio.setAttribute("aria-label", said),
    close() {
      audio.pause();
      if (url) URL.revokeObjectURL(url);
    },
  };
}

/** @param {HTMLElement} node @param {string} text @param {string} wanted */
function emphasise(node, text, wanted) {
  const at = wanted ? text.toLowerCase().indexOf(wanted) : -1;
  if (at < 0) {
    node.textContent = text;
    return;
  }
  const end = at + wanted.length;
  node.replaceChildren(text.slice(0, at), make("mark", {}, text.slice(at, end)), text.slice(end));
}

/** @param {number | null} seconds */
function clock(seconds) {
  if (seconds === null) return "";
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
