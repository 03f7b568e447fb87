import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILSPCodeExtractorsManager } from "@jupyterlab/lsp";
import type { IExtractedCode, IForeignCodeExtractor } from "@jupyterlab/lsp";
import { isPrompt } from "../dictation/sentence.js";

/**
 * A prompt is words, and no Python with a hundred mistakes.
 *
 * Its language is one that nobody else has: of a known one, such as Markdown, jupyterlab-lsp would
 * set the cell's type, and with it the editor's language, in place of ours.
 */
const prompts: IForeignCodeExtractor = {
  language: "sophnet-prompt",
  cellType: ["code"],
  standalone: true,
  fileExtension: "md",
  hasForeignCode: (code, type) => type === "code" && isPrompt(code),
  extractForeignCode(code): IExtractedCode[] {
    const lines = code.split("\n");
    const end = { line: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
    const range = { start: { line: 0, column: 0 }, end };
    return [{ foreignCode: code, hostCode: "", range, virtualShift: null }];
  },
};

/** Tells language servers of Python that prompts are none of theirs. */
export const languageServers: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:language-servers",
  description: "Keeps prompts from language servers of Python.",
  autoStart: true,
  optional: [ILSPCodeExtractorsManager],
  activate(_app, extractors: ILSPCodeExtractorsManager | null) {
    extractors?.register(prompts, "python");
  },
};
