import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { ILines } from "../lines.js";
import { IChoices, showBy } from "../settings.js";
import { followCells } from "./states.js";

const SIGNS: Record<string, string> = {
  running: "●",
  complete: "✓",
  cut: "✂",
  stopped: "■",
  incomplete: "…",
  failed: "✗",
};
const MARK = "jp-sophnet-mark";

/** Marks in the gutter which model answers a cell, and how that goes. */
export const marks: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:marks",
  description: "Marks beside a prompt which model answers it, and how that ended.",
  autoStart: true,
  requires: [ILines, IChoices],
  optional: [ITranslator],
  activate(_app, lines: ILines, choices: IChoices, translator: ITranslator | null) {
    const trans = (translator ?? nullTranslator).load("sophnet_jupyter");
    const words: Record<string, string> = {
      running: trans.__("is answering"),
      complete: trans.__("has answered"),
      cut: trans.__("was cut at the token limit"),
      stopped: trans.__("was stopped"),
      incomplete: trans.__("broke off"),
      failed: trans.__("failed"),
    };
    showBy(choices, "marks");
    followCells(lines, (cell, shown) => {
      const place = cell.node.querySelector<HTMLElement>(".jp-Cell-inputWrapper");
      place?.querySelector(`:scope > .${MARK}`)?.remove();
      if (!place || !shown) return;
      const mark = document.createElement("div");
      const name = shown.model || trans.__("The model");
      mark.className = MARK;
      mark.dataset.state = shown.state;
      mark.title = `${name} ${words[shown.state] ?? shown.state}`;
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", mark.title);
      mark.textContent = `${SIGNS[shown.state] ?? ""} ${shown.model}`;
      place.append(mark);
    });
  },
};
