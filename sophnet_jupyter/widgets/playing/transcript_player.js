import { tr } from "../page/words.js";
import { openPanel } from "../panel/panel.js";
import { openTranscript } from "./transcript.js";

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const title = model.get("title");
  const panel = openPanel(model, el, {
    label: tr("Transcript of {title}", { title }),
    kind: "transcript",
    on: { state: (event, [sound]) => transcript.show(event, sound) },
  });
  const transcript = openTranscript(title);
  panel.root.append(transcript.element);
  return () => {
    transcript.close();
    panel.close();
  };
}

export default { render };
