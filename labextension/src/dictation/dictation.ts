import type { CodeMirrorEditor } from "@jupyterlab/codemirror";
import type { Cell } from "@jupyterlab/cells";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { EditorView } from "@codemirror/view";
import { openTake } from "../../../sophnet_jupyter/widgets/hearing/take.js";
import type { Take } from "../../../sophnet_jupyter/widgets/hearing/take.js";
import type { ILine } from "../lines.js";
import type { Event } from "../messages.js";
import { OneUndo } from "./one_undo.js";
import { placeOf, showPartial } from "./partial_text.js";
import { joined, oneLine, placeFor } from "./sentence.js";

/**
 * One dictation, from the click to the last sentence.
 *
 * `onEnd` is called once nothing more will come, with a sentence where that was nobody's wish.
 */
export class Dictation {
  private readonly take: Take;
  private readonly view: EditorView;
  private readonly undo: OneUndo;
  private isEnding = false;
  private isOver = false;

  constructor(
    private readonly line: ILine,
    readonly cell: Cell,
    at: number,
    private readonly trans: TranslationBundle,
    private readonly onNotice: (text: string) => void,
    private readonly onEnd: (why: string) => void,
  ) {
    this.view = (cell.editor as CodeMirrorEditor).editor;
    this.undo = new OneUndo(undoOf(cell));
    showPartial(this.view, { at, text: "" });
    this.view.contentDOM.addEventListener("beforeinput", this.onTyping, true);
    this.view.contentDOM.addEventListener("keydown", this.onTyping, true);
    cell.disposed.connect(this.onDisposed, this);
    cell.model.contentChanged.connect(this.onContent, this);
    line.event.connect(this.onEvent, this);
    line.changed.connect(this.onLine, this);
    document.addEventListener("visibilitychange", this.onVisible);
    this.take = openTake(line.asModel(), {
      device: "",
      cleaned: false,
      onLevel: () => {},
      onNotice,
      onEnd: (trouble) => {
        if (trouble) this.finish(trouble);
      },
    });
    this.take.opened.catch((error: Error) => this.finish(error.message));
  }

  /** Let the microphone go, and take what was said by now. */
  stop(): void {
    if (this.isEnding) return this.finish("");
    this.isEnding = true;
    this.take.end("");
  }

  /** End it now: what is written stays, and nothing more goes in. */
  finish(why: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.take.end("");
    this.line.event.disconnect(this.onEvent, this);
    this.line.changed.disconnect(this.onLine, this);
    this.cell.disposed.disconnect(this.onDisposed, this);
    this.cell.model.contentChanged.disconnect(this.onContent, this);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.view.contentDOM.removeEventListener("beforeinput", this.onTyping, true);
    this.view.contentDOM.removeEventListener("keydown", this.onTyping, true);
    if (!this.cell.isDisposed) showPartial(this.view, null);
    this.undo.end();
    this.onVisible();
    this.onEnd(why);
  }

  private onEvent(_: ILine, event: Event): void {
    if (!("take" in event) || event.take !== this.take.number) return;
    if (event.kind === "take-over") this.finish(oneLine(event.why));
    else if (event.kind === "take-told") this.onNotice(oneLine(event.text));
    else if (event.kind === "heard") this.hear(oneLine(event.text), event.final);
  }

  private hear(words: string, isFinal: boolean): void {
    const at = placeOf(this.view);
    if (at === null) return;
    const place = placeFor(this.cell.model.type, this.view.state.doc.toString(), at);
    const text = words && place.before + joined(place.behind, words);
    showPartial(this.view, { at: place.at, text: isFinal ? "" : text });
    if (!isFinal || !text) return;
    this.undo.change(() => this.cell.model.sharedModel.updateSource(place.at, place.at, text));
  }

  private onLine(): void {
    if (this.line.standing === "closed") this.finish(this.line.why);
  }

  private onContent(): void {
    // When the editor has heard of it too.
    queueMicrotask(() => {
      if (!this.isOver && !this.cell.isDisposed && placeOf(this.view) === null)
        this.finish(this.trans.__("The cell's text was replaced, so the microphone was let go."));
    });
  }

  private onDisposed(): void {
    this.finish(this.trans.__("The cell is gone, so the microphone was let go."));
  }

  private readonly onTyping = () => this.undo.typing();

  // A tab that nobody looks at says that it listens.
  private readonly onVisible = () => {
    const plain = document.title.replace(/^🎙 /u, "");
    document.title = document.hidden && !this.isOver ? `🎙 ${plain}` : plain;
  };
}

function undoOf(cell: Cell): ConstructorParameters<typeof OneUndo>[0] {
  return (cell.model.sharedModel as { undoManager?: never }).undoManager ?? null;
}
