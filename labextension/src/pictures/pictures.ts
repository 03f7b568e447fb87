import { Prec } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import type { CodeEditor } from "@jupyterlab/codeeditor";
import { EditorExtensionRegistry, IEditorExtensionRegistry } from "@jupyterlab/codemirror";
import { INotebookTracker } from "@jupyterlab/notebook";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { followChoices } from "../cells/look_again.js";
import { insertBelow } from "../menus/insert_below.js";
import { IChoices } from "../settings.js";
import { withImage } from "./image_option.js";
import { pictureIn } from "./outputs.js";
import { PictureFiles } from "./picture_files.js";
import { pictureLine, thumbnails } from "./thumbnails.js";

/** A picture that is pasted or dropped into a prompt goes beside the notebook, and along with it. */
export const pictures: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:pictures",
  description: "Takes pictures that are pasted or dropped into a prompt, and shows them.",
  autoStart: true,
  requires: [IEditorExtensionRegistry, INotebookTracker, IChoices],
  optional: [ITranslator],
  activate(
    { commands, serviceManager }: JupyterFrontEnd,
    extensions: IEditorExtensionRegistry,
    notebooks: INotebookTracker,
    choices: IChoices,
    translator: ITranslator | null,
  ) {
    const trans = (translator ?? nullTranslator).load("sophnet_jupyter");
    const files = new PictureFiles(serviceManager.contents, trans);
    const words = {
      show: (name: string) => trans.__("Show %1", name),
      missing: (name: string) => trans.__("%1 is not there", name),
    };
    const notebookOf = (model: CodeEditor.IModel): NotebookPanel | undefined =>
      notebooks.find(({ content }) => content.widgets.some((cell) => cell.model === model));
    /** The name that a file has beside the notebook; empty where it could not be put there. */
    const save = async (notebook: NotebookPanel, file: File): Promise<string> => {
      const why = files.refusal(file);
      if (why) Notification.warning(why, { autoClose: 8000 });
      try {
        return why ? "" : await files.save(notebook, file);
      } catch (error) {
        const { message } = error as Error;
        Notification.error(trans.__("%1 could not be put beside the notebook: %2", file.name, message));
        return "";
      }
    };
    const add = async (view: EditorView, notebook: NotebookPanel, file: File) => {
      const saved = await save(notebook, file);
      if (saved) name(view, saved);
    };

    const describe = async (notebook: NotebookPanel, file: File) => {
      const saved = await save(notebook, file);
      const model = choices.model && ` -m ${choices.model}`;
      const words = trans.__("Describe this picture.");
      if (saved) insertBelow(notebook, [`%%sophchat${model} --image ${saved}\n${words}`]);
    };
    commands.addCommand("sophnet:describe-output", {
      label: trans.__("Describe This Picture"),
      describedBy: { args: { type: "object", properties: {} } },
      execute: () => {
        const notebook = notebooks.currentWidget;
        const file = pictureIn(notebook?.content.activeCell ?? null);
        return notebook && file ? describe(notebook, file) : undefined;
      },
    });

    extensions.addExtension({
      name: "sophnet-pictures",
      factory: ({ model }) => {
        const isPrompt = () => choices.pictures && /python/.test(model.mimeType);
        const take = (event: Event, transfer: DataTransfer | null, view: EditorView) => {
          const notebook = notebookOf(model);
          const given = isPrompt() && pictureLine(view.state) ? [...(transfer?.files ?? [])] : [];
          // What was copied from a document has its words too, and those are meant.
          if (!notebook || !given.length || transfer?.types.includes("text/plain")) return false;
          event.preventDefault();
          event.stopPropagation();
          for (const file of given) void add(view, notebook, file);
          return true;
        };
        const shelf = {
          words,
          known: (each: string) => {
            const notebook = notebookOf(model);
            return notebook && files.known(notebook, each);
          },
          load: (each: string) => {
            const notebook = notebookOf(model);
            return notebook ? files.load(notebook, each) : Promise.reject(new Error());
          },
        };
        return EditorExtensionRegistry.createImmutableExtension([
          thumbnails(shelf, isPrompt),
          followChoices(choices),
          Prec.highest(
            EditorView.domEventHandlers({
              paste: (event, view) => take(event, event.clipboardData, view),
              drop: (event, view) => take(event, event.dataTransfer, view),
            }),
          ),
        ]);
      },
    });
  },
};

/** Name a picture on the line of the prompt's magic, unless that has gone meanwhile. */
function name(view: EditorView, file: string): void {
  const line = pictureLine(view.state);
  if (!line) return;
  const { from, to, insert } = withImage(line.text, file);
  const changes = { from: line.from + from, to: line.from + to, insert };
  view.dispatch({ changes, userEvent: "input.paste" });
}
