import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import type { Cell, CodeCell } from "@jupyterlab/cells";
import { IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { INotebookTracker, NotebookActions } from "@jupyterlab/notebook";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { callsOurs } from "../cells/magic_line.js";
import { DICTATE } from "../dictation/command.js";
import { pictureIn } from "../pictures/outputs.js";
import { IChoices } from "../settings.js";
import { relative } from "./file_cells.js";
import { fileInserts, inserts } from "./inserts.js";
import { insertBelow } from "./insert_below.js";
import { openStarter } from "./starter.js";

const NO_ARGUMENTS = { args: { type: "object", properties: {} } } as const;

/** Commands of the palette, of menus and of the launcher. They insert a cell, and run nothing. */
export const menus: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:menus",
  description: "Menus that insert cells of sophnet_jupyter.",
  autoStart: true,
  requires: [INotebookTracker, IChoices],
  optional: [ICommandPalette, ILauncher, IDefaultFileBrowser, ITranslator],
  activate(
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    choices: IChoices,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    files: IDefaultFileBrowser | null,
    translator: ITranslator | null,
  ) {
    const trans = (translator ?? nullTranslator).load("sophnet_jupyter");
    const { commands } = app;
    const category = "SophNet";
    const isEnabled = () => notebooks.currentWidget !== null;
    const add = (
      id: string,
      label: string,
      execute: (notebook: NotebookPanel) => void,
      isVisible = () => true,
    ) =>
      commands.addCommand(id, {
        label,
        isEnabled,
        isVisible,
        describedBy: NO_ARGUMENTS,
        execute: () => {
          const notebook = notebooks.currentWidget;
          if (notebook) execute(notebook);
        },
      });

    for (const { id, label, text } of inserts(trans)) {
      add(`sophnet:${id}`, label, (notebook) => insertBelow(notebook, [text(choices)]));
      palette?.addItem({ command: `sophnet:${id}`, category });
    }
    palette?.addItem({ command: DICTATE, category });

    const chosen = () => [...(files?.selectedItems() ?? [])].filter(({ type }) => type !== "directory");
    const { contents } = app.serviceManager;
    for (const { id, label, kinds, cells } of fileInserts(trans)) {
      const insert = (notebook: NotebookPanel) => {
        const here = contents.localPath(notebook.context.path);
        for (const { path } of chosen())
          insertBelow(notebook, cells(relative(here, contents.localPath(path))));
      };
      const fits = ({ name }: { name: string }) =>
        kinds.includes(name.slice(name.lastIndexOf(".") + 1).toLowerCase());
      add(`sophnet:file-${id}`, label, insert, () => chosen().length > 0 && chosen().every(fits));
    }

    const answered = (notebook: NotebookPanel) => {
      const cell = notebook.content.activeCell;
      const count = cell?.model.type === "code" ? (cell as CodeCell).model.executionCount : null;
      return count ? { cell: cell as CodeCell, count } : null;
    };
    // Asked each time: the settings come later than this, and change.
    const ask = () => `%%sophchat${choices.model ? ` -m ${choices.model}` : ""}\n`;
    add("sophnet:explain-error", trans.__("Explain This Error"), (notebook) => {
      const found = answered(notebook);
      const words = trans.__("Explain this error, and how to mend it:");
      if (found) insertBelow(notebook, [`${ask()}${words}\n{In[${found.count}]}\n{Err[${found.count}]}`]);
    });
    add("sophnet:say-output", trans.__("Say This Aloud"), (notebook) => {
      const found = answered(notebook);
      const voice = choices.voice ? ` --voice ${choices.voice}` : "";
      if (found) insertBelow(notebook, [`%speak${voice} {Out[${found.count}]}`]);
    });
    add("sophnet:ask-output", trans.__("Ask About This Output"), (notebook) => {
      const found = answered(notebook);
      if (found) insertBelow(notebook, [`${ask()}{Out[${found.count}]}\n`]);
    });
    // The menu on outputs offers what fits them.
    notebooks.activeCellChanged.connect((_, cell) => describeOutputs(cell));
    NotebookActions.executed.connect((_, { cell }) => describeOutputs(cell));

    commands.addCommand("sophnet:starter", {
      label: trans.__("SophNet Notebook"),
      caption: trans.__("A copy of the quickstart, to work in"),
      describedBy: NO_ARGUMENTS,
      execute: () => openStarter(app, files?.model.path ?? ""),
    });
    palette?.addItem({ command: "sophnet:starter", category });
    launcher?.add({ command: "sophnet:starter", category: trans.__("Notebook"), rank: 90 });
  },
};

/** Mark on a cell's node what there is in its outputs, for the selectors of the context menu. */
function describeOutputs(cell: Cell | null): void {
  // Told of the last cell too, when its notebook is closed.
  if (!cell || cell.isDisposed || cell.model.isDisposed || cell.model.type !== "code") return;
  const { outputs, sharedModel, executionCount } = (cell as CodeCell).model;
  const kinds = Array.from({ length: outputs.length }, (_, index) => outputs.get(index).type);
  const has = (kind: string) => Boolean(executionCount) && kinds.includes(kind);
  cell.node.toggleAttribute("data-sophnet-error", has("error"));
  cell.node.toggleAttribute("data-sophnet-picture", pictureIn(cell) !== null);
  const isOurs = callsOurs(sharedModel.getSource()) && !has("error");
  cell.node.toggleAttribute("data-sophnet-result", has("execute_result") || (isOurs && Boolean(executionCount)));
}
