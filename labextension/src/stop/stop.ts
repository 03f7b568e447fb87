import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { followCells } from "../cells/states.js";
import { ILines } from "../lines.js";
import { IChoices, showBy } from "../settings.js";
import { button } from "../../../sophnet_jupyter/widgets/page/dom.js";

const STOP = "jp-sophnet-stop";

/** A button on what a cell is answered, which ends that alone: other cells go on. */
export const stopButton: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:stop",
  description: "A button that stops one answer, and not the notebook.",
  autoStart: true,
  requires: [ILines, IChoices],
  optional: [ITranslator],
  activate(_app, lines: ILines, choices: IChoices, translator: ITranslator | null) {
    const trans = (translator ?? nullTranslator).load("sophnet_jupyter");
    showBy(choices, "stop");
    followCells(lines, (cell, shown, line) => {
      const place = cell.node.querySelector<HTMLElement>(".jp-Cell-outputWrapper");
      // Not one that an output brings.
      const there = place?.querySelector<HTMLButtonElement>(`:scope > .${STOP}`);
      if (!place || shown?.state !== "running" || shown.button) {
        there?.remove();
        return;
      }
      // A kernel without subshells would hear it when the answer is there.
      if (there || !line.live) return;
      const stop = button(trans.__("Stop"), () => {
        if (line.send({ kind: "stop", cell: cell.model.id })) stop.disabled = true;
      });
      stop.className = STOP;
      stop.title = trans.__("Stop this answer; what has come is kept, and other cells go on");
      place.append(stop);
    });
  },
};
