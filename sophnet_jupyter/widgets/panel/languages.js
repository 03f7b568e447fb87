/**
 * A panel in the language of its kernel. When that changes the view is made anew, once the panel is
 * not at work: what is written and not sent is lost then.
 *
 * @param {(words: Record<string, string>) => {render: import("@anywidget/types").Render}} open
 *   Runs the files of the panel, with these translations.
 * @param {Record<string, Record<string, string>>} languages  Those that there are, beside English.
 * @returns {{render: import("@anywidget/types").Render}}
 */
export function inLanguages(open, languages) {
  /** @type {Record<string, {render: import("@anywidget/types").Render}>} */
  const opened = {};
  return {
    render(about) {
      const { model, el } = about;
      /** @type {any} */
      let close;
      let shown = "";
      let over = false;
      function draw() {
        const asked = String(model.get("language"));
        const language = Object.hasOwn(languages, asked) ? asked : "en";
        if (over || language === shown || (shown && el.querySelector("[data-busy]"))) return;
        close?.();
        shown = language;
        close = (opened[language] ??= open(languages[language] ?? {})).render(about);
      }
      // After the view itself has heard of it.
      const later = () => queueMicrotask(draw);
      draw();
      model.on("change:language", later);
      model.on("change:phase", later);
      return () => {
        model.off("change:language", later);
        model.off("change:phase", later);
        over = true;
        close?.();
      };
    },
  };
}
