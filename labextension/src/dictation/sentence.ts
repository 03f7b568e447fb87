import { cellMagic } from "../cells/magic_line.js";

// Control characters, line ends of all kinds, and what turns the direction of writing.
const NO_WORDS =
  /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;
const SIGN = "# ";

export interface Place {
  at: number;
  /** What goes in before the sentence. */
  before: string;
  /** What it then stands behind. */
  behind: string;
}

/** What a kernel says it has heard, as one line of words. */
export const oneLine = (text: string): string => text.replace(NO_WORDS, " ").trim();

/** Whether a cell's text is a prompt of ours. */
export const isPrompt = (source: string): boolean =>
  cellMagic(source.split("\n").find((line) => line.trim()) ?? "") !== null;

/**
 * Where a sentence may go in near a place of a cell's text.
 *
 * In a prompt that is below the line of its magic, where no word is an option. In other code it is
 * a comment: what is said is never run by itself.
 */
export function placeFor(type: string, source: string, at: number): Place {
  if (type !== "code") return { at, before: "", behind: source.slice(0, at) };
  if (isPrompt(source)) {
    const end = source.indexOf("\n", source.search(/\S/));
    if (end < 0) return { at: source.length, before: "\n", behind: "" };
    const below = at > end ? at : source.length;
    return { at: below, before: "", behind: source.slice(end + 1, below) };
  }
  const line = source.slice(source.lastIndexOf("\n", at - 1) + 1, at);
  if (line.trimStart().startsWith("#")) return { at, before: "", behind: line };
  return { at, before: line.trim() ? `\n${SIGN}` : SIGN, behind: "" };
}

/** A sentence as it goes in behind what stands there: a blank between the two. */
export function joined(behind: string, sentence: string): string {
  const last = behind.at(-1) ?? "";
  return !last || /[\s([{“‘（「]/u.test(last) || isWide(last) ? sentence : ` ${sentence}`;
}

// Chinese and Japanese are written without blanks.
const isWide = (letter: string) =>
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}，。！？、；：]/u.test(letter);
