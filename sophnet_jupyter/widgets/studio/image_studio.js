import { make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openBeginning } from "./beginning.js";
import { openGallery } from "./gallery.js";
import { openPanel } from "../panel/panel.js";
import { openServiceTasks } from "./service_tasks.js";
import { field, openForm } from "./form.js";

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const gallery = openGallery((kind, facts) => act(kind, facts), {
    reuse: (settings) => form.fill(settings, true),
    announce: (text) => panel.announce(text),
    animates: true,
    empty: tr("No image yet: describe one above, and press Generate."),
  });
  /** @param {string} kind @param {object} [facts] */
  const act = (kind, facts) => {
    // A picture that is fetched to be shown is nothing that the reader did.
    if (kind !== "data") panel.fail("");
    panel.send(kind, facts);
  };
  const service = openServiceTasks((kind, facts) => act(kind, facts));
  const panel = openPanel(model, el, {
    label: tr("Image studio"),
    kind: "studio",
    on: {
      ...gallery.on,
      ...service.on,
      state({ pieces, form: kept, sizes, models, most, image }, buffers) {
        list.replaceChildren(...sizes.map((/** @type {string} */ size) => make("option", { value: size })));
        known.replaceChildren(...models.map((/** @type {string} */ name) => make("option", { value: name })));
        count.max = most;
        gallery.fill(pieces, buffers);
        beginning.show(image, buffers[pieces.length]);
        form.fill(kept);
      },
      image: ({ name: called }, [thumbnail]) => beginning.show(called, thumbnail),
      form: ({ form: kept }) => {
        panel.fail("");
        form.fill(kept);
      },
    },
  });
  const name = `sophnet-sizes-${model.get("key")}`;
  const list = make("datalist", { id: name });
  const prompt = make("textarea", { name: "prompt", rows: 3, placeholder: tr("Describe the image") });
  const negative = make("input", { name: "negative", placeholder: tr("what is not to be seen") });
  const size = make("input", { name: "size", placeholder: tr("Default"), size: 11 });
  size.setAttribute("list", name);
  const known = make("datalist", { id: `${name}-models` });
  const chosen = make("input", { name: "model", placeholder: tr("Default"), size: 18 });
  chosen.setAttribute("list", known.id);
  const beginning = openBeginning(panel, () => {});
  const steps = make("input", { name: "steps", type: "number", min: 1, max: 100, placeholder: "30" });
  const seed = make("input", { name: "seed", inputMode: "numeric", placeholder: tr("Random"), size: 11 });
  const locked = make("input", { name: "locked", type: "checkbox" });
  const count = make("input", { name: "count", type: "number", min: 1, value: 1 });
  const form = openForm(panel, {
    title: tr("Image studio"),
    main: tr("Generate"),
    model,
    fields: [prompt, negative, chosen, size, steps, seed, locked, count],
    rows: [
      field(tr("Prompt"), prompt, "wide"),
      beginning.element,
      field(tr("Negative prompt"), negative, "wide"),
      field(tr("Model"), chosen),
      field(tr("Size"), size),
      field(tr("Steps"), steps),
      field(tr("Seed"), seed),
      field(tr("Lock the seed"), locked, "check"),
      field(tr("How many"), count),
    ],
    below: [list, known, gallery.element, service.element],
  });
  seed.addEventListener("input", () => (locked.checked = seed.value !== ""));
  return () => {
    beginning.close();
    gallery.close();
    panel.close();
  };
}

export default { render };
