import { syntaxTree } from "@codemirror/language";
import { Prec } from "@codemirror/state";
import type { EditorState, Extension, Range } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";
import type { DecorationSet, EditorView, ViewUpdate } from "@codemirror/view";
import { looksAgain } from "./look_again.js";
import { fieldsOf, lineMagic, wordsOf } from "./magic_line.js";

const mark = (name: string) => Decoration.mark({ class: `jp-sophnet-${name}` });
const MARKS = {
  magic: mark("magic"),
  option: mark("option"),
  value: mark("value"),
  prose: mark("prose"),
  field: mark("field"),
};

/**
 * Colors on the lines of our magics in cells of Python, which would color their prose as code.
 *
 * Decorations and no language: what stands on the other lines is Python.
 */
export function lineMagics(isPython: () => boolean): Extension {
  class Lines {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = isPython() ? marked(view) : Decoration.none;
    }

    update({ view, docChanged, viewportChanged, transactions, startState, state }: ViewUpdate): void {
      const parsed = syntaxTree(startState) !== syntaxTree(state);
      const isOther = transactions.some((each) => each.reconfigured || looksAgain(each));
      if (!docChanged && !viewportChanged && !parsed && !isOther) return;
      this.decorations = isPython() ? marked(view) : Decoration.none;
    }
  }
  // Highest, so that ours lie within Python's own spans and their colors count.
  return Prec.highest(
    ViewPlugin.fromClass(Lines, { decorations: (plugin) => plugin.decorations }),
  );
}

function marked({ state, visibleRanges }: EditorView): DecorationSet {
  const found: Range<Decoration>[] = [];
  // A prompt has no lines of Python, whatever it quotes.
  if (syntaxTree(state).topNode.type.name === "Document") return Decoration.none;
  for (const { from, to } of visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = state.doc.lineAt(at);
      at = line.to + 1;
      // Most lines have none, and each is looked at with each key.
      if (!line.text.includes("%")) continue;
      if (!lineMagic(line.text) || isWithinText(state, line.from)) continue;
      for (const word of wordsOf(line.text)) {
        found.push(MARKS[word.kind].range(line.from + word.from, line.from + word.to));
        if (word.kind === "magic") continue;
        for (const field of fieldsOf(line.text.slice(word.from, word.to))) {
          const begin = line.from + word.from;
          found.push(MARKS.field.range(begin + field.from, begin + field.to));
        }
      }
    }
  }
  return Decoration.set(found, true);
}

/** Whether a line stands in a string of several lines. */
function isWithinText(state: EditorState, at: number): boolean {
  const node = syntaxTree(state).resolveInner(at, -1);
  return /String/.test(node.name) && node.to > at;
}
