// What the words on a magic's line are: on what tsc made.
import assert from "node:assert/strict";
import test from "node:test";
import {
  cellMagic,
  fieldAtStart,
  fieldsOf,
  lineMagic,
  wordsOf,
} from "../../labextension/lib/cells/magic_line.js";

const said = (line) => wordsOf(line).map(({ kind, from, to }) => [kind, line.slice(from, to)]);
const fields = (text) => fieldsOf(text).map(({ from, to }) => text.slice(from, to));

test("a cell is ours by the whole name of a cell magic at its beginning", () => {
  assert.equal(cellMagic("%%sophchat -m x"), "sophchat");
  assert.equal(cellMagic("  %%dify"), "dify");
  for (const line of ["%%sophchatter", "%sophchat", "x %%sophchat", "%%R", "%%transcribe a", ""])
    assert.equal(cellMagic(line), null, line);
});

test("a line is ours by a line magic, also behind a name", () => {
  assert.equal(lineMagic("%transcribe talk.mp3"), "transcribe");
  assert.equal(lineMagic("a, b['x'] = %sophchat hi"), "sophchat");
  assert.equal(lineMagic("    %sophnet doctor"), "sophnet");
  for (const line of ["%%sophchat x", "%time x", "print('%sophchat x')", "x % sophchat", "a == %sophchat"])
    assert.equal(lineMagic(line), null, line);
});

test("options, their values and prose are told apart", () => {
  assert.deepEqual(said("%%sophchat -m Deep --think --seed=7 Don't {x}"), [
    ["magic", "%%sophchat"],
    ["option", "-m"],
    ["value", "Deep"],
    ["option", "--think"],
    ["option", "--seed"],
    ["value", "7"],
    ["prose", "Don't"],
    ["prose", "{x}"],
  ]);
  assert.deepEqual(said('a = %speak "two words" --rate -0.5'), [
    ["magic", "%speak"],
    ["prose", '"two words"'],
    ["option", "--rate"],
    ["value", "-0.5"],
  ]);
});

test("fields are those that the kernel would fill", () => {
  assert.deepEqual(fields("{df} {a.b[0].c} {Out[3]} {名}"), ["{df}", "{a.b[0].c}", "{Out[3]}", "{名}"]);
  assert.deepEqual(fields('{{no}} { no } {"a": 1} {f()} {a b} {1} {}'), []);
  assert.equal(fieldAtStart(" {df}"), null);
  assert.deepEqual(fieldAtStart("{df.head} {x}").names, [
    { from: 1, to: 3 },
    { from: 4, to: 8 },
  ]);
});

test("a long line without words is read in no time that anybody notices", () => {
  for (const piece of ["{", "{a.", "'", '"', "-", "{a[", "%"]) wordsOf(`%sophchat ${piece.repeat(20_000)}`);
  for (const piece of ["{", "{a.", "{a["]) fieldsOf(piece.repeat(20_000));
  lineMagic(`${"a ".repeat(20_000)}= %`);
});
