import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * One thing that can be looked at: what it is called, and how to get all of it.
 *
 * @typedef {object} Seen
 * @property {string} id
 * @property {string} kind
 * @property {string} words
 * @property {() => Promise<string>} whole  Its address.
 */

/**
 * Images and videos in the whole window: one of them, or two side by side. Arrows go on to the
 * next one, Escape goes back to where the reader was.
 *
 * @param {() => Seen[]} all  In the order in which they stand.
 */
export function openViewer(all) {
  const words = make("div", { className: "sophnet-viewer-words", "aria-live": "polite" });
  const stage = make("div", { className: "sophnet-viewer-stage" });
  const earlier = button("‹", () => move(-1), { "aria-label": tr("Previous") });
  const later = button("›", () => move(1), { "aria-label": tr("Next") });
  const close = button(tr("Close"), () => element.close());
  const bar = make("div", { className: "sophnet-viewer-bar" }, earlier, later, words, close);
  const element = make("dialog", { className: "sophnet-viewer", "aria-label": tr("Large view") }, bar, stage);
  /** @type {string[]} */
  let shown = [];
  /** @type {HTMLElement | null} */
  let from = null;

  /** @param {number} step */
  function move(step) {
    const known = all();
    const place = known.findIndex(({ id }) => id === shown[0]);
    if (place < 0 || shown.length !== 1 || known.length < 2) return;
    show([known[(place + step + known.length) % known.length].id]);
  }

  /** @param {string[]} ids */
  function show(ids) {
    shown = ids;
    const known = all();
    const seen = ids.flatMap((id) => known.find((one) => one.id === id) ?? []);
    const place = known.findIndex(({ id }) => id === ids[0]) + 1;
    earlier.hidden = later.hidden = ids.length > 1 || known.length < 2;
    words.textContent = ids.length > 1 ? "" : `${tr("{place} of {count}", { place, count: known.length })} · ${seen[0]?.words ?? ""}`;
    stage.replaceChildren(...seen.map((one) => figure(one, ids.length > 1)));
  }

  /** @param {Seen} one @param {boolean} named */
  function figure(one, named) {
    const element = make("figure");
    const caption = named ? [make("figcaption", {}, one.words)] : [];
    element.append(...caption);
    one.whole().then((src) => {
      if (!shown.includes(one.id)) return;
      element.prepend(
        one.kind === "video"
          ? make("video", { src, controls: true, loop: true, "aria-label": one.words })
          : make("img", { src, alt: one.words }),
      );
    });
    return element;
  }

  element.addEventListener("keydown", (event) => {
    // The notebook has keys of its own.
    event.stopPropagation();
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || /** @type {HTMLElement} */ (event.target).tagName === "VIDEO") return;
    event.preventDefault();
    move(step);
  });
  element.addEventListener("click", (event) => event.target === element && element.close());
  element.addEventListener("close", () => {
    shown = [];
    stage.replaceChildren();
    from?.focus();
  });

  return {
    element,
    /** @param {string[]} ids */
    open(ids) {
      from = /** @type {HTMLElement | null} */ (document.activeElement);
      show(ids);
      element.showModal();
    },
  };
}
