// Where a sentence goes, as what, and what undo makes of it: on what tsc made.
import assert from "node:assert/strict";
import test from "node:test";
import { EditorState } from "../../labextension/node_modules/@codemirror/state/dist/index.js";
import { OneUndo } from "../../labextension/lib/dictation/one_undo.js";
import { partialText, placeOf, showPartial } from "../../labextension/lib/dictation/partial_text.js";
import { isPrompt, joined, oneLine, placeFor } from "../../labextension/lib/dictation/sentence.js";

/** Yjs, as far as it counts: a change joins the last step unless capturing was stopped. */
class Steps {
  captureTimeout = 500;
  steps = [];
  stopped = true;

  stopCapturing() {
    this.stopped = true;
  }

  change(text) {
    if (this.stopped) this.steps.push("");
    this.steps[this.steps.length - 1] += text;
    this.stopped = false;
  }
}

const said = (type, source, at, words) => {
  const place = placeFor(type, source, at);
  const text = place.before + joined(place.behind, words);
  return source.slice(0, place.at) + text + source.slice(place.at);
};

test("what is heard is one line without control characters and turned writing", () => {
  assert.equal(oneLine(" a\nb\r\n\u2028c\u0000\u202ed\u2066 "), "a b c d");
  assert.equal(oneLine("你好，世界"), "你好，世界");
});

test("in a prompt a sentence stands below the magic's line", () => {
  assert.equal(said("code", "%%sophchat -o a", 3, "--raw x"), "%%sophchat -o a\n--raw x");
  assert.equal(said("code", "%%sophchat\nSay", 2, "more"), "%%sophchat\nSay more");
  assert.equal(said("code", "\n%%sophchat\nSay it", 14, "me"), "\n%%sophchat\nSa mey it");
  assert.equal(said("code", "%%sophchat\n", 11, "Hi."), "%%sophchat\nHi.");
});

test("in code a sentence is a comment, wherever the cursor stands", () => {
  assert.equal(said("code", "", 0, "import os"), "# import os");
  assert.equal(said("code", "x = 1", 5, "one"), "x = 1\n# one");
  assert.equal(said("code", "x = 1\n", 6, "one"), "x = 1\n# one");
  assert.equal(said("code", "x = 1\n# one", 11, "two"), "x = 1\n# one two");
  assert.equal(said("code", "%%R\nx", 5, "one"), "%%R\nx\n# one");
  assert.equal(said("markdown", "So", 2, "it is."), "So it is.");
});

test("blanks stand between words, and none in Chinese", () => {
  assert.equal(joined("a", "b"), " b");
  assert.equal(joined("a ", "b"), "b");
  assert.equal(joined("(", "b"), "b");
  assert.equal(joined("你好。", "世界"), "世界");
  assert.equal(isPrompt("\n  %%sophchat x"), true);
  assert.equal(isPrompt("x\n%%sophchat x"), false);
});

test("all that is dictated is one step, and what is typed meanwhile is its own", () => {
  const steps = new Steps();
  steps.change("before");
  const undo = new OneUndo(steps);
  undo.change(() => steps.change("A."));
  undo.change(() => steps.change("B."));
  undo.typing();
  steps.change("t");
  undo.typing();
  steps.change("u");
  undo.change(() => steps.change("C."));
  undo.end();
  steps.change("after");
  assert.deepEqual(steps.steps, ["before", "A.B.", "tu", "C.", "after"]);
  assert.equal(steps.captureTimeout, 500);
  new OneUndo(null).change(() => {});
});

test("the place of a dictation moves with the text, and is gone with it", () => {
  const view = {
    state: EditorState.create({ doc: "%%sophchat\nsaid", extensions: [partialText] }),
    dispatch(change) {
      this.state = this.state.update(change).state;
    },
  };
  showPartial(view, { at: 15, text: "and" });
  view.dispatch({ changes: { from: 11, insert: "It is " } });
  assert.equal(placeOf(view), 21);
  view.dispatch({ changes: { from: 11, to: 21, insert: "" } });
  assert.equal(placeOf(view), 11);
  view.dispatch({ changes: { from: 0, to: 11, insert: " said:" } });
  assert.equal(placeOf(view), null);
});
