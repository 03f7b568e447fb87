"""What ``%load_ext`` costs in a kernel that runs already, as a user's does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..kernel import kernel
from ..result import Goal, Missing, Result
from ..rounds import interleaved

# Jupyter AI's magics have had two homes: that of version 2, and that of version 3.
EXTENSIONS = ("sophnet_jupyter", "jupyter_ai_magics", "jupyter_ai_magic_commands")

LOAD = """
import gc, sys, time, importlib.util
import ipykernel.kernelapp, ipywidgets
there = importlib.util.find_spec({name!r}) is not None
if there:
    before, begun = set(sys.modules), time.process_time() + 0 * gc.collect()
    get_ipython().run_line_magic("load_ext", {name!r})
    load = time.process_time() - begun
    modules = len(set(sys.modules) - before)
"""
# What is put off until the user types belongs to the price of the first answer.
WAIT = """
time.sleep(1.2)
warm, warm_modules = time.process_time() - begun, len(set(sys.modules) - before)
"""


def measure(*, full: bool) -> Iterator[Result]:
    takes = {name: partial(_load, name) for name in EXTENSIONS}
    found = interleaved(takes, 9 if full else 2)
    what, later = "%load_ext", "%load_ext and what it puts off"
    yield Result(measure=f"CPU of {what}", unit="ms", samples=found["load"], goal=Goal(most=60))
    yield Result(
        measure=f"new modules of {what}", unit="", samples=found["modules"], goal=Goal(most=150)
    )
    yield Result(measure=f"CPU of {later}", unit="ms", samples=found["warm"])
    yield Result(measure=f"modules of {later}", unit="", samples=found["warm_modules"])


def _load(name: str) -> dict[str, float]:
    with kernel() as running:
        running.run(LOAD.format(name=name))
        if not running.value("there"):
            raise Missing("it is not installed")
        running.run(WAIT)
        load, modules, warm, more = running.value("[load, modules, warm, warm_modules]")
    return {"load": load * 1e3, "modules": modules, "warm": warm * 1e3, "warm_modules": more}
