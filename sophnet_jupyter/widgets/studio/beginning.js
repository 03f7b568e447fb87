import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openDropZone } from "../uploads/drop_zone.js";

/**
 * The image that a form begins with: its name, a small picture of it, and where to drop another.
 *
 * @param {import("../panel/panel.js").Panel} panel
 * @param {(has: boolean) => void} onChange
 */
export function openBeginning(panel, onChange) {
  const picture = make("img", { alt: "", hidden: true });
  const name = make("span", { className: "sophnet-faint" });
  const without = button(tr("Without it"), () => panel.send("drop-image"), { hidden: true });
  const zone = openDropZone(panel, { label: tr("Begin with an image…"), hint: tr("or drop one here") });
  const element = make("div", { className: "sophnet-beginning" }, picture, name, without, zone.element);
  let url = "";

  return {
    element,
    /** @param {string} called @param {DataView<ArrayBuffer> | undefined} thumbnail */
    show(called, thumbnail) {
      URL.revokeObjectURL(url);
      url = thumbnail?.byteLength ? URL.createObjectURL(new Blob([thumbnail], { type: "image/webp" })) : "";
      picture.hidden = !url;
      picture.src = url;
      picture.alt = called;
      name.textContent = called;
      without.hidden = !called;
      onChange(Boolean(called));
    },
    close() {
      URL.revokeObjectURL(url);
      zone.close();
    },
  };
}
