import { button, make, showKernelHtml } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openSpread } from "./spread.js";
import { openPanel } from "../panel/panel.js";

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const head = make("header", { hidden: true });
  const place = make("div", { className: "sophnet-place" });
  const closing = make("div", { className: "jp-RenderedHTMLCommon sophnet-closing" });
  /** @type {any[]} */
  let pages = [];
  /** @type {DataView<ArrayBuffer>[]} */
  let pictures = [];
  /** @type {{element: HTMLElement, close: () => void} | undefined} */
  let spread;
  const panel = openPanel(model, el, {
    label: tr("Text in images"),
    kind: "pages",
    on: {
      /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
      state({ pages: read, closing: html }, buffers) {
        [pages, pictures] = [read, buffers];
        head.hidden = pages.length < 2;
        head.replaceChildren(...(pages.length > 1 ? pages.map(tab) : []));
        showKernelHtml(closing, html);
        open(0);
      },
    },
  });
  panel.root.append(head, place, closing);

  /** @param {any} page @param {number} index */
  function tab(page, index) {
    return button(page.name, () => open(index), { "aria-pressed": "false", title: page.name });
  }

  /** @param {number} index */
  function open(index) {
    spread?.close();
    if (!pages[index]) return;
    spread = openSpread(panel, model, pages[index], pictures[index]);
    place.append(spread.element);
    [...head.children].forEach((each, n) => each.setAttribute("aria-pressed", String(n === index)));
  }

  return () => {
    spread?.close();
    panel.close();
  };
}

export default { render };
