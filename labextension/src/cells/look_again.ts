import { StateEffect } from "@codemirror/state";
import type { Extension, Transaction } from "@codemirror/state";
import { ViewPlugin } from "@codemirror/view";
import type { EditorView } from "@codemirror/view";
import type { IChoices } from "../settings.js";

const effect = StateEffect.define<null>();

/** Whether a transaction says that the choices have changed, and with them what is to be shown. */
export function looksAgain({ effects }: Transaction): boolean {
  return effects.some((each) => each.is(effect));
}

/** Tells an editor, as long as it lives, that the choices have changed. */
export function followChoices(choices: IChoices | null): Extension {
  class Follower {
    constructor(private readonly view: EditorView) {
      choices?.changed.connect(this.tell, this);
    }

    destroy(): void {
      choices?.changed.disconnect(this.tell, this);
    }

    private tell(): void {
      this.view.dispatch({ effects: effect.of(null) });
    }
  }

  return ViewPlugin.fromClass(Follower);
}
