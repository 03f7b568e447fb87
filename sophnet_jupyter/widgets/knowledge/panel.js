import { button, make, showKernelHtml } from "../page/dom.js";
import { openDropZone } from "../uploads/drop_zone.js";
import { openFiles } from "./files.js";
import { openPairs } from "./pairs.js";
import { typeset } from "../page/lab.js";
import { openFrame } from "../panel/frame.js";
import { openPanel } from "../panel/panel.js";
import { openSearch } from "../page/text_search.js";
import { tr } from "../page/words.js";

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const service = model.get("service");
  const panel = openPanel(model, el, { label: tr("Knowledge of {service}", { service }), kind: "knowledge", on: events() });
  const filter = make("input", {
    type: "search",
    placeholder: tr("Search files and questions"),
    "aria-label": tr("Search files and questions"),
  });
  const refresh = () => {
    panel.fail("");
    panel.send("refresh");
  };
  const zone = openDropZone(panel, { label: tr("Add files…"), multiple: true });
  const files = openFiles(panel, refresh);
  const pairs = openPairs(panel, refresh);
  const id = crypto.getRandomValues(new Uint32Array(1))[0];
  const pages = {
    files: make("div", {}, zone.element, files.element),
    pairs: make("div", {}, pairs.element),
  };
  const tabs = { files: tab("files", tr("Files")), pairs: tab("pairs", tr("Questions")) };
  const tablist = make("div", { className: "sophnet-tabs", role: "tablist", "aria-label": tr("What it knows") });
  tablist.append(tabs.files, tabs.pairs);

  const title = make("span", { className: "sophnet-name" });
  const note = make("span", { className: "sophnet-faint" });
  const body = make("div", { className: "jp-RenderedHTMLCommon sophnet-body", tabIndex: 0, "aria-label": tr("What was read") });
  const search = openSearch(panel, body);
  const closer = button(tr("Close"), () => hide(), { "aria-label": tr("Close what was read") });
  const reader = make(
    "article",
    { className: "sophnet-reader", "aria-label": tr("What was read in a file"), hidden: true },
    make("header", {}, title, note, make("span", { className: "sophnet-gap" }), search.element, closer),
    body,
  );
  let shown = "";
  let trouble = "";
  const frame = openFrame(panel, model, {
    title: tr("Knowledge"),
    phases: { loading: tr("Loading"), failed: tr("Could not be listed"), ready: "" },
    busy: ["loading"],
    marks: [make("code", { title: tr("Chat asks it as the model custom:{service}", { service }) }, service)],
    acts: [filter, button(tr("Refresh"), refresh)],
    body: [tablist, pages.files, pages.pairs, reader],
  });

  function events() {
    return {
      /** @param {any} event */
      state(event) {
        files.sending(event.sending);
        showFiles(event.files);
        showPairs(event.pairs, event.limits);
        showListing(event.error);
      },
      /** @param {any} event */
      listing: ({ error }) => showListing(error),
      /** @param {any} event */
      files: ({ rows }) => showFiles(rows),
      /** @param {any} event */
      pairs: ({ rows }) => showPairs(rows),
      /** @param {any} event */
      sending: ({ rows }) => files.sending(rows),
      /** @param {any} event */
      content: (event) => show(event),
      /** @param {any} event */
      gone: ({ id: name }) => {
        if (name === shown) hide();
      },
      /** @param {any} event */
      written: ({ id: name }) => pairs.written(name),
      /** @param {any} event */
      refused: ({ id: name, text }) => pairs.refused(name, text),
    };
  }

  /** @param {string} error  Why it could not be listed, beside what is known or in its place. */
  function showListing(error) {
    trouble = error;
    const now = model.get("phase");
    panel.root.setAttribute("aria-busy", String(frame.show(now)));
    const known = files.listed(now, trouble);
    panel.fail(pairs.listed(now, trouble) || known ? trouble : "");
  }

  /** @param {any[]} rows */
  function showFiles(rows) {
    tabs.files.textContent = tr("Files ({count})", { count: rows.length });
    files.show(rows);
  }

  /** @param {any[]} rows @param {any} [limits] */
  function showPairs(rows, limits) {
    tabs.pairs.textContent = tr("Questions ({count})", { count: rows.length });
    pairs.show(rows, limits);
  }

  /** @param {any} event */
  function show(event) {
    panel.fail("");
    shown = event.id;
    title.textContent = event.title;
    note.textContent = event.note;
    showKernelHtml(body, event.html || `<i>${tr("Nothing was found in it.")}</i>`);
    typeset(model, body);
    reader.hidden = false;
    search.again();
    body.scrollTop = 0;
    reader.scrollIntoView({ block: "nearest" });
    panel.announce(tr("{title} is shown below.", { title: event.title }));
  }

  function hide() {
    shown = "";
    reader.hidden = true;
    body.replaceChildren();
    search.again();
    tabs.files.focus();
  }

  /** @param {"files" | "pairs"} name @param {string} label */
  function tab(name, label) {
    const made = button(label, () => choose(name), { role: "tab", id: `sophnet-tab-${name}-${id}` });
    made.setAttribute("aria-controls", `sophnet-page-${name}-${id}`);
    const page = pages[name];
    page.className = "sophnet-page";
    page.id = `sophnet-page-${name}-${id}`;
    page.setAttribute("role", "tabpanel");
    page.setAttribute("aria-labelledby", made.id);
    made.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const other = name === "files" ? "pairs" : "files";
      choose(other);
      tabs[other].focus();
    });
    return made;
  }

  /** @param {"files" | "pairs"} name */
  function choose(name) {
    for (const each of /** @type {const} */ (["files", "pairs"])) {
      pages[each].hidden = each !== name;
      tabs[each].setAttribute("aria-selected", String(each === name));
      tabs[each].tabIndex = each === name ? 0 : -1;
    }
  }

  filter.addEventListener("input", () => {
    const words = filter.value.trim().toLowerCase();
    files.filter(words);
    pairs.filter(words);
  });
  choose("files");
  files.show([]);
  pairs.show([]);
  panel.follow("phase", () => showListing(model.get("phase") === "failed" ? trouble : ""));
  return () => {
    zone.close();
    search.close();
    panel.close();
  };
}

export default { render };
