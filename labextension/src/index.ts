import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { magicCells } from "./cells/magic_cells.js";
import { marks } from "./cells/mark.js";
import { completion } from "./completion/completion.js";
import { languageServers } from "./completion/language_servers.js";
import { dictation } from "./dictation/command.js";
import { kernelLines } from "./lines.js";
import { menus } from "./menus/menus.js";
import { pictures } from "./pictures/pictures.js";
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
  pictures,
  completion,
  languageServers,
];

export default plugins;
