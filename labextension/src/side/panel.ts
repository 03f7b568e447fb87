import type { NotebookPanel } from "@jupyterlab/notebook";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { button, make } from "../../../sophnet_jupyter/widgets/page/dom.js";
import type { ILine } from "../lines.js";
import type { Event } from "../messages.js";
import { kernelWords } from "./kernel_words.js";
import { Section } from "./section.js";
import type { Action } from "./section.js";

/** What the panel asks for when it is shown; the doctor waits for a click, since it uses the network. */
const ASKED = ["connection", "jobs", "tasks", "chats", "models", "usage"];
const WAIT = 250;
/** How often it looks again at what runs in the background, while it does. */
const AGAIN = 2000;

/**
 * What `sophnet_jupyter` knows in the kernel of the current notebook.
 *
 * It asks only while it is shown. `insert` puts a cell into the notebook, and runs nothing.
 */
export class SidePanel extends Widget {
  private line: ILine | null = null;
  private readonly top = make("p", { className: "jp-sophnet-top", role: "status" });
  private readonly load: HTMLButtonElement;
  private readonly body = make("div", {});
  private readonly sections: Record<string, Section>;
  private readonly filter: HTMLInputElement;
  private readonly search: HTMLInputElement;
  private readonly everywhere = make("input", { type: "checkbox", onchange: () => this.ask("history") });
  private readonly inPageWords: ReturnType<typeof kernelWords>;
  private models: string[][] = [];
  private timer = 0;
  private again = 0;

