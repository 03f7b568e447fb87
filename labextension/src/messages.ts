/**
 * What the page and the kernel tell each other, as in `sophnet_jupyter/lab/messages.py`.
 *
 * A command goes up, an event comes down.
 */

export const PROTOCOL = 1;

/** Stop what runs for a cell. */
export interface StopCell {
  kind: "stop";
  cell: string;
}

export type Command = StopCell;

/** What runs for a cell, or how it ended; `number` tells several of one cell apart. */
export interface CellState {
  kind: "cell";
  cell: string;
  number: number;
  state: string;
  model: string;
}

export type Event = CellState;

/** The first words to a page, as the kernel opens the way down. */
export interface Welcome {
  kind: "welcome";
  page: string;
  protocol: number;
  version: string;
}

const KINDS: Record<Event["kind"], true> = { cell: true };

/** Whether this page knows what was sent: a kernel may be of another version. */
export function isEvent(data: unknown): data is Event {
  const kind = (data as { kind?: unknown } | null)?.kind;
  return typeof kind === "string" && Object.hasOwn(KINDS, kind);
}
