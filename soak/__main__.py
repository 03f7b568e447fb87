"""``python -m soak``: try what attacks, breaks and loads, and write down what held."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from .groups import GROUPS
from .tally import Tally

ROOT = Path(__file__).parents[1]
# Figures that documents quote lie in `results/` beside this; each is written there by its name.
RUNS = Path(__file__).parent.parent / "build" / "soak"
# A group that takes so many seconds has not held.
LONGEST = 1800


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--small", action="store_true", help="the form that stands in the tests")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the figures go")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="groups at once: 1")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    asked = parser.parse_args()
    names = asked.groups or list(GROUPS)
    if unknown := set(names) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    if asked.inside:
        return _inside(names[0], small=asked.small)
    begun = datetime.now(UTC)
    sys.stdout.write("group       tried    held  seconds\n")
    with ThreadPoolExecutor(max(1, asked.at_once)) as several:
        found = []
        for each in several.map(partial(_apart, small=asked.small), names):
            _show(each)
            found.append(each)
    path = asked.output or RUNS / f"{begun:%Y-%m-%d-%H%M}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"conditions": _conditions(begun, small=asked.small), "groups": found}
    path.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(f"Figures: {path}\n")
    return int(any(each["held"] < each["tried"] or not each["tried"] for each in found))


def _inside(name: str, *, small: bool) -> int:
    sys.path.append(str(ROOT / "tests" / "conformance"))
    tally = Tally()
    import_module(f"{__package__}.groups.{name}").run(tally, small=small)
    tally.tell()
    return 0


def _apart(name: str, *, small: bool) -> dict[str, Any]:
    """Run a group in a process of its own: one that falls ends no other."""
    command = [sys.executable, "-m", "soak", "--inside", name, *(["--small"] if small else [])]
    begun = time.monotonic()
    try:
        ended = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False
        )
        told = json.loads((ended.stdout.splitlines() or ["{}"])[-1])
        why = ended.stderr[-2000:]
    except subprocess.TimeoutExpired:
        told, why = {}, f"took longer than {LONGEST} s"
    except ValueError:
        told, why = {}, ended.stdout[-2000:]
    if "tried" not in told:
        told = {"tried": 1, "held": 0, "fallen": [f"the group itself: {why}"], "figures": {}}
    return {"name": name, "what": GROUPS[name], **told, "seconds": round(time.monotonic() - begun)}


def _show(found: dict[str, Any]) -> None:
    name = found["name"]
    line = f"{name:<10} {found['tried']:>6,} {found['held']:>7,} {found['seconds']:>8}\n"
    sys.stdout.write(line)
    sys.stdout.writelines(f"  {what}: {figure:g}\n" for what, figure in found["figures"].items())
    sys.stdout.writelines(f"  did not hold: {each}\n" for each in found["fallen"])
    sys.stdout.flush()


def _conditions(begun: datetime, *, small: bool) -> dict[str, Any]:
    return {
        "date": f"{begun:%Y-%m-%d %H:%M} UTC",
        "form": "small" if small else "full",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
    }


if __name__ == "__main__":
    sys.exit(main())
