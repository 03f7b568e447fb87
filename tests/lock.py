"""
Print what this environment has of all that the extra ``[dev]`` brings, as constraints for pip.

``python tests/lock.py > requirements-ci.txt``, after a run of all tests in that environment.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def requirements(extra: str) -> Iterator[str]:
    """What an extra of ours brings, extras of ours resolved."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    yield from project["dependencies"]
    for line in project["optional-dependencies"][extra]:
        wanted = Requirement(line)
        if wanted.name != project["name"]:
            yield line
        else:
            for each in wanted.extras:
                yield from requirements(each)


def installed(lines: Iterable[str]) -> dict[str, metadata.Distribution]:
    """All distributions that these lines bring, by their names, as far as they are installed."""
    found: dict[str, metadata.Distribution] = {}
    known: set[tuple[str, str]] = set()
    waiting = [(line, "") for line in lines]
    while waiting:
        line, extra = waiting.pop()
        wanted = Requirement(line)
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if (line, extra) in known or (
            wanted.marker and not wanted.marker.evaluate({"extra": extra})
        ):
            continue
        known.add((line, extra))
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for more in found[name].requires or []:
            waiting += [(more, each) for each in ("", *wanted.extras)]
    return found


if __name__ == "__main__":
    said = ["# What tests run on, as constraints: python tests/lock.py > requirements-ci.txt"]
    found = installed(requirements("dev"))
    said += [f"{name}=={each.version}" for name, each in sorted(found.items())]
    sys.stdout.write("\n".join([*said, ""]))
