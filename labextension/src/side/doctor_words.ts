import type { TranslationBundle } from "@jupyterlab/translation";
import type { Words } from "./kernel_words.js";

/** What the doctor of a kernel says where all is well, and what it says most often. */
export function doctorWords(trans: TranslationBundle): Words {
  const about: Record<string, string> = {
    packages: trans.__("packages"),
    settings: trans.__("settings"),
    policy: trans.__("policy"),
    page: trans.__("page"),
    sandbox: trans.__("sandbox"),
    proxy: trans.__("proxy"),
    name: trans.__("name"),
    connection: trans.__("connection"),
    key: trans.__("key"),
    clock: trans.__("clock"),
    balance: trans.__("balance"),
    stream: trans.__("stream"),
  };
  const brings: Record<string, string> = {
    "reads pictures and scans": trans.__("reads pictures and scans"),
    "reads documents": trans.__("reads documents"),
    "makes videos, and decodes sound": trans.__("makes videos, and decodes sound"),
    "finds texts of one meaning": trans.__("finds texts of one meaning"),
    "hears a few English sentences and numbers": trans.__(
      "hears a few English sentences and numbers",
    ),
    "hears any speech, where SOPHNET_SANDBOX_WHISPER names a model": trans.__(
      "hears any speech, where SOPHNET_SANDBOX_WHISPER names a model",
    ),
    "speaks, by espeak-ng (GPL 3)": trans.__("speaks, by espeak-ng (GPL 3)"),
  };
  const known: Record<string, string> = {
    "no key, so the sandbox on this machine answers: scripted, no real model": trans.__(
      "no key, so the sandbox on this machine answers: scripted, no real model",
    ),
    "for SophNet: %sophnet login, or SOPHNET_API_KEY before the kernel starts": trans.__(
      "for SophNet: %sophnet login, or SOPHNET_API_KEY before the kernel starts",
    ),
    "agrees with the service's": trans.__("agrees with the service's"),
    "too short an answer to judge": trans.__("too short an answer to judge"),
    "not checked through a SOCKS proxy": trans.__("not checked through a SOCKS proxy"),
    accepted: trans.__("accepted"),
    "set this machine's clock: signed requests and certificates depend on it": trans.__(
      "set this machine's clock: signed requests and certificates depend on it",
    ),
    "pay in at the console: calls that cost something are refused": trans.__(
      "pay in at the console: calls that cost something are refused",
    ),
    "set SOPHNET_SANDBOX_WHISPER to a folder, or to a model of the local cache: small": trans.__(
      "set SOPHNET_SANDBOX_WHISPER to a folder, or to a model of the local cache: small",
    ),
  };
  const named = (words: string) => (Object.hasOwn(about, words) ? about[words] : words);
  const bringing = (words: string) => (Object.hasOwn(brings, words) ? brings[words] : words);
  return {
    known,
    formed: [
      [/^([✓!✕]) engine (\S+)$/, ([, mark, name]) => `${mark} ${trans.__("engine %1", name)}`],
      // Of another service, or an app of Dify.
      [/^([✓!✕]) (.+) (\w+)$/, ([, mark, whose, words]) => `${mark} ${whose} ${named(words)}`],
      [/^([✓!✕]) (\w+)$/, ([, mark, words]) => `${mark} ${named(words)}`],
      [
        /^answers at (\S+) after (\S+) s, vectors by (.+)$/,
        ([, at, n, by]) => trans.__("answers at %1 after %2 s, vectors by %3", at, n, by),
      ],
      [/^accepted; (\d+) models$/, ([, n]) => trans.__("accepted; %1 models", n)],
      [/^opens the app (.+)$/, ([, name]) => trans.__("opens the app %1", name)],
      [
        /^(.+) left of the account, of play money$/,
        ([, n]) => trans.__("%1 left of the account, of play money", n),
      ],
      [/^(.+) left of the account$/, ([, n]) => trans.__("%1 left of the account", n)],
      [
        /^(\d+) pieces in (\d+) bursts over (\S+) s$/,
        ([, n, m, s]) => trans.__("%1 pieces in %2 bursts over %3 s", n, m, s),
      ],
      [/^nothing within (\S+) s$/, ([, n]) => trans.__("nothing within %1 s", n)],
      [/^(\S+) at (\/\S+)$/, ([, version, place]) => trans.__("%1 at %2", version, place)],
      [
        /^not installed, so the sandbox lacks what (.+)$/,
        ([, words]) => trans.__("not installed, so the sandbox lacks what %1", bringing(words)),
      ],
      [/^([\w.]+); (.+)$/, ([, version, words]) => `${version}; ${bringing(words)}`],
    ],
  };
}
