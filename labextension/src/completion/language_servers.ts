import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILSPCodeExtractorsManager } from "@jupyterlab/lsp";
import type { IExtractedCode, IForeignCodeExtractor } from "@jupyterlab/lsp";
import { isPrompt } from "../dictation/sentence.js";

/** A prompt is words, and no Python with a hundred mistakes. */
const prompts: IForeignCodeExtractor = {
  language: "markdown",
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
