import type { NotebookPanel } from "@jupyterlab/notebook";
import type { Kernel, KernelMessage } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { JSONObject } from "@lumino/coreutils";
import { Signal } from "@lumino/signaling";
import { leave, ready } from "../../sophnet_jupyter/widgets/panel/line.js";
import { giveBackSubshell, isForgotten, subshellOf } from "./comms.js";
import type { ILine, Standing } from "./lines.js";
import { PROTOCOL, isEvent } from "./messages.js";
import type { Command, Event, Welcome } from "./messages.js";

const TARGET = "sophnet.lab";
// On which an older kernel opens the way down; others take the line's own, and with it its subshell:
// one that is asked for as the notebook closes would stay in the kernel.
const EVENTS = "sophnet.lab.events";
// Not at once: JupyterLab would give a comm the subshell that it is about to end with the one before.
const BEFORE_ANOTHER = 500;
const ENDS: readonly Kernel.Status[] = ["restarting", "autorestarting", "terminating", "dead"];

export class Line implements ILine {
  readonly event = new Signal<this, Event>(this);
  readonly changed = new Signal<this, void>(this);
  why = "";
  private page = "";
  private up: Kernel.IComm | undefined;
  private down: Kernel.IComm | undefined;
  private opening: Promise<boolean> | undefined;
  private answer: ((welcome: Welcome | null) => void) | undefined;
  private isOpen = false;
  /** Whether the kernel has been asked for the way down, and so knows of this page. */
  private isAsked = false;
  private isDisposed = false;

  /** `all` are the lines of this page: on one kernel they share a connection, a subshell, or both. */
  constructor(
    readonly notebook: NotebookPanel,
    private readonly trans: TranslationBundle,
    private readonly all: () => Iterable<Line>,
  ) {
    const { sessionContext } = notebook;
    sessionContext.kernelChanged.connect(this.onKernel, this);
    sessionContext.statusChanged.connect(this.onStatus, this);
    sessionContext.connectionStatusChanged.connect(this.onConnection, this);
    // Said while the kernel is still connected, which it no more is when the notebook has gone.
    sessionContext.disposed.connect(this.leaveAtOnce, this);
    addEventListener("pagehide", this.leaveAtOnce);
    this.listen(this.kernel);
  }

  get standing(): Standing {
    return this.isOpen ? "open" : this.opening ? "opening" : "closed";
  }

  get live(): boolean {
    return this.isOpen && Boolean(this.kernel?.supportsSubshells && this.subshell);
  }

  open(): Promise<boolean> {
    if (this.isOpen) return Promise.resolve(true);
    return (this.opening ??= this.begin().finally(() => {
      this.opening = undefined;
      if (!this.isDisposed) this.changed.emit();
    }));
  }

  asModel(): object {
    return { widget_manager: { kernel: this.kernel }, get: () => this.page };
  }

  /** Open it, and do not take an attempt's word that was made before. */
  async openAgain(): Promise<boolean> {
    return (this.opening && (await this.opening)) || this.open();
  }

  send(command: Command, buffers: ArrayBuffer[] = []): boolean {
    if (!this.isOpen || !this.up || this.up.isDisposed) return false;
    try {
      this.up.send(command as unknown as JSONObject, undefined, buffers);
    } catch {
      // The kernel was disposed just now, and its status says why.
      return false;
    }
    return true;
  }

  dispose(): void {
    this.isDisposed = true;
    removeEventListener("pagehide", this.leaveAtOnce);
    this.leaveAtOnce();
    this.drop("");
    Signal.clearData(this);
  }

  private get kernel(): Kernel.IKernelConnection | null {
    return this.notebook.sessionContext.session?.kernel ?? null;
  }

  private async begin(): Promise<boolean> {
    await this.notebook.sessionContext.ready;
    const { kernel, trans } = this;
    if (!kernel || kernel.isDisposed) return this.refuse(trans.__("There is no kernel: start one."));
    const { language_info } = await kernel.info;
    if (this.isDisposed) return false;
    if (language_info.name !== "python")
      return this.refuse(trans.__("This kernel speaks %1, and no Python.", language_info.name));
    this.page = crypto.randomUUID?.() ?? `${Math.random()}${Date.now()}`;
    const up = (this.up = kernel.createComm(TARGET));
    const answered = new Promise<Welcome | null>((resolve) => (this.answer = resolve));
    up.onClose = () => this.answer?.(null);
    await ready(kernel, up);
    if (up.isDisposed || kernel.isDisposed) return this.refuse(this.why);
    up.open({ page: this.page, protocol: PROTOCOL, shared: true, answers: true });
    this.isAsked = true;
    const welcome = await answered;
    this.answer = undefined;
    if (this.up !== up) return false;
    if (!welcome)
      return this.refuse(trans.__("The extension is not loaded: run %load_ext sophnet_jupyter."));
    if (welcome.protocol !== PROTOCOL) {
      void leave(up);
      return this.refuse(
        trans.__(
          "The kernel has sophnet_jupyter %1, which this page is too old or too new for: " +
            "install the same version for both, and load the page again.",
          welcome.version,
        ),
      );
    }
    this.isOpen = true;
    this.why = "";
    return true;
  }

