import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { magicCells } from "./cells/magic_cells.js";
import { marks } from "./cells/mark.js";
import { dictation } from "./dictation/command.js";
import { kernelLines } from "./lines.js";
import { menus } from "./menus/menus.js";
import { choices } from "./settings.js";
import { side } from "./side/side.js";
import { stopButton } from "./stop/stop.js";

const plugins: JupyterFrontEndPlugin<any>[] = [
  choices,
  kernelLines,
  magicCells,
  marks,
  stopButton,
  dictation,
  menus,
  side,
];

export default plugins;
