"""The environment variables, the command line, and the sandbox's switches."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, _SubParsersAction

from sophnet_jupyter import cli
from sophnet_jupyter.sandbox import __main__ as sandbox
from sophnet_jupyter.sandbox.switches.faults import DEFAULTS, FAULTS
from sophnet_jupyter.sandbox.switches.quirks import QUIRKS
from sophnet_jupyter.settings.variables import SERVICES, VARIABLES

from .magics import row
from .writing import cell, page, plain, table

_HEAD = ("option", "what it does", "if not said")


def commands() -> dict[str, ArgumentParser]:
    """The commands of ``sophnet-jupyter`` with their parsers."""
    [found] = [each for each in cli._parser()._actions if isinstance(each, _SubParsersAction)]
    parsers: dict[str, ArgumentParser] = dict(found.choices)
    return parsers | {"sandbox": sandbox._parser()}


def pages() -> dict[str, str]:
    """The pages by their places below ``look-up/``."""
    parts = []
    for name, parser in commands().items():
        rows = [row(each, parser) for each in parser._actions if each.help is not SUPPRESS]
        said = parser.description or ""
        parts += [f"## `sophnet-jupyter {name}`", plain(said), table(_HEAD, rows)]
    variables = [(f"`{name}`", cell(words)) for name, words in VARIABLES.items()]
    faults = [
        (f"`{name}`", plain(words), f"`{DEFAULTS[name]:g}`" if name in DEFAULTS else "")
        for name, words in FAULTS.items()
    ]
    return {
        "commands.md": page(
            "Command line",
            "`sophnet-jupyter --version` says which version this is; each command has `--help`.",
            *parts,
        ),
        "variables.md": page(
            "Environment variables",
            "Read when a kernel or a client begins; arguments of `Client(…)` and `%sophnet` go "
            "before them. `<SERVICE>` is one of "
            + ", ".join(f"`{each.upper()}`" for each in SERVICES)
            + ", `<NAME>` the name of an app. A variable that looks like ours and is none is told "
            "when the extension is loaded.",
            table(("variable", "meaning"), variables),
        ),
        "sandbox.md": page(
            "Switches of the sandbox",
            "What `sophnet-jupyter sandbox` can be told is among the [commands](commands.md). "
            "Beyond that it can be as odd, or as broken, as real servers are: with "
            "`--quirk NAME` and `--fault NAME=N`, or for one request by the headers "
            "`X-Sandbox-Quirks` and `X-Sandbox-Faults`.",
            "## Faults",
            "What can go wrong on the way; a number counts chunks, seconds or requests.",
            table(("fault", "what happens", "number"), faults),
            "## Quirks\n\nOdd forms that real services have been seen to take.",
            table(("quirk", "what is odd"), [(f"`{k}`", plain(v)) for k, v in QUIRKS.items()]),
        ),
    }