  constructor(
    private readonly trans: TranslationBundle,
    private readonly insert: (notebook: NotebookPanel, text: string) => void,
  ) {
    super({ node: make("div", {}) });
    this.addClass("jp-sophnet-side");
    this.inPageWords = kernelWords(trans);
    const input = (placeholder: string, onInput: () => void) =>
      make("input", { type: "search", placeholder, "aria-label": placeholder, oninput: onInput });
    this.filter = input(trans.__("Filter models"), () => this.showModels());
    this.search = input(trans.__("Search questions and answers"), () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.ask("history"), WAIT);
    });
    const examine = button(trans.__("Examine"), () => {
      this.sections.doctor.say(trans.__("Looking…"));
      this.ask("doctor");
    });
    const of = make("label", {}, this.everywhere, trans.__("Of other notebooks too"));
    this.sections = {
      connection: new Section(trans.__("Connection"), true),
      doctor: new Section(trans.__("Doctor"), false, examine),
      jobs: new Section(trans.__("In the Background"), true),
      tasks: new Section(trans.__("Tasks of the Service"), true),
      chats: new Section(trans.__("Conversations"), true),
      history: new Section(trans.__("History"), true, this.search, of),
      usage: new Section(trans.__("Usage and Cost"), false),
      models: new Section(trans.__("Models"), false, this.filter),
    };
    for (const [what, { node }] of Object.entries(this.sections)) node.dataset.what = what;
    this.load = button(trans.__("Insert that cell"), () => this.put("%load_ext sophnet_jupyter"));
    const again = button(trans.__("Refresh"), () => void this.refresh());
    this.body.append(again, ...Object.values(this.sections).map(({ node }) => node));
    this.node.append(this.top, this.load, this.body);
    this.say(trans.__("Open a notebook."));
  }

  /** Follow the line of another notebook; null where there is none. */
  follow(line: ILine | null): void {
    if (line === this.line) return;
    this.line?.event.disconnect(this.onEvent, this);
    this.line?.changed.disconnect(this.onChanged, this);
    this.line = line;
    line?.event.connect(this.onEvent, this);
    line?.changed.connect(this.onChanged, this);
    for (const section of Object.values(this.sections)) {
      section.show([]);
      section.say("");
    }
    if (this.isVisible) void this.refresh();
  }

  protected override onAfterShow(): void {
    void this.refresh();
  }

  override dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.again);
    this.follow(null);
    for (const section of Object.values(this.sections)) section.dispose();
    super.dispose();
  }

  private async refresh(): Promise<void> {
    const { line } = this;
    if (!line) return this.say(this.trans.__("Open a notebook."));
    if (line.standing !== "open") this.say(this.trans.__("Asking the kernel…"));
    const isOpen = await line.open();
    if (line !== this.line) return;
    this.say(isOpen ? "" : line.why);
    if (isOpen) for (const what of [...ASKED, "history"]) this.ask(what);
  }

  private say(words: string): void {
    this.top.textContent = words;
    this.top.hidden = !words;
    this.body.hidden = Boolean(words);
    this.load.hidden = !words.includes("%load_ext");
  }

  private ask(what: string): void {
    const words = what === "history" ? this.search.value.trim() : "";
    this.line?.send({ kind: "look", what: what === "history" ? this.whose : what, words });
  }

  /** The history of this notebook, or of all. */
  private get whose(): string {
    return this.everywhere.checked ? "history-of-all" : "history";
  }

  private cancel(number: number): void {
    this.line?.send({ kind: "cancel", number });
  }

  private put(text: string): void {
    if (this.line) this.insert(this.line.notebook, text);
  }

  private onChanged(line: ILine): void {
    if (line.standing === "closed") this.say(line.why);
    else if (line.standing === "open" && this.isVisible) void this.refresh();
  }

  private onEvent(_: ILine, event: Event): void {
    if (event.kind === "cell" && this.isVisible) {
      this.ask("jobs");
      if (event.state !== "running") for (const what of ["history", "chats", "usage"]) this.ask(what);
    }
    if (event.kind !== "seen") return;
    const isHistory = event.what.startsWith("history");
    const what = isHistory ? "history" : event.what;
    const section = this.sections[what];
    const isOld = isHistory && (event.what !== this.whose || event.words !== this.search.value.trim());
    // Of a search only the last answer counts.
    if (!section || isOld) return;
    section.say(event.why || (event.rows.length ? "" : this.trans.__("Nothing yet.")));
    if (what === "models") {
      this.models = event.rows;
      this.showModels();
    } else {
      const rows = event.rows.map((row) => this.inPageWords(what, row));
      section.show(rows, (row) => this.actions(what, row));
    }
    if (what === "jobs" && event.rows.length) this.lookAgain();
  }

  /** Look once more at what runs, to see how far it has come. */
  private lookAgain(): void {
    clearTimeout(this.again);
    this.again = window.setTimeout(() => {
      if (this.isVisible) for (const what of ["jobs", "tasks"]) this.ask(what);
    }, AGAIN);
  }

  private showModels(): void {
    const wanted = this.filter.value.trim().toLowerCase();
    const found = this.models.filter(([name]) => name.toLowerCase().includes(wanted));
    this.sections.models.show(found, (row) => this.actions("models", row));
  }

  private actions(what: string, [first]: string[]): Action[] {
    const { trans } = this;
    const put = (label: string, text: string) => ({ label, act: () => this.put(text) });
    switch (what) {
      case "models":
        return [put(trans.__("Ask"), `%%sophchat -m ${first}\n`)];
      case "jobs":
        return [{ label: trans.__("Cancel"), act: () => this.cancel(Number(first)) }];
      case "tasks":
        return [
          put(trans.__("Resume"), `%sophnet tasks resume ${first}`),
          put(trans.__("Cancel"), `%sophnet tasks cancel ${first}`),
        ];
      case "chats":
        return [
          put(trans.__("Go On"), `%%sophchat -c ${asWord(first)}\n`),
          put(trans.__("Show"), `%sophnet chats show ${asWord(first)}`),
        ];
      case "history":
        return [
          put(trans.__("Show"), `%sophnet history show ${first}`),
          put(trans.__("Ask Again"), `%sophnet history rerun ${first}`),
        ];
      default:
        return [];
    }
  }
}

/** A name as one word of a magic's line. */
const asWord = (name: string) => (/^[\p{L}\p{N}_.-]+$/u.test(name) ? name : `"${name.replaceAll('"', "")}"`);
