import magics from "../magics.json" with { type: "json" };

export type Kind = "magic" | "option" | "value" | "prose";
export interface Word {
  kind: Kind;
  from: number;
  to: number;
}
export interface Field {
  from: number;
  to: number;
  /** The names in it, the variable first. */
  names: Array<{ from: number; to: number }>;
}

const KNOWN: Record<string, { kinds: string[]; flags: string[] }> = magics;
const of = (kind: string) => Object.keys(KNOWN).filter((name) => KNOWN[name].kinds.includes(kind));
// Python's, which may be Chinese.
const NAME = "[\\p{L}\\p{Nl}_][\\p{L}\\p{M}\\p{N}_]*";
const CELL = new RegExp(`^\\s*%%(${of("cell").join("|")})(?=\\s|$)`);
const LINE = new RegExp(
  `^\\s*(?:${NAME}[\\p{L}\\p{M}\\p{N}_\\s,.\\[\\]'"]*=\\s*)?%(${of("line").join("|")})(?=\\s|$)`,
  "u",
);
// A quote that is still open holds no more than its own word: prose has apostrophes.
const WORD = /(?:"[^"]*"|(?<![\p{L}\p{N}])'[^']*'|\S)+/gu;
// Some keyboards make one dash of two.
const OPTION = /^[-–—−]{1,2}[A-Za-z]/;
const KEY = "\\[[^\\[\\]{}\\n]+\\]";
const FIELD = new RegExp(`(?<!\\{)\\{(${NAME})((?:\\.${NAME}|${KEY})*)\\}(?!\\})`, "gu");
const STEP = new RegExp(`\\.${NAME}|${KEY}`, "gu");

/** The cell magic of ours that a line begins with. */
export const cellMagic = (line: string): string | null => CELL.exec(line)?.[1] ?? null;

/** The line magic of ours that stands on a line, also behind `name =`. */
export const lineMagic = (line: string): string | null => LINE.exec(line)?.[1] ?? null;

/** What the words on the line of a magic are: its name, options, their values, and prose. */
export function wordsOf(line: string): Word[] {
  const sign = line.search(/%%?\w/);
  if (sign < 0) return [];
  const words: Word[] = [];
  let flags: string[] = [];
  let waiting = false;
  for (const { 0: word, index } of line.slice(sign).matchAll(WORD)) {
    const from = sign + index;
    const to = from + word.length;
    const name = word.split("=", 1)[0];
    let kind: Kind = "prose";
    if (!words.length) {
      kind = "magic";
      flags = KNOWN[word.replace(/^%+/, "")]?.flags ?? [];
    } else if (OPTION.test(word) && !(waiting && word.startsWith("-") && /^-\d/.test(word))) {
      kind = "option";
    } else if (waiting) {
      kind = "value";
    }
    waiting = kind === "option" && !word.includes("=") && !flags.includes(name);
    if (kind === "option" && name !== word) {
      words.push({ kind, from, to: from + name.length }, { kind: "value", from: from + name.length + 1, to });
    } else {
      words.push({ kind, from, to });
    }
  }
  return words.filter(({ from, to }) => from < to);
}

/** The `{name.attribute[key]}` of a text that the kernel would fill in. */
export function fieldsOf(text: string): Field[] {
  return [...text.matchAll(FIELD)].map((found) => fieldAt(found, found.index));
}

/** The one that begins at the beginning of a text. */
export function fieldAtStart(text: string): Field | null {
  FIELD.lastIndex = 0;
  const found = FIELD.exec(text);
  return found?.index === 0 ? fieldAt(found, 0) : null;
}

function fieldAt(found: RegExpExecArray, from: number): Field {
  const first = from + 1;
  const steps = first + found[1].length;
  const names = [{ from: first, to: steps }];
  for (const { 0: step, index } of found[2].matchAll(STEP)) {
    const at = steps + index + 1;
    names.push({ from: at, to: at + step.length - (step.startsWith("[") ? 2 : 1) });
  }
  return { from, to: from + found[0].length, names };
}

/** Whether a cell calls a magic of ours anywhere. */
export const callsOurs = (source: string): boolean =>
  source.split("\n").some((line) => cellMagic(line) !== null || lineMagic(line) !== null);
