import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { magicCells } from "./cells/magic_cells.js";

const plugins: JupyterFrontEndPlugin<any>[] = [magicCells];

export default plugins;
