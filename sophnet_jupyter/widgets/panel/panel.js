import { button, make } from "../page/dom.js";
import { stillForm } from "../page/lab.js";
import { tr } from "../page/words.js";
import { openLine } from "./line.js";

// What is paid is asked for by a hand only, not by a script that clicks; `gate.py` has the same list.
const SPENDING = new Set(
  "again animate ask continue go make name retry run sample say speak summarize".split(" "),
);

/**
 * @typedef {object} Panel
 * @property {HTMLElement} root
 * @property {string} view  Its name, by which the kernel can speak to this view alone.
 * @property {(kind: string, facts?: object, buffers?: ArrayBuffer[]) => boolean} send
 *   False, with the reason shown, for what is paid and nobody has pressed.
 * @property {(text: string) => void} fail  Draw an error; an empty text takes it away.
 * @property {(text: string) => void} announce  Say it to a screen reader, at its next pause.
 * @property {(trait: string, hear: () => void) => void} follow  Hear of a trait, now and later.
 * @property {(kind: string, listener: (event: any, buffers: DataView<ArrayBuffer>[]) => void) => () => void} hear
 *   Hear a kind of event beside `on`; returns how to end that. `lost` says why no more will come.
 * @property {() => void} close
 */

/**
 * Begin a panel: its frame, its line to the kernel, and the events that all panels have.
 *
 * `on` holds one function for each kind of event; `state` is asked for here, and comes first.
 *
 * @param {import("../page/lab.js").Model} model
 * @param {HTMLElement} el
 * @param {{label: string, kind: string, on: Record<string, (event: any, buffers: DataView<ArrayBuffer>[]) => void>}} about
 * @returns {Panel}
 */
