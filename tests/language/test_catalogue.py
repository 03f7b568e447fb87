"""The catalogue is read as gettext means it, and a text is looked up where it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from sophnet_jupyter import language, settings
from sophnet_jupyter.language import mark, read, tr, translations


@pytest.fixture
def catalogue(tmp_path: Path):
    def write(text: str) -> dict[str, str]:
        path = tmp_path / "words.po"
        path.write_text(text, encoding="utf-8")
        return read(path)

    return write


def test_texts_contexts_and_texts_of_several_lines_are_read(catalogue) -> None:
    found = catalogue(
        '# a remark\nmsgid ""\nmsgstr ""\n"Language: zh_CN\\n"\n\n'
        '#: a/place.py\nmsgid "Stop"\nmsgstr "停止"\n\n'
        'msgctxt "menu"\nmsgid "Stop"\nmsgstr "停"\n\n'
        'msgid ""\n"Say \\"{word}\\" "\n"twice"\nmsgstr ""\n"把“{word}”"\n"说两遍"\n'
    )
    assert found == {
        "": "Language: zh_CN\n",
        "Stop": "停止",
        "menu\x04Stop": "停",
        'Say "{word}" twice': "把“{word}”说两遍",
    }


def test_what_is_not_translated_or_uncertain_is_left_out(catalogue) -> None:
    assert catalogue('msgid "a"\nmsgstr ""\n\n#, fuzzy\nmsgid "b"\nmsgstr "乙"\n') == {}


@pytest.mark.parametrize(
    "text",
    [
        'msgid "a"\nmsgstr "甲"\n\nmsgid "a"\nmsgstr "乙"\n',
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "甲"\n',
        "hello\n",
        '"a"\n',
    ],
    ids=["twice", "plural", "no word of gettext", "no word before"],
)
def test_a_file_that_is_not_understood_is_refused(catalogue, text: str) -> None:
    with pytest.raises(ValueError, match=r"words\.po"):
        catalogue(text)


def test_a_text_is_said_in_the_language_of_the_moment_with_its_values() -> None:
    by = mark("{name}, by {source}.")
    assert tr(by, name="X", source="Y") == "X, by Y."
    settings.session["language"] = "zh"
    assert tr(by, name="X", source="Y") == "X，由 Y 决定。"
    assert tr("Nobody has translated {this}.", this="that") == "Nobody has translated that."
    assert tr("{braces} without a value stay") == "{braces} without a value stay"


def test_english_needs_no_catalogue() -> None:
    assert translations(language.ENGLISH) == {}
