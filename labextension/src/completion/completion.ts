import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICompletionProviderManager, KernelCompleterProvider } from "@jupyterlab/completer";
import type { CompletionHandler, ICompletionContext, ICompletionProvider } from "@jupyterlab/completer";
import {
  audioIcon,
  fileIcon,
  historyIcon,
  kernelIcon,
  lineFormIcon,
  listIcon,
  settingsIcon,
  tagIcon,
  textEditorIcon,
  userIcon,
  variableIcon,
} from "@jupyterlab/ui-components";
import type { LabIcon } from "@jupyterlab/ui-components";
import { cellMagic, lineMagic } from "../cells/magic_line.js";
import { IChoices } from "../settings.js";

/** By the kind that the kernel names. */
const ICONS: Record<string, LabIcon> = {
  alias: tagIcon,
  app: lineFormIcon,
  attribute: variableIcon,
  conversation: historyIcon,
  "cosyvoice-v1": audioIcon,
  "cosyvoice-v2": audioIcon,
  file: fileIcon,
  format: fileIcon,
  input: lineFormIcon,
  model: kernelIcon,
  option: settingsIcon,
  profile: userIcon,
  prompt: textEditorIcon,
  subject: listIcon,
  value: tagIcon,
  variable: variableIcon,
};

/** Icons beside what the kernel completes on lines of ours; its words beside them are `resolve`. */
export const completion: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:completion",
  description: "Icons beside the completions of prompts.",
  autoStart: true,
  requires: [ICompletionProviderManager],
  optional: [IChoices],
  activate(_app, manager: ICompletionProviderManager, choices: IChoices | null) {
    // The page's own provider does the asking: the same answers twice are shown once.
    const kernel = new KernelCompleterProvider();
    const provider: ICompletionProvider = {
      identifier: "sophnet-jupyter:completion",
      rank: 1000,
      async isApplicable(context) {
        return isOurs(context) && kernel.isApplicable(context);
      },
      async fetch(request, context) {
        // Asked again, since this one is applicable until the cursor is in another cell.
        const isWanted = (choices?.completion ?? true) && isOurs(context);
        if (!isWanted) return { start: request.offset, end: request.offset, items: [] };
        const { items, ...reply } = await kernel.fetch(request, context);
        return { ...reply, items: items.map((item) => withIcon(item)) };
      },
      resolve: (item, context, patch) => kernel.resolve(item, context, patch),
    };
    manager.registerProvider(provider);
  },
};

function withIcon(item: CompletionHandler.ICompletionItem): CompletionHandler.ICompletionItem {
  const icon = ICONS[item.type ?? ""];
  return icon ? { ...item, icon } : item;
}

/** Whether the cursor is on a line of ours, or in the words below it. */
function isOurs({ editor }: ICompletionContext): boolean {
  if (!editor || !/python/.test(editor.model.mimeType)) return false;
  const line = editor.getLine(editor.getCursorPosition().line) ?? "";
  const source = editor.model.sharedModel.getSource();
  const first = source.split("\n", 20).find((each) => each.trim()) ?? "";
  return cellMagic(first) !== null || lineMagic(line) !== null;
}
