import { ILabShell } from "@jupyterlab/application";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { LabIcon } from "@jupyterlab/ui-components";
import { ILines } from "../lines.js";
import { insertBelow } from "../menus/insert_below.js";
import { SidePanel } from "./panel.js";

const icon = new LabIcon({
  name: "sophnet:side",
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">' +
    '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2' +
    'h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm3 5v2h10V8zm0 4v2h6v-2z"/></svg>',
});

/** A panel in the right area, on the kernel of the current notebook. */
export const side: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:side",
  description: "A panel with the connection, models, tasks and history of a notebook.",
  autoStart: true,
  requires: [ILines, INotebookTracker],
  optional: [ICommandPalette, ILabShell, ITranslator],
  activate(
    app: JupyterFrontEnd,
    lines: ILines,
    notebooks: INotebookTracker,
    palette: ICommandPalette | null,
    _shell: ILabShell | null,
    translator: ITranslator | null,
  ) {
    const trans = (translator ?? nullTranslator).load("sophnet_jupyter");
    const panel = new SidePanel(trans, (notebook, text) => {
      app.shell.activateById(notebook.id);
      insertBelow(notebook, [text]);
    });
    panel.id = "sophnet-side";
    panel.title.icon = icon;
    panel.title.caption = trans.__("SophNet: connection, models, tasks and history");
    panel.title.label = "";
    app.shell.add(panel, "right", { rank: 850 });
    const follow = () => {
      const notebook = notebooks.currentWidget;
      panel.follow(notebook && lines.of(notebook));
    };
    notebooks.currentChanged.connect(follow);
    follow();
    app.commands.addCommand("sophnet:side", {
      label: trans.__("Show the Side Panel"),
      describedBy: { args: { type: "object", properties: {} } },
      execute: () => app.shell.activateById(panel.id),
    });
    palette?.addItem({ command: "sophnet:side", category: "SophNet" });
  },
};
