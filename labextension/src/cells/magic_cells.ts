import { Language, language } from "@codemirror/language";
import { Compartment, Prec, StateField } from "@codemirror/state";
import type { Extension, Text } from "@codemirror/state";
import { ViewPlugin } from "@codemirror/view";
import type { EditorView } from "@codemirror/view";
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import {
  EditorExtensionRegistry,
  IEditorExtensionRegistry,
  IEditorLanguageRegistry,
} from "@jupyterlab/codemirror";
import { IChoices } from "../settings.js";
import { followChoices, looksAgain } from "./look_again.js";
import { cellMagic } from "./magic_line.js";
import { lineMagics } from "./line_magics.js";
import { loadPromptLanguage } from "./prompt_language.js";

// A magic stands on the first line that has words; nobody leaves so many empty above it.
const LOOKED_AT = 20;

/** Shows cells of our magics as prompts, and lines of them as such. All others stay as they are. */
export const magicCells: JupyterFrontEndPlugin<void> = {
  id: "sophnet-jupyter:magic-cells",
  description: "Shows prompts in cells as what they are.",
  autoStart: true,
  requires: [IEditorExtensionRegistry, IEditorLanguageRegistry],
  optional: [IChoices],
  activate(
    _app,
    extensions: IEditorExtensionRegistry,
    languages: IEditorLanguageRegistry,
    choices: IChoices | null,
  ) {
    let loaded: Promise<Language | null> | undefined;
    const load = () => (loaded ??= loadPromptLanguage(languages));
    // Synchronously: an editor that exists already is given no extension later.
    extensions.addExtension({
      name: "sophnet-magic-cells",
      factory: ({ model }) => {
        const isPython = () => (choices?.prompts ?? true) && /python/.test(model.mimeType);
        return EditorExtensionRegistry.createImmutableExtension([
          promptCells(load, isPython),
          lineMagics(isPython),
          followChoices(choices),
        ]);
      },
    });
  },
};

/** The magic of ours that a cell begins with. */
export function magicOf(text: Text): string | null {
  for (let number = 1; number <= Math.min(text.lines, LOOKED_AT); number++) {
    const line = text.line(number).text;
    if (line.trim()) return cellMagic(line);
  }
  return null;
}

/**
 * An editor in which a cell of ours is a prompt.
 *
 * A computed provider of the language would make CodeMirror want one while the editor is made, of
 * which JupyterLab does not recover; and a transaction that reconfigures others would parse the
 * cell at each move of the cursor. So a view plugin does it, when it turns.
 */
export function promptCells(load: () => Promise<Language | null>, isPython: () => boolean): Extension {
  const place = new Compartment();
  const put = (found: Language | null) =>
    place.reconfigure(found ? Prec.highest(language.of(found)) : []);
  const now = (text: Text) => (isPython() ? magicOf(text) : null);
  const magic = StateField.define<string | null>({
    create: (state) => now(state.doc),
    // A kernel tells its language after the editor was made, and that reconfigures it.
    update: (value, change) =>
      change.docChanged || change.reconfigured || looksAgain(change) ? now(change.newDoc) : value,
  });

  class Turner {
    private shown = false;
    private gone = false;

    constructor(private readonly view: EditorView) {
      this.look();
    }

    update(): void {
      this.look();
    }

    destroy(): void {
      this.gone = true;
    }

    private wanted(): boolean {
      return this.view.state.field(magic) !== null;
    }

    private look(): void {
      const wanted = this.wanted();
      if (wanted === this.shown) return;
      this.shown = wanted;
      // After the update, of which this is a part, and before the browser draws.
      (wanted ? load() : Promise.resolve(null)).then((found) => {
        if (!this.gone && this.wanted() === wanted) this.view.dispatch({ effects: put(found) });
      });
    }
  }

  return [magic, place.of([]), ViewPlugin.fromClass(Turner)];
}
