import { make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openBeginning } from "./beginning.js";
import { openGallery } from "./gallery.js";
import { openPanel } from "../panel/panel.js";
import { openServiceTasks } from "./service_tasks.js";
import { field, openForm } from "./form.js";

const CHOICES = ["size", "resolution", "ratio", "duration"];

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const gallery = openGallery((kind, facts) => act(kind, facts), {
    reuse: (settings) => form.fill(settings, true),
    announce: (text) => panel.announce(text),
    empty: tr("No video yet: describe one above, and press Generate. It takes some minutes."),
  });
  /** @param {string} kind @param {object} [facts] */
  const act = (kind, facts) => {
    // A picture that is fetched to be shown is nothing that the reader did.
    if (kind !== "data") panel.fail("");
    panel.send(kind, facts);
  };
  const service = openServiceTasks((kind, facts) => act(kind, facts));
  const panel = openPanel(model, el, {
    label: tr("Video studio"),
    kind: "studio",
    on: {
      ...gallery.on,
      ...service.on,
      state({ pieces, form: kept, models: known, image }, buffers) {
        models = known;
        gallery.fill(pieces, buffers);
        beginning.show(image, buffers[pieces.length]);
        form.fill(kept);
      },
      image: ({ name }, [thumbnail]) => beginning.show(name, thumbnail),
      piece(event, buffers) {
        if (event.piece.phase === "working") panel.fail("");
        gallery.on.piece(event, buffers);
      },
    },
  });
  /** @type {any[]} */
  let models = [];
  let hasImage = false;
  const prompt = make("textarea", { name: "prompt", rows: 3, placeholder: tr("Describe the video") });
  const chosen = make("select", { name: "model" });
  const negative = make("input", { name: "negative", placeholder: tr("what is not to be seen") });
  const seed = make("input", { name: "seed", inputMode: "numeric", placeholder: tr("Random"), size: 11 });
  const watermark = make("input", { name: "watermark", type: "checkbox" });
  /** @type {Record<string, any>} */
  const choices = Object.fromEntries(CHOICES.map((name) => [name, make("select", { name })]));
  /** @type {Record<string, any>} */
  const rows = {
    negative: field(tr("Negative prompt"), negative, "wide"),
    size: field(tr("Size"), choices.size),
    resolution: field(tr("Resolution"), choices.resolution),
    ratio: field(tr("Ratio"), choices.ratio),
    duration: field(tr("Seconds"), choices.duration),
    watermark: field(tr("Watermark"), watermark, "check"),
  };
  const beginning = openBeginning(panel, (has) => {
    hasImage = has;
    listModels();
  });
  const form = openForm(panel, {
    title: tr("Video studio"),
    main: tr("Generate"),
    model,
    fields: [prompt, chosen, negative, ...Object.values(choices), seed, watermark],
    rows: [
      field(tr("Prompt"), prompt, "wide"),
      beginning.element,
      field(tr("Model"), chosen),
      ...CHOICES.map((name) => rows[name]),
      field(tr("Seed"), seed),
      rows.watermark,
      rows.negative,
    ],
    below: [gallery.element, service.element],
    // The model decides what else can be chosen.
    onFilled: () => offer(),
  });

  /** Only models that go with what the video begins with. */
  function listModels() {
    const before = chosen.value;
    const fits = models.filter(({ image }) => image === null || image === hasImage);
    chosen.replaceChildren(...fits.map(({ name }) => make("option", { value: name }, name)));
    if (fits.some(({ name }) => name === before)) chosen.value = before;
    offer();
  }

  /** Only the parameters that the model takes. */
  function offer() {
    const takes = models.find(({ name }) => name === chosen.value) ?? {};
    for (const name of CHOICES) {
      const select = choices[name];
      const values = takes[name] ?? [];
      rows[name].hidden = !values.length;
      const before = select.value;
      select.replaceChildren(
        make("option", { value: "" }, tr("Default")),
        ...values.map((/** @type {string} */ value) => make("option", { value }, value)),
      );
      if (values.includes(before)) select.value = before;
    }
    rows.negative.hidden = !takes.negative;
    rows.watermark.hidden = !takes.watermark;
  }

  chosen.addEventListener("change", offer);
  return () => {
    beginning.close();
    gallery.close();
    panel.close();
  };
}

export default { render };
