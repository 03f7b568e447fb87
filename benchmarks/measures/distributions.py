"""How many distributions an installation brings beside IPython and ipywidgets."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..result import OURS, Goal, Result
from ..rounds import skip

PEERS = ("openai", "litellm", "jupyter-ai-magics", "jupyter-ai-magic-commands")


def measure(*, full: bool) -> Iterator[Result]:
    there = closure("ipython") | closure("ipywidgets")
    samples = {OURS: [float(len(closure("sophnet-jupyter") - there))]}
    for name in PEERS:
        if found := closure(name) - there:
            samples[name] = [float(len(found))]
        else:
            skip(name, "it is not installed")
    yield Result(measure="distributions it brings", unit="", samples=samples, goal=Goal(most=15))


def closure(name: str) -> set[str]:
    """A distribution with all it requires here; empty if it is not installed."""
    found: set[str] = set()
    waiting = [Requirement(name)]
    seen = set()
    while waiting:
        wanted = waiting.pop()
        key = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if key in seen:
            continue
        seen.add(key)
        try:
            needed = map(Requirement, requires(wanted.name) or ())
        except PackageNotFoundError:
            continue
        found.add(key[0])
        extras = wanted.extras or {""}
        waiting += [
            one
            for one in needed
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    return found