export function openPanel(model, el, { label, kind, on }) {
  const view = crypto.getRandomValues(new Uint32Array(2)).join("-");
  const alert = make("div", { className: "sophnet-alert", role: "alert", hidden: true });
  const live = make("div", { className: "sophnet-heard-only", role: "status" });
  // A saved notebook may say anything here, and it goes into a style sheet.
  const key = String(model.get("key")).replace(/\W/g, "");
  const root = make("section", { "aria-label": label });
  root.className = `sophnet-panel sophnet-${kind} sophnet-live-${key}`;
  const told = make("div", { className: "sophnet-faint sophnet-deed", hidden: true });
  const asked = make("div", { className: "sophnet-asked", role: "alertdialog", hidden: true });
  root.append(hideStillForm(key), live, alert, told, asked);
  keepKeys(root);
  const hand = watchHand(root);
  if (!isExport(model)) el.append(root);

  /** @param {string} text @param {string} word */
  function askBack(text, word) {
    asked.replaceChildren(
      make("span", {}, text),
      button(tr("Go on"), (/** @type {MouseEvent} */ event) => {
        // Clicked by a hand or a key, not by a script of the page.
        if (!event.isTrusted) return;
        asked.hidden = true;
        panel.send("confirmed", { word });
      }),
      button(tr("Leave it"), () => (asked.hidden = true)),
    );
    asked.setAttribute("aria-label", text);
    asked.hidden = false;
    // A key that is held must not say yes.
    /** @type {HTMLElement} */ (asked.lastElementChild).focus();
  }

  const panel = {
    root,
    view,
    /** @param {string} kind @param {object} [facts] @param {ArrayBuffer[]} [buffers] */
    send(kind, facts = {}, buffers = []) {
      if (SPENDING.has(kind) && !hand.isThere()) {
        panel.fail(tr("This was not done: nobody has pressed anything."));
        return false;
      }
      line.send({ kind, view, ...facts }, buffers);
      return true;
    },
    /** @param {string} text */
    fail(text) {
      alert.textContent = text;
      alert.hidden = !text;
    },
    /** @param {string} text */
    announce(text) {
      live.textContent = text;
    },
    /** @param {string} trait @param {() => void} hear */
    follow(trait, hear) {
      model.on(`change:${trait}`, hear);
      endings.push(() => model.off(`change:${trait}`, hear));
      hear();
    },
    /** @param {string} kind @param {(event: any, buffers: DataView<ArrayBuffer>[]) => void} listener */
    hear(kind, listener) {
      const entry = { kind, listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    close() {
      for (const end of endings.splice(0).reverse()) end();
      root.remove();
    },
  };
  /** @type {Array<() => void>} */
  const endings = [];
  /** @type {Set<{kind: string, listener: (event: any, buffers: DataView<ArrayBuffer>[]) => void}>} */
  const listeners = new Set();
  /** @param {any} event @param {DataView<ArrayBuffer>[]} [buffers] */
  const spread = (event, buffers = []) => {
    for (const { kind, listener } of [...listeners]) if (kind === event.kind) listener(event, buffers);
  };
  const line = openLine(model, (why) => {
    panel.fail(why);
    root.classList.add("sophnet-lost");
    spread({ kind: "lost", text: why });
  });
  endings.push(() => line.close());

  /** @param {any} event @param {DataView<ArrayBuffer>[]} buffers */
  const hear = (event, buffers) => {
    if (event.to && event.to !== view) return;
    if (event.kind === "error") {
      panel.fail(event.text);
      spread(event);
    }
    else if (event.kind === "confirm") askBack(event.text, event.word);
    else if (event.kind === "told") {
      // What was done and cannot be undone, by its name: also where no hand has asked for it.
      told.textContent = event.text;
      told.hidden = !event.text;
      panel.announce(event.text);
    }
    else if (event.kind === "twin") renewStillForm(event);
    else if (event.kind === "who") line.send({ kind: "here" });
    else {
      on[event.kind]?.(event, buffers);
      spread(event, buffers);
    }
  };
  /** @param {any} event */
  const renewStillForm = ({ revision, bundle }) => {
    const still = stillForm(model);
    if (bundle) still?.put(bundle);
    else if (still && still.revision < revision) panel.send("twin");
  };
  model.on("msg:custom", hear);
  endings.push(() => model.off("msg:custom", hear));
  panel.send("hello");
  return panel;
}

// Milliseconds for which a press counts, as long as a browser itself takes a page for one that was
// just pressed: a busy page may be late.
const PRESS = 5000;

/**
 * Whether a hand has just pressed a button or a key in a panel. The clicks of a script are known by
 * `event.isTrusted`; the submission of a form that a script asks for is not, so that none counts.
 *
 * @param {HTMLElement} root
 */
function watchHand(root) {
  let at = -Infinity;
  for (const kind of ["click", "keydown"]) {
    const note = (/** @type {Event} */ event) => (at = event.isTrusted ? performance.now() : -Infinity);
    root.addEventListener(kind, note, true);
  }
  return { isThere: () => performance.now() - at < PRESS };
}

/**
 * Whether this is a page that was made from a notebook, as by nbconvert or Sphinx. It has the states
 * of widgets and draws them if there is a network, but no kernel that answers: there the still form
 * is what can be read.
 *
 * @param {import("../page/lab.js").Model} model
 */
function isExport(model) {
  const states = 'script[type="application/vnd.jupyter.widget-state+json"]';
  return !model.widget_manager?.kernel && document.querySelector(states) !== null;
}

/**
 * A rule by which the still form below a live view is not seen. The same notebook may be open twice,
 * and in its other copy the still form may be all there is.
 *
 * @param {string} key
 */
function hideStillForm(key) {
  const output = ".jp-OutputArea-child";
  return make(
    "style",
    {},
    `${output}:has(.sophnet-live-${key}) + ${output}:has(.sophnet-twin-${key}) { display: none; }`,
  );
}

/**
 * Let keys that are pressed in a panel mean what they mean in a form: JupyterLab would take Enter
 * and "d d" for the cell. Saving goes on to JupyterLab. A drag with Shift held is the panel's too:
 * JupyterLab would select the cells between this and the active one.
 *
 * @param {HTMLElement} root
 */
function keepKeys(root) {
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("mousedown", (event) => {
    if (event.shiftKey) event.stopPropagation();
  });
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
    event.preventDefault();
    root.parentElement?.dispatchEvent(new KeyboardEvent("keydown", event));
  });
}
