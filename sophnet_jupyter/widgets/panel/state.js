import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * What stands where a panel has nothing to show: that there is nothing yet and how to begin, that
 * it comes, or that it could not be had and why. They look different, and never stand together.
 *
 * @param {string} empty @param {{loading?: string, again?: () => void}} [more]
 *   `again` tries what has failed once more.
 */
export function openState(empty, { loading = tr("Loading…"), again } = {}) {
  const said = make("span", {});
  const retry = button(tr("Try again"), () => again?.(), { hidden: true });
  const element = make("div", { className: "sophnet-hint sophnet-state", role: "status" }, said, retry);
  let hint = empty;
  let now = "";

  /** @param {"empty" | "loading" | "failed" | ""} state @param {string} [text] */
  function show(state, text = "") {
    now = state;
    element.hidden = !state;
    element.dataset.state = state;
    said.textContent = state === "empty" ? hint : text || loading;
    retry.hidden = state !== "failed" || !again;
  }

  show("empty");
  return {
    element,
    show,
    /** @param {string} text  What an empty one says from now on. */
    invite(text) {
      hint = text;
      if (now === "empty") show("empty");
    },
  };
}
