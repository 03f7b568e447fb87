import { button, make } from "../../../sophnet_jupyter/widgets/page/dom.js";

export interface Action {
  label: string;
  act: () => void;
}

/**
 * A part of the side panel that folds: a title, a line that says how it stands, and rows.
 *
 * Rows are words only. What is far down is not laid out before it is scrolled to.
 */
export class Section {
  readonly node: HTMLDetailsElement;
  private readonly said = make("p", { className: "jp-sophnet-said", role: "status" });
  private readonly rows = make("ul", { className: "jp-sophnet-rows" });

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
    this.rows.replaceChildren(...rows.map((row) => line(row, actions(row))));
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
  return make("li", { title: row.filter(Boolean).join("\n") }, ...cells, ...buttons);
}