  /** Where the kernel has forgotten this page, as one that was asleep when it asked who is there. */
  private openAnother(): void {
    this.drop("", false);
    setTimeout(() => !this.isDisposed && void this.open(), BEFORE_ANOTHER);
  }

  private refuse(why: string): false {
    this.forget(why);
    return false;
  }

  private forget(why: string): void {
    // Closed by the kernel without a word.
    this.down?.dispose();
    this.up = this.down = undefined;
    this.isOpen = this.isAsked = false;
    this.why = why;
  }

  /** Forget the kernel's side, with the reason; `hears` is false where it would not hear of it. */
  private drop(why: string, hears = true): void {
    const { up, kernel, isOpen } = this;
    this.forget(why);
    this.answer?.(null);
    if (up && !up.isDisposed && kernel && !kernel.isDisposed)
      isOpen && hears ? void leave(up) : up.dispose();
    if (isOpen && !this.isDisposed) this.changed.emit();
  }

  private onKernel(_: unknown, { newValue }: { newValue: Kernel.IKernelConnection | null }): void {
    this.drop(this.trans.__("The kernel was changed."));
    this.listen(newValue);
  }

  private onStatus(_: unknown, status: Kernel.Status): void {
    if (!ENDS.includes(status) || this.standing === "closed") return;
    const { trans } = this;
    const isOver = status === "dead" || status === "terminating";
    const why = isOver ? trans.__("The kernel has ended.") : trans.__("The kernel was restarted.");
    this.drop(why, false);
  }

  /** Where it has asked who is there while it could not be reached, its last word is lost. */
  private async onConnection(_: unknown, status: Kernel.ConnectionStatus): Promise<void> {
    const { up, kernel, isOpen } = this;
    if (status !== "connected" || !isOpen || !up || !kernel) return;
    if ((await isForgotten(kernel, up)) && this.up === up && this.isOpen) this.openAnother();
  }

  /**
   * Leave without waiting for an answer: the page or the notebook goes.
   *
   * Both ways are closed, since the first one's subshell may be gone before the word has come. The
   * comm itself would ask for that subshell's end a moment too late.
   */
  private readonly leaveAtOnce = (): void => {
    const { up, down, kernel, isAsked, subshell } = this;
    // Also before the kernel has answered, since it will.
    if (!isAsked) return;
    for (const comm of [up, down]) if (comm && !comm.isDisposed) comm.close();
    this.forget(this.why);
    const isShared = [...this.all()].some((line) => line.subshell === subshell);
    if (subshell && !isShared && kernel && !kernel.isDisposed)
      kernel.requestDeleteSubshell({ subshell_id: subshell }, true);
  };

  private get subshell(): string | null {
    return subshellOf(this.up);
  }

  /** Take the way down from this kernel: only what answers the request of this page counts. */
  private listen(kernel: Kernel.IKernelConnection | null): void {
    const hear = (down: Kernel.IComm, { content }: KernelMessage.ICommOpenMsg) => {
      void giveBackSubshell(down);
      const welcome = content.data as unknown as Welcome;
      // Heard for all of a connection; that of another page stays until the kernel closes it.
      for (const line of this.all()) if (line.kernel === kernel) line.take(down, welcome);
    };
    for (const target of [TARGET, EVENTS]) kernel?.registerCommTarget(target, hear);
  }

  private take(down: Kernel.IComm, welcome: Welcome): void {
    if (!this.page || welcome.page !== this.page || !this.answer) return;
    down.onMsg = ({ content: { data } }) => {
      if (!this.isOpen || !isEvent(data)) return;
      if (data.kind === "roll") this.send({ kind: "here" });
      if (data.kind === "unheard") this.openAnother();
      this.event.emit(data);
      if (data.kind === "unloaded")
        this.drop(this.trans.__("The extension was unloaded from the kernel."), false);
    };
    this.down = down;
    this.isOpen = welcome.protocol === PROTOCOL;
    this.answer(welcome);
  }
}
