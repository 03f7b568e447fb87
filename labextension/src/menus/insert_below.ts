import { NotebookActions } from "@jupyterlab/notebook";
import type { NotebookPanel } from "@jupyterlab/notebook";

/** Put cells below the active one, and the cursor at the end of the last. Nothing is run. */
export function insertBelow({ content }: NotebookPanel, cells: string[]): void {
  for (const text of cells) {
    const active = content.activeCell;
    const isFree = active?.model.type === "code" && !active.model.sharedModel.getSource().trim();
    if (!isFree) NotebookActions.insertBelow(content);
    const cell = content.activeCell;
    if (!cell) return;
    if (cell.model.type !== "code") NotebookActions.changeCellType(content, "code");
    content.activeCell?.model.sharedModel.setSource(text);
  }
  content.mode = "edit";
  const cell = content.activeCell;
  // A cell that was made just now has no editor before it is drawn.
  void cell?.ready.then(() => {
    const { editor } = cell;
    editor?.setCursorPosition(editor.getPositionAt(cells.at(-1)?.length ?? 0) ?? { line: 0, column: 0 });
  });
}
