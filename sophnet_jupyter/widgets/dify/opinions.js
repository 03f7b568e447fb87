import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * @typedef {object} Opinions
 * @property {HTMLElement} element
 * @property {() => void} open  Called when the tab is shown.
 * @property {(event: {page: number, more: boolean,
 *   rows: {rating: string, content: string, when: string, by: string}[]}) => void} show
 */

const SIGNS = /** @type {Record<string, string>} */ ({ like: tr("👍 Like"), dislike: tr("👎 Dislike") });

/**
 * The tab with what an app's users have said of its answers, newest first.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @returns {Opinions}
 */
export function drawOpinions(panel) {
  let asked = false;
  let page = 1;
  const rows = make("ul", { className: "sophnet-annotations", "aria-label": tr("Opinions") });
  const none = make("p", { className: "sophnet-faint", hidden: true }, tr("Nobody has said anything yet."));
  /** @param {number} which */
  const ask = (which) => {
    panel.fail("");
    panel.send("opinions", { page: which });
  };
  const more = button(tr("More"), () => ask(page + 1), { hidden: true });
  const again = button(tr("Look again"), () => ask(1));
  const element = make("div", { className: "sophnet-desk" }, rows, none, make("div", { className: "sophnet-row" }, more, again));
  return {
    element,
    open() {
      if (!asked) ask(1);
      asked = true;
    },
    show(event) {
      page = event.page;
      const found = event.rows.map(({ rating, content, when, by }) =>
        make(
          "li",
          {},
          make("div", { className: "sophnet-annotation-question" }, SIGNS[rating] ?? tr("Taken back")),
          make("div", { className: "sophnet-annotation-answer" }, content),
          make("span", { className: "sophnet-faint" }, [when, by].filter(Boolean).join(" · ")),
        ),
      );
      if (page === 1) rows.replaceChildren(...found);
      else rows.append(...found);
      none.hidden = rows.childElementCount > 0;
      more.hidden = !event.more;
      panel.announce(tr("{count} opinions", { count: rows.childElementCount }));
    },
  };
}
