// What JupyterLab and Notebook offer a widget beside the widget protocol. Elsewhere: nothing.

/**
 * Set the formulas in a node.
 *
 * @param {any} model @param {HTMLElement} node
 */
export function typeset(model, node) {
  model.widget_manager?.rendermime?.latexTypesetter?.typeset(node);
}

/**
 * How old the still form of a panel is in the notebook that will be saved, and how to renew it.
 *
 * The kernel updates it by its display id, which a page that was loaded anew does not know.
 *
 * @param {any} model
 * @returns {{revision: number, put: (bundle: object) => void} | undefined}
 */
export function stillForm(model) {
  const name = `sophnet-twin-${model.get("key")}`;
  for (const cell of model.widget_manager?.context?.model?.cells ?? []) {
    const outputs = cell.outputs;
    for (let index = 0; index < (outputs?.length ?? 0); index++) {
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
