/** A name of a file as a line of ours may hold it: letters, digits, single blanks, no option. */
const PLAIN = /^[\p{L}\p{N}_./][\p{L}\p{M}\p{N}_./-]*(?: [\p{L}\p{N}_./(][\p{L}\p{M}\p{N}_./()-]*)*$/u;

/** What a cell says about a file: lines, in which `FILE` is the file. */
export interface FileCell {
  command: string;
  /** Endings of the files that it is for, without the dot. */
  kinds: readonly string[];
  lines: (file: string) => string;
}

/**
 * A cell that names a file as our magics read it back.
 *
 * A name with quotes, braces or a dash that could be an option goes into a variable: the magic puts
 * that in once, and looks at it no more.
 */
export function cellFor(lines: (file: string) => string, path: string): string {
  if (PLAIN.test(path)) return lines(path);
  return `file = ${pythonString(path)}\n${lines("{file}")}`;
}

/** The same below a cell magic, whose line cannot stand behind another: its option takes a name. */
export function promptFor(magic: string, path: string, prompt: string): string[] {
  if (PLAIN.test(path) && !path.includes(" ")) return [`%%${magic} --image ${path}\n${prompt}`];
  return [`file = ${pythonString(path)}`, `%%${magic} --image file\n${prompt}`];
}

/** A string as Python reads it, on one line. */
export function pythonString(text: string): string {
  // JSON's escapes are Python's too, but for halves of letters, which no path has.
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The way from the folder of a notebook to a file of the same server. */
export function relative(notebook: string, file: string): string {
  const here = notebook.split("/").slice(0, -1).filter(Boolean);
  const there = file.split("/").filter(Boolean);
  let same = 0;
  while (same < here.length && same < there.length - 1 && here[same] === there[same]) same++;
  return [...here.slice(same).map(() => ".."), ...there.slice(same)].join("/");
}
