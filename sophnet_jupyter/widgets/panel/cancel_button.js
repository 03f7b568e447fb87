import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openPanel } from "./panel.js";

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("In the background"), kind: "cancel", on: {} });
  const words = make("span", { className: "sophnet-faint" });
  const cancel = button(tr("■ Cancel"), () => panel.send("cancel"));
  panel.root.append(make("div", { className: "sophnet-background" }, cancel, words));
  panel.follow("words", () => {
    words.textContent = model.get("words");
  });
  panel.follow("phase", () => {
    cancel.disabled = model.get("phase") === "cancelling";
    cancel.textContent = cancel.disabled ? tr("Cancelling …") : tr("■ Cancel");
  });
  panel.hear("lost", () => {
    cancel.disabled = true;
  });
  return () => panel.close();
}

export default { render };
