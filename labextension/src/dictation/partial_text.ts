import { StateEffect, StateField } from "@codemirror/state";
import type { ChangeDesc, Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";

interface Partial {
  at: number;
  text: string;
}

const changed = StateEffect.define<Partial | null>();

class Words extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq(other: Words): boolean {
    return other.text === this.text;
  }

  toDOM(): HTMLElement {
    const words = document.createElement("span");
    words.className = "jp-sophnet-partial";
    words.textContent = this.text;
    return words;
  }
}

const field = StateField.define<Partial | null>({
  create: () => null,
  update(partial, { changes, effects }) {
    const stays = partial && !isReplaced(changes);
    const moved = stays ? { ...partial, at: changes.mapPos(partial.at, 1) } : null;
    return effects.reduce((last, effect) => (effect.is(changed) ? effect.value : last), moved);
  },
  provide: (self) =>
    EditorView.decorations.from(self, (partial) =>
      partial?.text
        ? Decoration.set(
            Decoration.widget({ widget: new Words(partial.text), side: 1 }).range(partial.at),
          )
        : Decoration.none,
    ),
});

/** Whether another text has come in place of all there was, as when a cell is split or formatted. */
function isReplaced(changes: ChangeDesc): boolean {
  let found = false;
  changes.iterChangedRanges((from, to, fromNew, toNew) => {
    found ||= from === 0 && to === changes.length && to > 0 && toNew > fromNew;
  });
  return found;
}

/**
 * The words that are being spoken, at a place in an editor that moves with its text.
 *
 * They are drawn and not in the document: nothing to undo, nothing that is saved or shared.
 */
export const partialText: Extension = field;

/** Where the words stand now; null where nobody dictates, or their place is gone. */
export const placeOf = (view: EditorView): number | null =>
  view.state.field(field, false)?.at ?? null;

/** Draw them, or with null take the place away. */
export function showPartial(view: EditorView, partial: Partial | null): void {
  view.dispatch({ effects: changed.of(partial) });
}
