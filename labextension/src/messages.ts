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

/** Look something up: `words` narrow it down. */
export interface Look {
  kind: "look";
  what: string;
  words: string;
}

/** Cancel what runs in the background for the cell of that number. */
export interface CancelJob {
  kind: "cancel";
  number: number;
}

/**
 * What the settings of the page say: `folds` is how thinking stands in answers, `speech` the id of
 * the resource that hears dictation, empty for the usual one.
 */
export interface Choose {
  kind: "choose";
  autoplay: boolean;
  folds: string;
  speech: string;
}

/** The answer to a roll. */
export interface Here {
  kind: "here";
}

export type Command = StopCell | Look | CancelJob | Choose | Here;

/**
 * What runs for a cell, or how it ended; `number` tells several of one cell apart, and what shows
 * it may have a `button` that stops it.
 */
export interface CellState {
  kind: "cell";
  cell: string;
  number: number;
  state: string;
  model: string;
  button: boolean;
}

/** What was heard in a take: a sentence that is final, or what there is of one by now. */
export interface Heard {
  kind: "heard";
  take: number;
  final: boolean;
  text: string;
}

/** A sentence on a take that goes on. */
export interface TakeTold {
  kind: "take-told";
  take: number;
  text: string;
}

/** All of a take is written down; `why` is a sentence where that was too early. */
export interface TakeOver {
  kind: "take-over";
  take: number;
  why: string;
}

/** The extension leaves the kernel: the last word. */
export interface Unloaded {
  kind: "unloaded";
}

/** Who is there is asked: a page that says nothing soon counts as gone. */
export interface Roll {
  kind: "roll";
}

/** The page has not answered; the kernel has forgotten it, and it may open another line. */
export interface Unheard {
  kind: "unheard";
}

/** What was looked up, as rows of words; `why` is a sentence where there are none. */
export interface Seen {
  kind: "seen";
  what: string;
  words: string;
  rows: string[][];
  why: string;
}

export type Event = CellState | Seen | Heard | TakeTold | TakeOver | Unloaded | Roll | Unheard;

/** The first words to a page, as the kernel opens the way down. */
export interface Welcome {
  kind: "welcome";
  page: string;
  protocol: number;
  version: string;
}

const KINDS: Record<Event["kind"], true> = {
  cell: true,
  seen: true,
  heard: true,
  "take-told": true,
  "take-over": true,
  unloaded: true,
  roll: true,
  unheard: true,
};

/** Whether this page knows what was sent: a kernel may be of another version. */
export function isEvent(data: unknown): data is Event {
  const kind = (data as { kind?: unknown } | null)?.kind;
  return typeof kind === "string" && Object.hasOwn(KINDS, kind);
}
