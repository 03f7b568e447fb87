import { make } from "../page/dom.js";
import { tr } from "../page/words.js";

// A saved notebook may say anything here, and it goes into a style.
const LENGTH = /^\d{1,4}(\.\d{1,3})?(px|em|rem|vh|%)$/;
const LEAST = 120;
const MOST = 4000;
const STEP = 24;

/**
 * The lower edge of a panel, by which its height is dragged; by keys too. Two clicks, or Home, give
 * it its own height back.
 *
 * @param {import("./panel.js").Panel} panel @param {import("../page/lab.js").Model} model
 */
export function openGrip(panel, model) {
  const { root } = panel;
  const grip = make("div", {
    className: "sophnet-grip",
    role: "separator",
    tabIndex: 0,
    title: tr("Drag to change the height; two clicks give its own back"),
    "aria-orientation": "horizontal",
    "aria-label": tr("Height of the panel"),
    "aria-valuemin": LEAST,
    "aria-valuemax": MOST,
  });
  root.append(grip);

  /** @param {string} height  As CSS; empty for its own. */
  function apply(height) {
    root.style.height = LENGTH.test(height) ? height : "";
    root.classList.toggle("sophnet-sized", Boolean(root.style.height));
  }

  /** @param {number} pixels */
  function size(pixels) {
    const height = Math.round(Math.min(MOST, Math.max(LEAST, pixels)));
    apply(`${height}px`);
    grip.setAttribute("aria-valuenow", String(height));
  }

  /** Other views follow, and a page that is loaded anew. */
  function keep() {
    model.set("height", root.style.height);
    model.save_changes();
  }

  function reset() {
    apply("");
    keep();
  }

  grip.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    grip.focus();
    grip.setPointerCapture(event.pointerId);
    const above = event.clientY - root.offsetHeight;
    const move = (/** @type {PointerEvent} */ now) => size(now.clientY - above);
    const end = () => {
      grip.removeEventListener("pointermove", move);
      if (root.style.height) keep();
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", end, { once: true });
  });
  grip.addEventListener("dblclick", reset);
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowDown: STEP, ArrowUp: -STEP }[event.key];
    if (!step && event.key !== "Home") return;
    event.preventDefault();
    if (!step) return reset();
    size(root.offsetHeight + step);
    keep();
  });
  grip.addEventListener("focus", () => grip.setAttribute("aria-valuenow", String(root.offsetHeight)));
  grip.setAttribute("aria-valuenow", "0");
  panel.follow("height", () => apply(String(model.get("height"))));
}
