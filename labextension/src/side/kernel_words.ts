import type { TranslationBundle } from "@jupyterlab/translation";
import { doctorWords } from "./doctor_words.js";

/** What is known by its words, and what by its form. */
export interface Words {
  known: Record<string, string>;
  formed: [RegExp, (found: string[]) => string][];
}

/**
 * Puts what a kernel says in its own words into the page's language: labels, states and counts, at
 * the places of a row where no words of a user or a model stand. What is not known stays.
 */
export function kernelWords(trans: TranslationBundle): (what: string, row: string[]) => string[] {
  const known: Record<string, string> = {
    service: trans.__("service"),
    endpoint: trans.__("endpoint"),
    "key from": trans.__("key from"),
    profile: trans.__("profile"),
    project: trans.__("project"),
    model: trans.__("model"),
    vectors: trans.__("vectors"),
    pace: trans.__("pace"),
    policy: trans.__("policy"),
    "not read": trans.__("not read"),
    "sandbox on this machine (scripted, no real model)": trans.__(
      "sandbox on this machine (scripted, no real model)",
    ),
    "starts on first use": trans.__("starts on first use"),
    "none needed": trans.__("none needed"),
    none: trans.__("none"),
    environment: trans.__("environment"),
    "decided by the key": trans.__("decided by the key"),
    "an app of the sandbox": trans.__("an app of the sandbox"),
    "an analyst of the sandbox": trans.__("an analyst of the sandbox"),
    sandbox: trans.__("sandbox"),
    "1 turn": trans.__("1 turn"),
    "1 call": trans.__("1 call"),
    cached: trans.__("cached"),
    "★ sandbox": trans.__("★ sandbox"),
    "sandbox cached": trans.__("sandbox cached"),
    image: trans.__("image"),
    video: trans.__("video"),
    speech: trans.__("speech"),
    submitted: trans.__("submitted"),
    waiting: trans.__("waiting"),
    running: trans.__("running"),
  };
  const formed: Words["formed"] = [
    [/^by (\S+)$/, ([, name]) => trans.__("by %1", name)],
    [/^the app of DIFY_API_KEY at (\S+)$/, ([, at]) => trans.__("the app of DIFY_API_KEY at %1", at)],
    [/^(\S+) at (https?:\S+)$/, ([, name, at]) => trans.__("%1 at %2", name, at)],
    [
      /^(\S+), not used: no service has a resource id \(SOPHNET_EASYLLM_ID\)$/,
      ([, id]) => trans.__("%1, not used: no service has a resource id (SOPHNET_EASYLLM_ID)", id),
    ],
    [
      /^(\S+), used by (.+); no resource id for (.+)$/,
      ([, id, some, others]) => trans.__("%1, used by %2; no resource id for %3", id, some, others),
    ],
    [/^(.+) \(sandbox\)$/, ([, name]) => trans.__("%1 (sandbox)", name)],
    [/^([\d,]+) turns$/, ([, n]) => trans.__("%1 turns", n)],
    [/^([\d,]+) calls$/, ([, n]) => trans.__("%1 calls", n)],
    [/^([\d,]+) made$/, ([, n]) => trans.__("%1 made", n)],
    [/^([\d,]+) characters$/, ([, n]) => trans.__("%1 characters", n)],
    [/^([\d,]+) tokens in, ([\d,]+) out$/, ([, n, m]) => trans.__("%1 tokens in, %2 out", n, m)],
    [/^([\d,]+) s ago$/, ([, n]) => trans.__("%1 s ago", n)],
    [/^([\d,]+) min ago$/, ([, n]) => trans.__("%1 min ago", n)],
    [/^([\d,]+) h ago$/, ([, n]) => trans.__("%1 h ago", n)],
    [/^([\d,]+) days ago$/, ([, n]) => trans.__("%1 days ago", n)],
    [/^(.+) of (.+) is spent$/, ([, n, m]) => trans.__("%1 of %2 is spent", n, m)],
  ];
  const all = { known, formed };
  const doctors = doctorWords(trans);
  return (what, row) =>
    row.map((words, at) => {
      if (!PLACES[what]?.includes(at)) return words;
      return said(words, what === "doctor" ? doctors : all);
    });
}

/** The words in the page's language, or as they are where nothing fits. */
export function said(words: string, { known, formed }: Words): string {
  if (Object.hasOwn(known, words)) return known[words];
  for (const [form, says] of formed) {
    const found = form.exec(words);
    if (found) return says(found);
  }
  return words;
}

/** Where in the rows of a section the kernel's own words stand. */
const PLACES: Record<string, number[]> = {
  connection: [0, 1],
  doctor: [0, 1, 2],
  jobs: [1],
  tasks: [1, 2, 3],
  chats: [1],
  history: [5],
  usage: [0, 1, 2],
};
