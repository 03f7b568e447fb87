"""Conversations in the store."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sophnet_jupyter.history.history import History
from sophnet_jupyter.history.merge import merge
from sophnet_jupyter.history.turns import Asker, ChatTurn, messages, replaced
from sophnet_jupyter.settings import Secret

KEY = "sk-canary-0123456789abcdef"


def turn(text: str, **given: str) -> ChatTurn:
    said = ({"role": "user", "content": text}, {"role": "assistant", "content": f"{text}!"})
    return ChatTurn(messages=said, asker=Asker(**given))


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "data")


def asked(history: History, name: str = "trip") -> list[str]:
    return [each.question for each in history.turns("a.ipynb", name)]


def test_a_conversation_comes_back_as_it_was(history: History) -> None:
    turns = [turn("one", notebook="a.ipynb", cell="1", execution="e"), turn("你好 😀")]
    history.converse("a.ipynb", "trip", turns)
    found = history.turns("a.ipynb", "trip")
    assert found == turns
    assert history.turns("b.ipynb", "trip") == []
    assert [each[:3] for each in history.conversations()] == [("a.ipynb", "trip", 2)]


def test_what_was_put_last_is_there_whole_whoever_else_has_written(history: History) -> None:
    first = turn("one")
    history.converse("a.ipynb", "trip", [first, turn("two"), turn("three")])
    history.writer.flush()
    other = History(history.folder)
    other.converse("a.ipynb", "trip", [first, turn("zwei")])
    other.writer.flush()
    assert asked(history) == ["one", "zwei"]
    history.converse("a.ipynb", "trip", [])
    assert history.conversations() == []


def test_reading_where_nothing_was_kept_makes_no_file(history: History) -> None:
    assert (history.turns("a.ipynb", "trip"), history.conversations()) == ([], [])
    assert not history.path.exists()


def test_no_key_and_no_signature_of_an_address_is_in_the_file(history: History) -> None:
    secret = Secret(KEY)
    signed = "https://bucket.example.com/a.png?Expires=1&Signature=xylophone"
    history.converse("a.ipynb", "trip", [turn(f"key {KEY}"), turn(f"see {signed} there")])
    history.writer.flush()
    kept = history.path.read_bytes()
    assert b"key " in kept
    assert KEY.encode() not in kept
    assert b"xylophone" not in kept
    assert secret


def test_what_is_forgotten_is_not_in_the_file(history: History) -> None:
    history.converse("a.ipynb", "trip", [turn("xylophone " * 900)])
    history.writer.flush()
    assert b"xylophone" in history.path.read_bytes()
    history.converse("a.ipynb", "trip", [])
    history.forget([])
    assert b"xylophone" not in history.path.read_bytes()


def test_conversations_of_merged_histories_are_not_mixed(tmp_path: Path) -> None:
    for name, words in (("one", ["a", "b"]), ("two", ["c", "d"])):
        part = History(tmp_path / name)
        part.converse("a.ipynb", "trip", [turn(word) for word in words])
        part.converse("a.ipynb", name, [turn(name)])
        part.writer.flush()
    sources = [tmp_path / name / "history.sqlite" for name in ("one", "two")]
    merge(sources, tmp_path / "all" / "history.sqlite")
    merged = History(tmp_path / "all")
    assert [asked(merged, name) for name in ("trip", "one", "two")] == [
        ["a", "b"],
        ["one"],
        ["two"],
    ]


def test_a_turn_without_its_first_one_is_still_sent_in_order(history: History) -> None:
    history.converse("a.ipynb", "trip", [turn("one"), turn("two")])
    history.write(lambda rows: rows.execute("DELETE FROM turns WHERE number = 0"))
    roles = [one["role"] for one in messages(history.turns("a.ipynb", "trip"))]
    assert roles == ["user", "assistant"]
    left = history.turns("a.ipynb", "trip")
    history.converse("a.ipynb", "trip", [*left, turn("three")])
    assert asked(history) == ["two", "three"]


@pytest.mark.parametrize(
    ("asker", "place"),
    [
        (Asker("a", "1", "new"), 0),
        (Asker("a", "2", "new"), 1),
        (Asker("a", "2", "old"), None),
        (Asker("b", "1", "new"), None),
        (Asker("a", "", "new"), None),
    ],
)
def test_a_turn_is_replaced_by_a_later_run_of_its_own_cell_alone(
    asker: Asker, place: int | None
) -> None:
    turns = [turn(str(n), notebook="a", cell=n, execution="old") for n in ("1", "2", "2")]
    assert replaced([*turns, turn("none")], asker) == place


def test_the_last_fifty_texts_of_a_prompt_file_are_kept_newest_first(history: History) -> None:
    for number in range(60):
        history.keep_prompt("/a/prompts/x.md", f"{number:064x}", f"text {number}")
    history.keep_prompt("/a/prompts/x.md", f"{20:064x}", "text 20")
    history.keep_prompt("/a/prompts/other.md", "f" * 64, "another file")
    kept = history.prompts("/a/prompts/x.md")
    assert [one.text for one in kept[:3]] == ["text 20", "text 59", "text 58"]
    assert len(kept) == 50
    assert history.prompts("/a/prompts/none.md") == []


def test_a_text_that_is_written_after_the_clock_was_set_back_is_the_newest(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        history.keep_prompt("/a/prompts/x.md", f"{number:064x}", f"text {number}")
    monkeypatch.setattr(time, "time", lambda: 1.0)
    history.keep_prompt("/a/prompts/x.md", "f" * 64, "the new one")
    assert history.prompts("/a/prompts/x.md")[0].text == "the new one"
