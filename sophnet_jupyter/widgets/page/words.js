/** @type {(text: string) => string} */
let look = (text) => text;

/**
 * Say from now on what `given` finds for an English text; where it finds nothing, that text.
 *
 * @param {(text: string) => string} given
 */
export function useWords(given) {
  look = given;
}

/**
 * `text` in the language of the panel, with `values` in the places of `{names}`; without values,
 * braces stay as they are. The text is written out at each call, so that translators can be told of
 * it. A panel's files are run once for each language, so that this may stand outside of functions;
 * not in those that JupyterLab's extension takes too, which knows its language later.
 *
 * @param {string} text @param {Record<string, unknown>} [values]
 */
export function tr(text, values) {
  const said = look(text);
  if (!values) return said;
  return said.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
