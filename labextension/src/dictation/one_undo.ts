/** Of Yjs. */
export interface Undo {
  captureTimeout: number;
  stopCapturing(): void;
}

const FOREVER = 1e12;

/**
 * Makes one step for undo of all that is dictated, and others of what is typed meanwhile.
 *
 * Yjs adds a change to the last step where that is not older than its `captureTimeout`.
 */
export class OneUndo {
  private readonly usual: number;
  private typed = false;

  constructor(private readonly manager: Undo | null) {
    this.usual = manager?.captureTimeout ?? 0;
    this.manager?.stopCapturing();
    if (manager) manager.captureTimeout = FOREVER;
  }

  /** Somebody is about to type: to be called before the change. */
  typing(): void {
    if (!this.typed) this.manager?.stopCapturing();
    this.typed = true;
  }

  /** Change the text as the dictation does. */
  change(edit: () => void): void {
    if (this.typed) this.manager?.stopCapturing();
    this.typed = false;
    edit();
  }

  end(): void {
    if (!this.manager) return;
    this.manager.stopCapturing();
    this.manager.captureTimeout = this.usual;
  }
}
