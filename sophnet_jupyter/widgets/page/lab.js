// What JupyterLab and Notebook offer a widget beside the widget protocol. Elsewhere: nothing.

/**
 * @typedef {object} Comm  A channel to the kernel.
 * @property {boolean} isDisposed
 * @property {string | null} [subshellId]
 * @property {Promise<unknown>} [subshellStarted]
 * @property {string} [commsOverSubshells]
 * @property {() => void} [onClose]
 * @property {(data: object) => void} open
 * @property {(data: object, metadata?: undefined, buffers?: ArrayBuffer[]) => {done: Promise<unknown>} | undefined} send
 * @property {() => void} close
 * @property {() => void} dispose
 *
 * @typedef {(kernel: unknown, status: string) => void} OnStatus
 *
 * @typedef {object} Kernel
 * @property {boolean} isDisposed
 * @property {string} [connectionStatus]
 * @property {Promise<unknown>} [info]
 * @property {boolean} [supportsSubshells]
 * @property {{connect: (hear: OnStatus) => void, disconnect: (hear: OnStatus) => void}} [statusChanged]
 * @property {(target: string) => Comm} [createComm]  Only of Jupyter's own connection.
 *
 * @typedef {object} Outputs  Of a cell.
 * @property {number} length
 * @property {(index: number) => {data: Record<string, string | string[] | undefined>}} get
 * @property {(index: number, output: object) => void} set
 *
 * @typedef {object} Lab  What the manager of JupyterLab's widgets knows of the notebook.
 * @property {Kernel} [kernel]
 * @property {{latexTypesetter?: {typeset: (node: HTMLElement) => void}}} [rendermime]
 * @property {{model?: {cells?: Iterable<{outputs?: Outputs}>}}} [context]
 *
 * @typedef {import("@anywidget/types").AnyModel} AnyModel
 * @typedef {Omit<AnyModel, "widget_manager">
 *   & {widget_manager?: Partial<AnyModel["widget_manager"]> & Lab}} Model
 */

/**
 * Set the formulas in a node.
 *
 * @param {Model} model @param {HTMLElement} node
 */
export function typeset(model, node) {
  model.widget_manager?.rendermime?.latexTypesetter?.typeset(node);
}

/**
 * How old the still form of a panel is in the notebook that will be saved, and how to renew it.
 *
 * The kernel updates it by its display id, which a page that was loaded anew does not know.
 *
 * @param {Model} model
 * @returns {{revision: number, put: (bundle: object) => void} | undefined}
 */
export function stillForm(model) {
  const name = `sophnet-twin-${model.get("key")}`;
  for (const cell of model.widget_manager?.context?.model?.cells ?? []) {
    const outputs = cell.outputs;
    if (!outputs) continue;
    for (let index = 0; index < outputs.length; index++) {
      const html = [outputs.get(index).data["text/html"] ?? ""].flat().join("");
      if (!html.includes(`${name} revision-`)) continue;
      return {
        revision: Number(/ revision-(\d+)/.exec(html)?.[1]),
        put: (bundle) =>
          outputs.set(index, { output_type: "display_data", data: bundle, metadata: {} }),
      };
    }
  }
  return undefined;
}
