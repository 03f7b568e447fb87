import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { magicCells } from "./cells/magic_cells.js";
import { marks } from "./cells/mark.js";
import { kernelLines } from "./lines.js";
import { stopButton } from "./stop/stop.js";

const plugins: JupyterFrontEndPlugin<any>[] = [kernelLines, magicCells, marks, stopButton];

export default plugins;
