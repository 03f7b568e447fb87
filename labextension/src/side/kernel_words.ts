import type { TranslationBundle } from "@jupyterlab/translation";

type Says = (found: string[]) => string;

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
    waiting: trans.__("waiting"),
    running: trans.__("running"),
  };
  const counted: [RegExp, Says][] = [
    [/^([\d,]+) turns?$/, ([, n]) => trans.__("%1 turns", n)],
    [/^([\d,]+) calls?$/, ([, n]) => trans.__("%1 calls", n)],
    [/^([\d,]+) made$/, ([, n]) => trans.__("%1 made", n)],
    [/^([\d,]+) characters$/, ([, n]) => trans.__("%1 characters", n)],
    [/^([\d,]+) tokens in, ([\d,]+) out$/, ([, n, m]) => trans.__("%1 tokens in, %2 out", n, m)],
    [/^([\d,]+) s ago$/, ([, n]) => trans.__("%1 s ago", n)],
    [/^([\d,]+) min ago$/, ([, n]) => trans.__("%1 min ago", n)],
    [/^([\d,]+) h ago$/, ([, n]) => trans.__("%1 h ago", n)],
    [/^([\d,]+) days ago$/, ([, n]) => trans.__("%1 days ago", n)],
    [/^(.+) of (.+) is spent$/, ([, n, m]) => trans.__("%1 of %2 is spent", n, m)],
  ];
  const said = (words: string) => {
    if (Object.hasOwn(known, words)) return known[words];
    for (const [form, says] of counted) {
      const found = form.exec(words);
      if (found) return says(found);
    }
    return words;
  };
  return (what, row) => row.map((words, at) => (PLACES[what]?.includes(at) ? said(words) : words));
}

/** Where in the rows of a section the kernel's own words stand. */
const PLACES: Record<string, number[]> = {
  connection: [0, 1],
  jobs: [1],
  tasks: [2, 3],
  chats: [1],
  usage: [0, 1, 2],
};
