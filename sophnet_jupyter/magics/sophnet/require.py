"""``%sophnet require``: say at the top of a shared notebook what it needs, and what is missing."""

from __future__ import annotations

import re
import sys

from IPython.core.error import UsageError

from ...client.keeping import tapes
from ...doctor import requirements
from ...errors import SettingsError
from ...language import mark, tr
from ...views.safe.control_characters import plain
from ..line.near import did_you_mean
from ..session.session import KernelSession

USAGE = mark(
    "%sophnet require 0.1 engines key microphone: a version, extras, and what the notebook uses."
)
MICROPHONE = mark(
    "A microphone is asked for by the page, which needs https or localhost: press Start to try it."
)


def require(session: KernelSession, rest: str) -> None:
    """
    Check what a notebook needs, one sentence each; Run All stops where something is missing.

    Raises `UsageError` for words that mean nothing here, and `SettingsError` for what is missing.
    """
    words = rest.split()
    if not words:
        raise UsageError(tr(USAGE))
    missing: list[str] = []
    there: list[str] = []
    version, install = "", []
    for word in dict.fromkeys(words):
        if re.fullmatch(r"\d+(\.\d+)*", word):
            version = word
        elif word == "key":
            _key(session, there, missing)
        elif word == "microphone":
            there.append(tr(MICROPHONE))
        elif word in requirements.extras():
            if lacking := requirements.lacking(word):
                install.append(word)
                missing.append(
                    tr(
                        "The extra {word} is not installed: {lacking}.",
                        word=word,
                        lacking=", ".join(lacking),
                    )
                )
        else:
            known = [*requirements.extras(), "key", "microphone"]
            raise UsageError(
                f"{tr(USAGE)} {did_you_mean(word, known, tr('Extras: ') + ', '.join(known))}"
            )
    old = requirements.older(version) if version else ""
    if old:
        missing.insert(0, tr("This is version {old} of sophnet-jupyter.", old=old))
    if old or install:
        extras = f"[{','.join(install)}]" if install else ""
        floor = f">={version}" if version else ""
        wanted = f'"sophnet-jupyter{extras}{floor}"'
        missing.append(tr("%pip install -U {wanted}, and restart the kernel.", wanted=wanted))
    if missing:
        raise SettingsError(
            tr(
                "This notebook needs {words}. {missing}",
                words=" ".join(words),
                missing=" ".join(missing),
            )
        )
    sys.stdout.write(plain(" ".join([tr("All that this notebook needs is there."), *there])) + "\n")


def _key(session: KernelSession, there: list[str], missing: list[str]) -> None:
    settings = session.client.settings
    if not settings.sandbox:
        there.append(tr("The key is from {key_source}.", key_source=settings.key_from))
    elif tape := tapes.shared():
        there.append(tr("Answers come from {name}, which needs no key.", name=tape.path.name))
    else:
        missing.append(
            tr("There is no key: %sophnet login asks for one; without it the sandbox answers.")
        )
