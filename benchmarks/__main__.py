"""``python -m benchmarks``: run the measures, print a table, write the figures to a file."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from . import table
from .measures import MEASURES
from .result import Result

# Figures that documents quote lie in `results/` beside this; each is written there by its name.
RUNS = Path(__file__).parent.parent / "build" / "benchmarks"
VERSIONS = (
    "sophnet-jupyter",
    "httpx2",
    "ipykernel",
    "openai",
    "httpx",
    "httpx-sse",
    "litellm",
    "jupyter-ai-magics",
    "jupyter-ai-magic-commands",
    "umap-learn",
    "hnswlib",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="more rounds, longer streams")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the figures go")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    arguments = parser.parse_args()
    if unknown := set(arguments.measures) - set(MEASURES):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    begun = datetime.now(UTC)
    found = run(arguments.measures or list(MEASURES), full=arguments.full)
    path = arguments.output or RUNS / f"{begun:%Y-%m-%d-%H%M}.json"
    write(path, conditions(begun, full=arguments.full), found)
    sys.stdout.write(f"\n{table.summary(found)} Figures: {path}\n")


def run(names: list[str], *, full: bool) -> list[Result]:
    """Run these measures one after the other, and print each as it is done."""
    sys.stdout.write(table.head() + "\n")
    found = []
    for name in names:
        for result in MEASURES[name](full=full):
            found.append(result)
            sys.stdout.writelines(line + "\n" for line in table.lines(result))
            sys.stdout.flush()
    return found


def conditions(begun: datetime, *, full: bool) -> dict[str, Any]:
    """What the figures were taken under. They compare with nothing taken under others."""
    return {
        "date": f"{begun:%Y-%m-%d}",
        "full": full,
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "versions": {name: found for name in VERSIONS if (found := _version(name))},
    }


def write(path: Path, conditions: dict[str, Any], results: list[Result]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {**conditions, "results": [result.plain() for result in results]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
