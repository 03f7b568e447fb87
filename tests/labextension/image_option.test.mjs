// The pictures that a prompt's line names: on what tsc made.
import assert from "node:assert/strict";
import test from "node:test";
import { freeName, imagesOn, picturesOf, withImage } from "../../labextension/lib/pictures/image_option.js";

const names = (line) => imagesOn(line).map(({ name }) => name);
const edited = (line, name) => {
  const { from, to, insert } = withImage(line, name);
  return line.slice(0, from) + insert + line.slice(to);
};

test("a magic takes none, one or several pictures", () => {
  assert.equal(picturesOf("%%sophchat -t 1"), "several");
  assert.equal(picturesOf("%%animate"), "one");
  for (const line of ["%%speak", "%sophchat hi", "%%R", "--image a.png", ""]) assert.equal(picturesOf(line), "");
});

test("only files near the notebook are pictures of a line", () => {
  assert.deepEqual(names('%%sophchat --image a.png -t 1 --image "b c.JPG" --image=d.png'), ["a.png", "b c.JPG", "d.png"]);
  for (const word of ["http://x/a.png", "photos/*.png", "img", "{img}.png", "/etc/a.png", "~/a.png", "a.svg", "C:\\a.png"])
    assert.deepEqual(names(`%%sophchat --image ${word}`), [], word);
});

test("one more goes behind those that are named, never into the words", () => {
  assert.equal(edited("%%sophchat", "a.png"), "%%sophchat --image a.png");
  assert.equal(edited("  %%sophchat -t 1 what is it", "a.png"), "  %%sophchat --image a.png -t 1 what is it");
  assert.equal(edited("%%sophchat --image a.png hi", "b.png"), "%%sophchat --image a.png --image b.png hi");
  assert.equal(edited("%%animate --image a.png hi", "b.png"), "%%animate --image b.png hi");
  assert.equal(edited("%%animate --image=a.png hi", "b.png"), "%%animate --image=b.png hi");
});

test("a name is free, one word, and no option", () => {
  const none = new Set();
  assert.equal(freeName("image.png", "png", none), "picture.png");
  assert.equal(freeName("--raw {x}.png", "png", none), "raw-x.png");
  assert.equal(freeName("猫 1.jpeg", "jpg", none), "猫-1.jpg");
  assert.equal(freeName("../etc/passwd.png", "png", none), "etc-passwd.png");
  assert.equal(freeName("Cat.PNG", "png", new Set(["cat.png", "cat-2.png"])), "Cat-3.png");
  assert.match(freeName("a".repeat(300), "png", none), /^a{60}\.png$/);
});
