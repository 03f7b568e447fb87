import type { Cell } from "@jupyterlab/cells";
import type { ILine, ILines } from "../lines.js";

export interface Shown {
  /** Of what runs, or of what ended last: running, complete, cut, stopped, incomplete, failed. */
  state: string;
  model: string;
  /** Whether all that runs has buttons of its own that stop it. */
  button: boolean;
}

type Draw = (cell: Cell, shown: Shown | undefined, line: ILine) => void;

/**
 * Call `draw` with each cell for which something runs or ended, and with undefined where it will
 * never be known how it ended: the kernel is gone.
 */
export function followCells(lines: ILines, draw: Draw): void {
  lines.each((line) => {
    const cells = new Map<string, Map<number, Shown>>();
    const cellOf = (id: string) => line.notebook.content.widgets.find(({ model }) => model.id === id);
    line.event.connect((_, event) => {
      if (event.kind !== "cell") return;
      const { cell: id, number, state, model, button } = event;
      // What ended before this began is the last word no more.
      const before = [...(cells.get(id) ?? [])].filter(([, one]) => one.state === "running");
      const all = new Map(before).set(number, { state, model, button });
      cells.set(id, all);
      const cell = cellOf(id);
      const running = [...all.values()].filter((one) => one.state === "running");
      const shown = running.find((one) => one.model) ?? running[0] ?? { state, model };
      if (cell) draw(cell, { ...shown, button: running.every((one) => one.button) }, line);
    });
    line.changed.connect(() => {
      if (line.standing !== "closed") return;
      for (const [id, all] of cells) {
        const cell = cellOf(id);
        const isOpen = [...all.values()].some(({ state }) => state === "running");
        if (cell && isOpen) draw(cell, undefined, line);
      }
      cells.clear();
    });
  });
}
