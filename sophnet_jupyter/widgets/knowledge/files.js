import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openState } from "../panel/state.js";
import { askFirst } from "./confirm.js";

/** @typedef {{id: string, title: string, state: string, snippet: string, created: string}} File_ */

const STATES = {
  UPLOADING: ["…", tr("being read")],
  ENABLED: ["✓", tr("enabled")],
  NOT_ENABLED: ["○", tr("not enabled")],
  ERROR: ["✕", tr("could not be read")],
};

/**
 * The files of a service with their states, and those on their way to it.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {() => void} again  List them once more.
 */
export function openFiles(panel, again) {
  const sending = make("ul", { className: "sophnet-sending", "aria-label": tr("Files on their way to the service") });
  const list = make("ul", { className: "sophnet-files", "aria-label": tr("Files") });
  const none = openState(tr("No files yet: drop one in."), { loading: tr("The files are listed …"), again });
  const element = make("div", {}, sending, list, none.element);
  let phase = "loading";
  /** @type {File_[]} */
  let files = [];
  let words = "";
  let why = "";
  /** @type {Map<string, string>} */
  const states = new Map();
  /** @type {Map<string, {facts: string, row: HTMLElement}>} */
  const rows = new Map();

  function draw() {
    const shown = files.filter((file) => `${file.title} ${file.snippet}`.toLowerCase().includes(words));
    for (const id of [...rows.keys()]) if (!files.some((file) => file.id === id)) rows.delete(id);
    const wanted = shown.map(row);
    for (const old of [...list.children]) if (!wanted.some((each) => each === old)) old.remove();
    wanted.forEach((each, place) => {
      if (list.children[place] !== each) list.insertBefore(each, list.children[place] ?? null);
    });
    const missing = phase === "loading" || phase === "failed" ? phase : "empty";
    none.invite(files.length ? tr("No file has these words.") : tr("No files yet: drop one in."));
    none.show(shown.length ? "" : files.length ? "empty" : missing, phase === "failed" ? why : "");
  }

  /** A row that has not changed stays, with the focus and the question in it. @param {File_} file */
  function row(file) {
    const facts = JSON.stringify(file);
    const known = rows.get(file.id);
    if (known?.facts === facts) return known.row;
    const [sign, said] = STATES[/** @type {keyof typeof STATES} */ (file.state)] ?? ["·", file.state];
    const readable = file.state === "ENABLED" || file.state === "NOT_ENABLED";
    const reading = file.state === "UPLOADING";
    const show = button(tr("Show"), () => panel.send("show", { id: file.id }), {
      disabled: !readable,
      title: readable ? tr("What the service has read in it") : tr("It is {state}: there is nothing to show", { state: file.state }),
      "aria-label": tr("Show {title}", { title: file.title }),
    });
    const remove = button(tr("Delete"), () => ask(), {
      disabled: reading,
      title: reading ? tr("It is UPLOADING: the service deletes it only once it was read") : "",
      "aria-label": tr("Delete {title}", { title: file.title }),
    });
    const actions = make("span", { className: "sophnet-row-actions" }, show, remove);
    const ask = () => askFirst(actions, tr("Delete this file?"), () => panel.send("delete", { id: file.id }));
    const made = make(
      "li",
      {},
      make(
        "div",
        { className: "sophnet-about" },
        make("span", { className: "sophnet-title", title: file.title }, file.title),
        make("span", { className: "sophnet-faint sophnet-snippet" }, file.snippet),
      ),
      make("span", { className: "sophnet-file-state" }, `${sign} ${said}`),
      make("span", { className: "sophnet-faint sophnet-created" }, file.created),
      actions,
    );
    made.dataset.state = file.state;
    rows.set(file.id, { facts, row: made });
    return made;
  }

  /** @param {File_[]} now */
  function announce(now) {
    for (const file of now) {
      const before = states.get(file.id);
      const said = STATES[/** @type {keyof typeof STATES} */ (file.state)]?.[1];
      if (before && before !== file.state && said) panel.announce(tr("{title} is {said}.", { title: file.title, said }));
      states.set(file.id, file.state);
    }
  }

  return {
    element,
    /** @param {string} now @param {string} trouble  How the listing goes. Returns whether there is any. */
    listed(now, trouble) {
      [phase, why] = [now, trouble];
      draw();
      return files.length > 0;
    },
    /** @param {File_[]} now */
    show(now) {
      files = now;
      announce(now);
      draw();
    },
    /** @param {string} text */
    filter(text) {
      words = text;
      draw();
    },
    /** @param {{id: string, name: string, state: string, fraction: number | null, error: string}[]} now */
    sending(now) {
      const lines = now.map(({ id, name, state, fraction, error }) => {
        const end = button(error ? "✕" : tr("Cancel"), () => panel.send("give-up", { id }), {
          "aria-label": error ? tr("Dismiss {name}", { name }) : tr("Cancel {name}", { name }),
        });
        if (error) return make("li", {}, make("span", { className: "sophnet-refused", role: "alert" }, error), end);
        const bar = make("progress", { max: 1, "aria-label": tr("{name} goes to the service", { name }) });
        if (fraction !== null && state === "uploading") bar.value = fraction;
        const said = state === "waiting" ? tr("waits for its turn") : tr("goes to the service");
        const title = make("span", { className: "sophnet-file-name", title: name }, name);
        return make("li", {}, title, bar, make("span", { className: "sophnet-faint" }, said), end);
      });
      const focused = sending.contains(document.activeElement);
      sending.replaceChildren(...lines);
      if (focused) sending.querySelector("button")?.focus();
    },
  };
}
