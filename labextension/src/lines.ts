import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker, NotebookActions } from "@jupyterlab/notebook";
import type { Notebook, NotebookPanel } from "@jupyterlab/notebook";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { Token } from "@lumino/coreutils";
import { callsOurs } from "./cells/magic_line.js";
import { Line } from "./kernel.js";
import type { ILine } from "./kernel.js";
import { IChoices } from "./settings.js";

const LOADS = /%(?:re)?load_ext\s+sophnet_jupyter\b/;

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
