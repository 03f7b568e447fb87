"""What a question mark behind a magic shows."""

from __future__ import annotations

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.magics.catalogue import MAGICS, lazy_magics
from sophnet_jupyter.magics.session.session import KernelSession


@pytest.mark.parametrize("name", MAGICS)
def test_help_shows_examples_first_and_then_each_option_once(name: str) -> None:
    shell = InteractiveShell()
    magic = lazy_magics(shell, KernelSession(shell))[name]
    said = magic.__doc__
    paragraphs = said.split("\n\n")
    assert paragraphs[0].replace("\n", " ").startswith(magic.summary)
    assert re.match(rf"    %%?{name}\b", paragraphs[1])
    assert max(map(len, said.splitlines())) <= 92
    assert magic.parser is not None
    for action in magic.parser._actions:
        for option in action.option_strings:
            told = re.findall(rf"^  (?:-\w, )?{option}(?![\w-])", said, flags=re.MULTILINE)
            assert len(told) == 1, option


def test_help_groups_options_by_what_they_are_for() -> None:
    shell = InteractiveShell()
    said = lazy_magics(shell, KernelSession(shell))["sophchat"].__doc__
    headings = re.findall(r"^(\w.*):$", said, flags=re.MULTILINE)
    assert headings[:2] == ["Question", "Conversation"]
    assert {"Side by side", "Row by row", "Functions", "Result and request"} < set(headings)
    conversation = said.split("\nConversation:\n")[1].split("\n\n")[0]
    told = re.findall(r"^  (-\S+)", conversation, flags=re.MULTILINE)
    assert told[:3] == ["-c,", "--new", "--from"]
    assert "--from OTHER[:N]" in conversation
    assert "::\n" not in said
    assert "‹" not in said
