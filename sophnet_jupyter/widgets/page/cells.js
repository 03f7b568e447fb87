import { tr } from "./words.js";

// A text as a new cell of the notebook: nothing is run.

/**
 * Put a text as a cell below the one that shows a panel, or where that cannot be done, copy it.
 *
 * @param {import("./lab.js").Model} model
 * @param {HTMLElement} element  Of the panel.
 * @param {string} text
 * @returns {Promise<string>}  What was done, for the reader.
 */
export async function putCell(model, element, text) {
  const notebook = /** @type {any} */ (model.widget_manager?.context?.model);
  const place = placeOf(notebook, String(model.get("key")), element);
  if (place !== undefined && notebook.sharedModel?.insertCell) {
    notebook.sharedModel.insertCell(place + 1, {
      cell_type: "code",
      source: text,
      metadata: { trusted: true },
    });
    return tr("It is a cell below this one now; nothing was run.");
  }
  await navigator.clipboard.writeText(text);
  return tr("Copied: paste it as a cell.");
}

/**
 * Where in the notebook the cell of a panel is.
 *
 * @param {any} notebook @param {string} key @param {HTMLElement} element
 */
function placeOf(notebook, key, element) {
  if (!notebook?.cells) return undefined;
  const shown = element.closest(".jp-Cell");
  const cells = shown?.parentElement?.querySelectorAll(":scope > .jp-Cell") ?? [];
  const seen = [...cells].indexOf(/** @type {Element} */ (shown));
  // In the notebook's own window all cells are in the page, in their order.
  if (seen >= 0 && cells.length === notebook.cells.length) return seen;
  let place = 0;
  for (const cell of notebook.cells) {
    for (let index = 0; index < (cell.outputs?.length ?? 0); index++) {
      const html = [cell.outputs.get(index).data?.["text/html"] ?? ""].flat().join("");
      if (html.includes(`sophnet-twin-${key}`)) return place;
    }
    place++;
  }
  return undefined;
}
