import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import type { Cell, MarkdownCell } from "@jupyterlab/cells";
import {
  EditorExtensionRegistry,
  IEditorExtensionRegistry,
} from "@jupyterlab/codemirror";
import { INotebookTracker, NotebookActions } from "@jupyterlab/notebook";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { LabIcon } from "@jupyterlab/ui-components";
import { useWords } from "../../../sophnet_jupyter/widgets/page/words.js";
import { ILines } from "../lines.js";
import { IChoices } from "../settings.js";
import { Dictation } from "./dictation.js";
import { partialText } from "./partial_text.js";
import { isPrompt } from "./sentence.js";

export const DICTATE = "sophnet:dictate";

const microphone = new LabIcon({
  name: "sophnet:microphone",
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">' +
    '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M12 15a3 3 0 0 0 3-3V6a3 3 0 1 0-6 0v6' +
    "a3 3 0 0 0 3 3zm5-3a5 5 0 0 1-10 0H5a7 7 0 0 0 6 6.9V22h2v-3.1a7 7 0 0 0 6-6.9z" +
    '"/></svg>',
});

/** Speech goes into the cell while it is spoken: a button on the toolbar, and a shortcut. */
export const dictation: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:dictation",
  description: "Writes what is said into the cell.",
  autoStart: true,
  requires: [ILines, IEditorExtensionRegistry, INotebookTracker, IChoices],
  optional: [ITranslator],
  activate(
    { commands }: JupyterFrontEnd,
    lines: ILines,
    extensions: IEditorExtensionRegistry,
    notebooks: INotebookTracker,
    choices: IChoices,
    translator: ITranslator | null,
  ) {
    const trans = (translator ?? nullTranslator).load("sophnet_jupyter");
    // What the panels' scripts say that hear here too.
    useWords((text) => trans.gettext(text));
    let running: Dictation | null = null;
    extensions.addExtension({
      name: "sophnet-dictation",
      factory: () => EditorExtensionRegistry.createImmutableExtension(partialText),
    });

    const over = (why: string) => {
      running = null;
      removeEventListener("keydown", onKey, true);
      commands.notifyCommandChanged(DICTATE);
      if (why) Notification.warning(why, { autoClose: 8000 });
    };
    const begin = async (notebook: NotebookPanel) => {
      const line = lines.of(notebook);
      if (!(await line.open())) return refused(line.why, notebook);
      const place = await placeIn(notebook, choices.dictation);
      if (!place || running) return;
      const told = (text: string) => text && Notification.info(text, { autoClose: 5000 });
      running = new Dictation(line, place.cell, place.at, trans, told, over);
      addEventListener("keydown", onKey, true);
      commands.notifyCommandChanged(DICTATE);
    };
    const refused = (why: string, notebook: NotebookPanel) => {
      const insert = () => {
        NotebookActions.insertAbove(notebook.content);
        notebook.content.activeCell?.model.sharedModel.setSource("%load_ext sophnet_jupyter");
      };
      const load = { label: trans.__("Insert that cell"), callback: insert };
      const actions = why.includes("%load_ext") ? [load] : [];
      // What offers something to click stays until somebody has read it.
      Notification.warning(why, { autoClose: actions.length ? false : 8000, actions });
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      running?.stop();
    };

    commands.addCommand(DICTATE, {
      label: () => (running ? trans.__("Stop Dictating") : trans.__("Dictate into the Cell")),
      caption: trans.__("Write what is said into the cell; Escape ends it"),
      icon: microphone,
      isToggled: () => running !== null,
      isEnabled: () => notebooks.currentWidget !== null,
      isVisible: () => choices.microphone,
      describedBy: { args: { type: "object", properties: {} } },
      execute: () => {
        const notebook = notebooks.currentWidget;
        if (running) running.stop();
        else if (notebook) return begin(notebook);
        return undefined;
      },
    });
    choices.changed.connect(() => commands.notifyCommandChanged(DICTATE));
    NotebookActions.executionScheduled.connect((_, { cell }) => {
      if (running?.cell === cell)
        running.finish(trans.__("The cell was run, so the microphone was let go."));
    });
  },
};

/** The cell and the place in it where what is said goes, made where there is none. */
async function placeIn(
  { content }: NotebookPanel,
  choice: "prompt" | "comment",
): Promise<{ cell: Cell; at: number } | null> {
  let cell = content.activeCell;
  if (!cell) return null;
  if (cell.model.type === "markdown") (cell as MarkdownCell).rendered = false;
  const source = cell.model.sharedModel.getSource();
  const isMade = cell.model.type === "code" && choice === "prompt" && !isPrompt(source);
  if (isMade) {
    if (source.trim()) NotebookActions.insertBelow(content);
    cell = content.activeCell ?? cell;
    cell.model.sharedModel.setSource("%%sophchat\n");
  }
  content.mode = "edit";
  // A cell that was made just now has no editor before it is drawn.
  await cell.ready;
  const { editor } = cell;
  if (!editor || cell.isDisposed) return null;
  if (isMade) editor.setCursorPosition({ line: 1, column: 0 });
  const { line, column } = editor.getCursorPosition();
  const isComment = cell.model.type === "code" && choice === "comment";
  const end = (editor.getLine(line) ?? "").length;
  return { cell, at: editor.getOffsetAt({ line, column: isComment ? end : column }) };
}
