"""
``pytest --sophnet-cassette``: answers of services come from a file, without key and network.

A module of its own, since pytest imports it in every run of an environment that has the package:
nothing of `sophnet_jupyter` is imported until the option is given.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

USUAL = "sophnet-cassette.jsonl"
MODES = ("auto", "record", "replay", "refresh", "fallback")
_TOLD: pytest.StashKey[list[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("sophnet")
    group.addoption(
        "--sophnet-cassette",
        nargs="?",
        const=USUAL,
        metavar="FILE.jsonl",
        help=f"take answers from this file where it is there, else record them ({USUAL})",
    )
    group.addoption(
        "--sophnet-cassette-mode",
        choices=MODES,
        default="auto",
        help="replay never sends, refresh records anew, fallback asks and replays what fails",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Put the cassette in, for all clients of this process."""
    name = config.getoption("--sophnet-cassette")
    if not name:
        return
    if not name.endswith(".jsonl"):
        # It would be written over: pytest gives the option what stands behind it.
        raise pytest.UsageError(
            f"--sophnet-cassette={name}: a cassette ends in .jsonl. Without a name the option "
            "stands behind the tests, or before another option."
        )
    from sophnet_jupyter.client.keeping import tapes
    from sophnet_jupyter.errors import SettingsError

    path = config.rootpath / name
    try:
        tape = tapes.use(path, config.getoption("--sophnet-cassette-mode"))
    except SettingsError as error:
        raise pytest.UsageError(str(error)) from None
    if tape.replays:
        # Kernels that tests start are other processes.
        os.environ["SOPHNET_CASSETTE"] = str(path)
    config.stash[_TOLD] = [f"{path.name}: {notice}" for notice in tape.notices]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """End it, and say what was recorded, or not asked for."""
    told = config.stash.get(_TOLD, None)
    if told is None:
        return
    from sophnet_jupyter.client.keeping import tapes

    if said := tapes.end():
        told.append(said)
    for line in told:
        terminalreporter.write_line(f"cassette: {line}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End it where nothing was told of it, as in a worker of xdist."""
    if config.stash.get(_TOLD, None) is not None:
        from sophnet_jupyter.client.keeping import tapes

        tapes.end()
