import { whenPageGoes } from "../page/leaving.js";
import { leave, ready } from "../panel/line.js";

const AUDIO_TARGET = "sophnet.audio";

/**
 * @typedef {object} Uplink
 * @property {Promise<boolean>} live  Whether the kernel takes frames while a cell runs.
 * @property {(facts: object, data?: ArrayBuffer) => boolean} send  False where nobody takes it.
 * @property {() => void} close
 */

/**
 * Open a way for sound to the panel in the kernel: a comm on a target of its own, and so
 * with a subshell that other widgets do not use.
 *
 * What is sent before it is open waits for it.
 *
 * @param {import("../page/lab.js").Model} model
 * @returns {Uplink}
 */
export function openUplink(model) {
  const kernel = model.widget_manager?.kernel;
  // Front ends without Jupyter's own kernel connection: VS Code, Colab, marimo.
  if (!kernel?.createComm) {
    return {
      live: Promise.resolve(false),
      send(facts, data) {
        model.send({ kind: "sound", facts }, undefined, data ? [data] : []);
        return true;
      },
      close: () => {},
    };
  }
  const comm = kernel.createComm(AUDIO_TARGET);
  let opened = false;
  let closed = false;
  /** @type {Array<[object, ArrayBuffer | undefined]>} */
  const waiting = [];
  const gone = () => closed || comm.isDisposed || kernel.isDisposed;
  const live = ready(kernel, comm).then(() => {
    if (gone()) return false;
    comm.open({ panel: model.get("key") });
    opened = true;
    for (const [facts, data] of waiting.splice(0)) comm.send(facts, undefined, data ? [data] : []);
    return Boolean(kernel.supportsSubshells && comm.subshellId);
  });
  /** @param {(comm: any) => void} part */
  const end = (part) => {
    if (closed) return;
    closed = true;
    stay();
    if (comm.isDisposed || kernel.isDisposed) return;
    if (opened) part(comm);
    else comm.dispose();
  };
  const stay = whenPageGoes(() => end((comm) => comm.close()));
  return {
    live,
    send(facts, data) {
      if (gone()) return false;
      if (!opened) waiting.push([facts, data]);
      else {
        try {
          comm.send(facts, undefined, data ? [data] : []);
        } catch {
          // The kernel was restarted, or has died, and the line that watches it says so.
          return false;
        }
      }
      return true;
    },
    close: () => end(leave),
  };
}
