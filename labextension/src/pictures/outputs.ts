import type { Cell, CodeCell } from "@jupyterlab/cells";

const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** The first picture among a cell's outputs, as a file; null where there is none. */
export function pictureIn(cell: Cell | null): File | null {
  if (cell?.model.type !== "code") return null;
  const { outputs } = (cell as CodeCell).model;
  for (let index = 0; index < outputs.length; index++) {
    const { data } = outputs.get(index);
    const kind = KINDS.find((each) => typeof data[each] === "string");
    if (kind) return fileOf(kind, data[kind] as string);
  }
  return null;
}

/** A picture as a file; null where what a notebook calls one is none. */
function fileOf(type: string, content: string): File | null {
  try {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    return new File([bytes], "picture", { type });
  } catch {
    return null;
  }
}
