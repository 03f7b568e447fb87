import { button, make } from "../../../sophnet_jupyter/widgets/page/dom.js";

const AT_ONCE = 30;

export interface Action {
  label: string;
  act: () => void;
}

/**
 * A part of the side panel that folds: a title, a line that says how it stands, and rows.
 *
 * Rows are words only, and are made as they are scrolled to: thousands at once would hold the page.
 */
export class Section {
  readonly node: HTMLDetailsElement;
  private readonly said = make("p", { className: "jp-sophnet-said", role: "status" });
  private readonly rows = make("ul", { className: "jp-sophnet-rows" });
  private waiting: HTMLElement | undefined;
  private readonly seen = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) this.more();
  });
  private left: string[][] = [];
  private actions: (row: string[]) => Action[] = () => [];

  constructor(title: string, isOpen: boolean, ...controls: HTMLElement[]) {
    this.node = make(
      "details",
      { className: "jp-sophnet-section", open: isOpen },
      make("summary", {}, title),
      ...controls,
      this.said,
      this.rows,
    );
  }

  say(words: string): void {
    this.said.textContent = words;
    this.said.hidden = !words;
  }

  show(rows: string[][], actions: (row: string[]) => Action[] = () => []): void {
    this.rows.replaceChildren();
    this.left = rows;
    this.actions = actions;
    this.more();
  }

  dispose(): void {
    this.seen.disconnect();
  }

  /** Make some rows more; the next ones when the last of them is seen. */
  private more(): void {
    if (this.waiting) this.seen.unobserve(this.waiting);
    const made = this.left.slice(0, AT_ONCE).map((row) => line(row, this.actions(row)));
    this.left = this.left.slice(AT_ONCE);
    this.rows.append(...made);
    this.waiting = this.left.length ? made.at(-1) : undefined;
    if (this.waiting) this.seen.observe(this.waiting);
  }
}

function line(row: string[], actions: Action[]): HTMLLIElement {
  const cells = row.filter(Boolean).map((words, index) => {
    return make("span", { className: index ? "jp-sophnet-more" : "jp-sophnet-first" }, words);
  });
  const buttons = actions.map(({ label, act }) => {
    // Many rows have the same button: each says what it is for.
    return button(label, act, { "aria-label": `${label}: ${row.join(" ")}` });
  });
  if (buttons.length) cells.push(make("span", { className: "jp-sophnet-actions" }, ...buttons));
  return make("li", { title: row.filter(Boolean).join("\n") }, ...cells);
}
