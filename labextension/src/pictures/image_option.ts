import { cellMagic, wordsOf } from "../cells/magic_line.js";
import magics from "../magics.json" with { type: "json" };

const OPTION = "--image";
const PICTURE = /\.(?:png|jpe?g|webp|gif)$/i;
// A name beside the notebook, or in a folder near it: no address, no pattern, no variable.
const NAME = /^(?![/~])[^:*?{}\\]+$/;

interface Named {
  name: string;
  from: number;
  to: number;
}

/** How many pictures the magic of a cell's first line takes: none, one, or several. */
export function picturesOf(line: string): "" | "one" | "several" {
  const magic = cellMagic(line);
  const known: Record<string, { images: string }> = magics;
  return magic ? (known[magic].images as "" | "one" | "several") : "";
}

/** The files that `--image` names on a magic's line, in their order. */
export function imagesOn(line: string): Named[] {
  if (!picturesOf(line)) return [];
  let waits = false;
  const found: Named[] = [];
  for (const { kind, from, to } of wordsOf(line)) {
    const word = line.slice(from, to);
    if (kind === "value" && waits) {
      const name = word.replace(/^(["'])(.*)\1$/, "$2");
      if (PICTURE.test(name) && NAME.test(name)) found.push({ name, from, to });
    }
    waits = kind === "option" && word === OPTION;
  }
  return found;
}

export interface Edit {
  from: number;
  to: number;
  insert: string;
}

/**
 * The change of a magic's line that names one picture more, or another where there can be but one.
 *
 * It goes behind those that are named, else behind the magic: never into the prose.
 */
export function withImage(line: string, name: string): Edit {
  const last = imagesOn(line).at(-1);
  if (last && picturesOf(line) === "one") return { from: last.from, to: last.to, insert: name };
  const at = last?.to ?? wordsOf(line)[0].to;
  return { from: at, to: at, insert: ` ${OPTION} ${name}` };
}

/** A name for a picture that no option, pattern or field is in; `taken` are those in its folder. */
export function freeName(given: string, ending: string, taken: ReadonlySet<string>): string {
  const stem = given
    .replace(/\.[^.]*$/, "")
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  // What a browser calls a picture of the clipboard.
  const base = !stem || stem === "image" ? "picture" : stem;
  for (let number = 1; ; number++) {
    const name = `${base}${number > 1 ? `-${number}` : ""}.${ending}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}
