import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * Thumbs for an answer, with a comment; a second click takes the thumb back.
 *
 * @param {import("../panel/panel.js").Panel} panel
 */
export function drawRating(panel) {
  let now = "";
  /** @param {string} which */
  const rate = (which) => send(which === now ? "none" : which);
  const like = button(tr("👍 Like"), () => rate("like"), { "aria-pressed": "false" });
  const dislike = button(tr("👎 Dislike"), () => rate("dislike"), { "aria-pressed": "false" });
  const comment = make("input", { placeholder: tr("Why? (optional)"), "aria-label": tr("Comment on the answer") });
  const more = make("form", { className: "sophnet-comment", hidden: true }, comment, make("button", {}, tr("Send")));
  const said = make("span", { className: "sophnet-faint", role: "status" });
  const element = make("div", { className: "sophnet-rating" }, like, dislike, more, said);

  /** @param {string} rating */
  function send(rating) {
    panel.fail("");
    panel.send("rate", { rating, content: rating === "none" ? "" : comment.value });
  }

  more.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    send(now);
  });
  return {
    element,
    /** @param {{rating?: string | null, content?: string}} given */
    show({ rating, content }) {
      now = rating ?? "";
      like.setAttribute("aria-pressed", String(now === "like"));
      dislike.setAttribute("aria-pressed", String(now === "dislike"));
      more.hidden = !now;
      comment.value = content ?? "";
      said.textContent = now ? (content ? tr("Noted with your words.") : tr("Noted.")) : "";
    },
  };
}
