"""What a question mark behind a magic shows."""

from __future__ import annotations

import inspect
import re

import pytest
from IPython.core.oinspect import getdoc

from sophnet_jupyter.language import tr, width
from sophnet_jupyter.magics.catalogue import MAGICS, lazy_magics
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.sophnet.panels import PANELS
from sophnet_jupyter.magics.sophnet.sophnet import SophNetMagics
from sophnet_jupyter.magics.sophnet.subjects import SUBJECTS

from ..shells import bare_shell


@pytest.mark.parametrize("name", MAGICS)
def test_help_shows_examples_first_and_then_each_option_once(name: str) -> None:
    shell = bare_shell()
    magic = lazy_magics(KernelSession(shell))[name]
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
    shell = bare_shell()
    said = lazy_magics(KernelSession(shell))["sophchat"].__doc__
    headings = re.findall(r"^(\w.*):$", said, flags=re.MULTILINE)
    assert headings[:2] == ["Question", "Conversation"]
    assert {"Side by side", "Row by row", "Functions", "Result and request"} < set(headings)
    conversation = said.split("\nConversation:\n")[1].split("\n\n")[0]
    told = re.findall(r"^  (-\S+)", conversation, flags=re.MULTILINE)
    assert told[:3] == ["-c,", "--new", "--from"]
    assert "--from OTHER[:N]" in conversation
    assert "::\n" not in said
    assert "‹" not in said


# Words that no sentence in English does without.
ENGLISH = re.compile(
    r"(?<![-\w])(?:the|of|is|are|in|with|it|what|where|not|that|this|which|be|by|an?|one|its)\b(?![-=_(.])"
)


def in_chinese(said: str) -> list[str]:
    """The lines of a Chinese help that are English; examples and what is typed are code."""
    paragraphs = [each for each in said.split("\n\n") if not each.startswith("    ")]
    lines = "\n".join(paragraphs).splitlines()
    return [line for line in lines if ENGLISH.search(re.sub(r'"[^"]*"', "", line))]


@pytest.mark.parametrize("name", MAGICS)
def test_help_is_whole_in_chinese(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = bare_shell()
    magic = lazy_magics(KernelSession(shell))[name]
    plain = magic.__doc__
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")
    said = magic.__doc__
    assert in_chinese(plain), "the test knows English where it sees some"
    assert in_chinese(said) == []
    assert re.search("[\u4e00-\u9fff]", magic.summary)
    assert max(map(width, said.splitlines())) <= 92
    # The examples are the same, and so is what can be typed.
    assert re.findall(r"^    %.*$", said, re.M) == re.findall(r"^    %.*$", plain, re.M)
    assert re.findall(r"^  (-\S+)", said, re.M) == re.findall(r"^  (-\S+)", plain, re.M)


def test_help_of_all_settings_is_whole_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = bare_shell()
    own = SophNetMagics(shell, KernelSession(shell), dict)
    assert getdoc(own.sophnet) == inspect.cleandoc(SophNetMagics.sophnet.__doc__ or "")
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")
    said = getdoc(own.sophnet) or ""
    assert said.count("\n    %sophnet") == len(SUBJECTS)
    for line in said.splitlines():
        assert not ENGLISH.search(re.sub(r" +(?:-|%|[A-Z]).*? {2,}", "", line)), line


def test_each_subject_and_each_panel_has_its_words_in_chinese(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")
    for words in (*SUBJECTS.values(), *PANELS.values()):
        assert tr(words) != words
