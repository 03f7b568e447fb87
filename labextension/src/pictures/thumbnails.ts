import { StateField } from "@codemirror/state";
import type { EditorState, Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import type { DecorationSet } from "@codemirror/view";
import { looksAgain } from "../cells/look_again.js";
import { button, make } from "../../../sophnet_jupyter/widgets/page/dom.js";
import { imagesOn, picturesOf } from "./image_option.js";

/** What stands below a line: a picture that the page holds, or a button that loads it. */
export interface Shelf {
  /** Its address, if it is there without loading anything. */
  known(name: string): string | undefined;
  load(name: string): Promise<string>;
  /** The words of the button, and of a picture that is not there. */
  words: { show: (name: string) => string; missing: (name: string) => string };
}

class Pictures extends WidgetType {
  constructor(
    private readonly names: string[],
    private readonly shelf: Shelf,
  ) {
    super();
  }

  override eq(other: Pictures): boolean {
    return other.names.join("\n") === this.names.join("\n");
  }

  toDOM(view: EditorView): HTMLElement {
    const chips = this.names.map((name) => this.chip(name, view));
    return make("div", { className: "jp-sophnet-pictures" }, ...chips);
  }

  // What is clicked in there is not a place in the text.
  override ignoreEvent(): boolean {
    return true;
  }

  private chip(name: string, view: EditorView): HTMLElement {
    const { known, load, words } = this.shelf;
    const chip = make("span", { className: "jp-sophnet-picture", title: name });
    const show = (address: string) => {
      const gone = () => chip.replaceChildren(words.missing(name));
      const measure = () => view.requestMeasure();
      chip.replaceChildren(make("img", { src: address, alt: name, onerror: gone, onload: measure }));
    };
    const address = known(name);
    if (address) {
      show(address);
      return chip;
    }
    // Nothing is loaded because a notebook names it: somebody else may have written that.
    const ask = button(words.show(name), () => {
      ask.disabled = true;
      load(name).then(show, () => chip.replaceChildren(words.missing(name)));
    });
    chip.append(ask);
    return chip;
  }
}

/** The pictures that a prompt names, below its first line. They are drawn, and in no document. */
export function thumbnails(shelf: Shelf, isOn: () => boolean): Extension {
  return StateField.define<DecorationSet>({
    create: (state) => (isOn() ? drawn(state, shelf) : Decoration.none),
    update(shown, change) {
      if (!change.docChanged && !change.reconfigured && !looksAgain(change)) return shown;
      return isOn() ? drawn(change.state, shelf) : Decoration.none;
    },
    provide: (field) => EditorView.decorations.from(field),
  });
}

/** The line of a prompt's magic, if that takes pictures. */
export function pictureLine({ doc }: EditorState): { from: number; to: number; text: string } | null {
  for (let number = 1; number <= Math.min(doc.lines, 20); number++) {
    const line = doc.line(number);
    if (line.text.trim()) return picturesOf(line.text) ? line : null;
  }
  return null;
}

function drawn(state: EditorState, shelf: Shelf): DecorationSet {
  const line = pictureLine(state);
  const names = line ? imagesOn(line.text).map(({ name }) => name) : [];
  if (!line || !names.length) return Decoration.none;
  const widget = new Pictures([...new Set(names)], shelf);
  return Decoration.set(Decoration.widget({ widget, block: true, side: 1 }).range(line.to));
}
