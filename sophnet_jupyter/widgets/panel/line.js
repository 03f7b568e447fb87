import { whenPageGoes } from "../page/leaving.js";
import { tr } from "../page/words.js";

const TARGET = "sophnet.panel";

/**
 * @typedef {object} Line
 * @property {(command: object, buffers?: ArrayBuffer[]) => void} send  Command the kernel.
 * @property {() => void} close
 */

/**
 * Open a line to the panel in the kernel that works while a cell runs.
 *
 * Commands that are sent before it is open wait for it. `onLost` hears, in a sentence, why the
 * kernel will not answer any more.
 *
 * @param {import("../page/lab.js").Model} model
 * @param {(why: string) => void} onLost
 * @returns {Line}
 */
export function openLine(model, onLost) {
  const kernel = model.widget_manager?.kernel;
  // Front ends without Jupyter's own kernel connection: VS Code, Colab, marimo.
  if (!kernel?.createComm) {
    return {
      send: (command, buffers = []) => model.send(command, undefined, buffers),
      close: () => {},
    };
  }
  const createComm = kernel.createComm.bind(kernel);
  /** @type {import("../page/lab.js").Comm | undefined} */
  let comm;
  const status = watch(kernel, onLost);
  const stay = whenPageGoes(() => end((comm) => comm.close()));
  let closed = false;
  let opened = false;
  // The kernel closes a line on which nobody has answered, as that of a page that was asleep.
  let canAgain = true;
  /** @type {Array<[object, ArrayBuffer[]]>} */
  const waiting = [];
  /** @param {object} command @param {ArrayBuffer[]} buffers */
  const pass = (command, buffers) => {
    if (!comm || comm.isDisposed || kernel.isDisposed) onLost(RESTARTED);
    else comm.send(command, undefined, buffers);
  };
  const connect = () => {
    if (closed || kernel.isDisposed) return;
    const made = (comm = createComm(TARGET));
    made.onClose = () => {
      if (closed) return;
      if (!canAgain || kernel.isDisposed)
        return onLost(tr("This panel is no longer there: run its cell again."));
      canAgain = opened = false;
      comm = undefined;
      // Not at once: JupyterLab would give it the subshell that it is about to end with this one.
      setTimeout(connect, 500);
    };
    ready(kernel, made).then(() => {
      if (closed || made.isDisposed || kernel.isDisposed) return;
      made.open({ panel: model.get("key") });
      opened = true;
      for (const [command, buffers] of waiting.splice(0)) pass(command, buffers);
    });
  };
  /** @param {(comm: import("../page/lab.js").Comm) => void} part */
  const end = (part) => {
    if (closed) return;
    closed = true;
    stay();
    status.stop();
    waiting.length = 0;
    // JupyterLab keeps each comm as long as the kernel, and by this all that the panel has drawn.
    if (comm) comm.onClose = nothing;
    if (!comm || comm.isDisposed || kernel.isDisposed) return;
    opened ? part(comm) : comm.dispose();
  };
  connect();
  return {
    send(command, buffers = []) {
      // The panel is there: it has just asked.
      if (/** @type {{kind?: string}} */ (command).kind === "here") canAgain = true;
      if (opened || comm?.isDisposed) pass(command, buffers);
      else waiting.push([command, buffers]);
    },
    close: () => end(leave),
  };
}

// Not made where a line is opened: it would keep all that is known there.
const nothing = () => {};

const RESTARTED = tr("The kernel was restarted: run this cell again.");
const OVER = {
  restarting: RESTARTED,
  autorestarting: RESTARTED,
  terminating: tr("The kernel was shut down: start it again, and run this cell."),
  dead: tr("The kernel has died: start it again, and run this cell."),
};

/** @param {import("../page/lab.js").Kernel} kernel @param {(why: string) => void} onLost */
function watch(kernel, onLost) {
  /** @param {unknown} _ @param {string} status */
  const onStatus = (_, status) => {
    if (status in OVER) onLost(OVER[/** @type {keyof typeof OVER} */ (status)]);
  };
  kernel.statusChanged?.connect(onStatus);
  return { stop: () => kernel.statusChanged?.disconnect(onStatus) };
}

/**
 * Wait until the comm has a subshell: without one it would be served by the shell that runs cells.
 *
 * @param {import("../page/lab.js").Kernel} kernel @param {import("../page/lab.js").Comm} comm
 */
export async function ready(kernel, comm) {
  await Promise.race([kernel.info, pause(2000)]);
  if (!kernel.supportsSubshells) return;
  // Some sites switch it off for widgets, whose callbacks may not be thread-safe. Ours are.
  if (comm.commsOverSubshells === "disabled") comm.commsOverSubshells = "perComm";
  await Promise.race([comm.subshellStarted, pause(2000)]).catch(() => {});
}

/**
 * Close a comm after all that was sent on it, with its subshell if no other comm needs that.
 *
 * The comm's own close() asks for the subshell's end at the same moment, on another channel, and a
 * busy kernel may see to that first: what was still on its way is lost then, the close as well.
 *
 * @param {import("../page/lab.js").Comm} comm
 */
export async function leave(comm) {
  try {
    // Where there are no subshells it is heard when the cell has ended, which nobody waits for.
    await Promise.race([comm.send({ kind: "gone" })?.done, pause(10_000)]);
  } catch {
    // The kernel is gone: there is nobody to tell.
  }
  if (!comm.isDisposed) comm.dispose();
}

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
