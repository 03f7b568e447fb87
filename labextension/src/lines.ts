import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker, NotebookActions } from "@jupyterlab/notebook";
import type { Notebook, NotebookPanel } from "@jupyterlab/notebook";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { Token } from "@lumino/coreutils";
import type { ISignal } from "@lumino/signaling";
import { callsOurs } from "./cells/magic_line.js";
import { Line } from "./kernel.js";
import type { Command, Event } from "./messages.js";
import { IChoices } from "./settings.js";

const LOADS = /%(?:re)?load_ext\s+sophnet_jupyter\b/;

export type Standing = "closed" | "opening" | "open";

/**
 * The line from a notebook to `sophnet_jupyter` in its kernel.
 *
 * It is opened when somebody wants something, never by itself, and closed with the kernel. Nothing
 * is published on the comm that this opens; events come on one that the kernel opens in answer, and
 * count only with the id that was sent here.
 */
export interface ILine {
  readonly notebook: NotebookPanel;
  readonly standing: Standing;
  /** Why it is closed, in a sentence; empty if nobody has opened it yet. */
  readonly why: string;
  /** Whether the kernel hears commands while a cell runs. */
  readonly live: boolean;
  readonly event: ISignal<ILine, Event>;
  readonly changed: ISignal<ILine, void>;
  /** What the panels' scripts for sound want of a model: the kernel, and the key of this page. */
  asModel(): object;
  /** Open it if it is not; false where that cannot be, and `why` says why. */
  open(): Promise<boolean>;
  /** Command the kernel; false where there is nobody. */
  send(command: Command, buffers?: ArrayBuffer[]): boolean;
}

export interface ILines {
  of(notebook: NotebookPanel): ILine;
  /** Hears of the line of each notebook, also of those that are open already. */
  each(hear: (line: ILine) => void): void;
}

export const ILines = new Token<ILines>("sophnet-jupyter:ILines");

/** Gives each notebook its line, and opens it when a cell of ours runs. */
export const kernelLines: JupyterFrontEndPlugin<ILines> = {
  id: "sophnet-jupyter:kernel",
  description: "The line to sophnet_jupyter in a notebook's kernel.",
  autoStart: true,
  provides: ILines,
  requires: [INotebookTracker],
  optional: [IChoices, ITranslator],
  activate(
    _app,
    notebooks: INotebookTracker,
    choices: IChoices | null,
    translator: ITranslator | null,
  ) {
    const trans = (translator ?? nullTranslator).load("sophnet_jupyter");
    const lines = new Map<NotebookPanel, Line>();
    const hearers: Array<(line: ILine) => void> = [];
    const choose = (line: ILine) => {
      if (!choices) return;
      const { autoplay, folds, speech } = choices;
      line.send({ kind: "choose", autoplay, folds, speech });
    };
    choices?.changed.connect(() => lines.forEach(choose));
    const of = (notebook: NotebookPanel) => {
      let line = lines.get(notebook);
      if (!line) {
        lines.set(notebook, (line = new Line(notebook, trans, () => lines.values())));
        line.changed.connect((opened) => choose(opened));
        notebook.disposed.connect(() => {
          lines.get(notebook)?.dispose();
          lines.delete(notebook);
        });
        for (const hear of hearers) hear(line);
      }
      return line;
    };
    notebooks.forEach(of);
    notebooks.widgetAdded.connect((_, notebook) => void of(notebook));
    const lineOf = (content: Notebook) => {
      const found = notebooks.find((each) => each.content === content);
      return found && of(found);
    };
    NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
      if (callsOurs(cell.model.sharedModel.getSource())) void lineOf(notebook)?.open();
    });
    // With Run All the first cell of ours is scheduled before the one that loads us has run.
    NotebookActions.executed.connect((_, { notebook, cell }) => {
      if (LOADS.test(cell.model.sharedModel.getSource())) void lineOf(notebook)?.openAgain();
    });
    return {
      of,
      each(hear) {
        hearers.push(hear);
        for (const line of lines.values()) hear(line);
      },
    };
  },
};
