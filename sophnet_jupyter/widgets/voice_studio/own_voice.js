import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openDropZone } from "../uploads/drop_zone.js";

/**
 * Where a voice is made of a recording: the recording, its words, a name, and that its speaker has
 * agreed.
 *
 * @param {import("../panel/panel.js").Panel} panel
 */
export function openOwnVoice(panel) {
  const zone = openDropZone(panel, { label: tr("Choose a recording…"), hint: tr("or drop it here") });
  const recording = make("span", { className: "sophnet-faint" });
  const name = make("input", { "aria-label": tr("Name of the voice"), maxLength: 64 });
  const text = make("input", { placeholder: tr("What is said in it, if you know"), "aria-label": tr("Words of the recording") });
  const agreed = make("input", { type: "checkbox" });
  const create = button(tr("Make the voice"), () =>
    panel.send("make", { name: name.value, text: text.value, agreed: agreed.checked }),
  );
  const element = make(
    "details",
    { className: "sophnet-own" },
    make("summary", {}, tr("A voice of your own…")),
    make("div", { className: "sophnet-row" }, zone.element, recording),
    make("div", { className: "sophnet-row" }, make("label", {}, `${tr("Name")} `, name), text),
    make("div", { className: "sophnet-row" }, make("label", {}, agreed, tr("The speaker has agreed to it")), create),
  );
  let has = false;
  let busy = false;

  function showActions() {
    create.disabled = busy || !has || !name.value.trim() || !agreed.checked;
    zone.disabled = busy;
  }

  name.addEventListener("input", showActions);
  agreed.addEventListener("change", showActions);
  showActions();
  return {
    element,
    /** @param {string} called  The recording that has come. */
    show(called) {
      has = Boolean(called);
      recording.textContent = called;
      showActions();
    },
    /** @param {boolean} now  Whether something else is going on. */
    disable(now) {
      busy = now;
      showActions();
    },
    /** The next voice is another one, of somebody else. */
    made() {
      name.value = text.value = "";
      agreed.checked = false;
      this.show("");
      element.open = false;
    },
    close: zone.close,
  };
}
