from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.events import AudioChunk, Finished, Started, TextDelta
from sophnet_jupyter.files import database
from sophnet_jupyter.history import forgetting, history, index, pieces
from sophnet_jupyter.history.calls import CallRecord
from sophnet_jupyter.history.history import History
from sophnet_jupyter.history.keys import AskedCall
from sophnet_jupyter.history.search import HistoryQuery

SYSTEM = {"role": "system", "content": "the same rules for all " * 40}
# A small corpus in which words are common and rare, alone and inside others.
LETTERS = "退货政策包装商品质量运费问题客服订单发票的了是在有不我们"


@pytest.fixture
def store(tmp_path: Path) -> History:
    return History(tmp_path / "data")


def add(store: History, asked: str, said: str = "", **given: Any) -> None:
    values = {"at": time.time(), "origin": "o", "lane": "m", "question": asked}
    request = {"messages": [SYSTEM, {"role": "user", "content": asked}]}
    sound = given.pop("sound", b"")
    events = [Started(service="SophNet", model=given.get("lane", "m")), TextDelta(text=said)]
    events += [AudioChunk(data=sound)] if sound else []
    call = AskedCall(service="SophNet", resource="chat", request=request)
    store.add(CallRecord(asked=call, events=[*events, Finished(reason="stop")], **values | given))


def asked(store: History, words: str = "", **wish: Any) -> list[str]:
    return [found.asked for found in store.search(HistoryQuery(words=words, limit=1000, **wish))]


def test_chinese_words_of_any_length_are_found_anywhere(store: History) -> None:
    add(store, "我想知道你们的退货政策是什么", "七天内可以退货")
    for words in ("退", "退货", "货政", "退货政策", "知道你们的退货政策", "七天", "政策 七天"):
        assert asked(store, words), words
    for words in ("货退", "政退", "退货政策吗", "退货 发票"):
        assert not asked(store, words), words


def test_other_words_are_found_by_their_beginning_in_any_case(store: History) -> None:
    add(store, "What is the Refund policy? Café", "see §3.2 of the terms")
    for words in ("refund", "REF", "polic", "cafe", "refund policy", "3.2"):
        assert asked(store, words), words
    assert not asked(store, "efund")


def test_mixed_words_are_found(store: History) -> None:
    add(store, "用Python写一个GPU程序", "ok")
    assert asked(store, "Python写")
    assert asked(store, "gpu程序")


@pytest.mark.parametrize(
    "words",
    [
        *('"', "*", "(", "AND", 'a" OR "b', "NEAR(a b)", "asked:x", "^", "-a", "😀", "\0x"),
        *("a" * 5000, " ".join(map(str, range(1000))), "'", ";--", "%", "_"),
    ],
)
def test_any_query_is_words_and_no_syntax(store: History, words: str) -> None:
    add(store, "something quite else")
    assert asked(store, words) == []


def test_signs_alone_are_found_by_looking(store: History) -> None:
    add(store, "I 😀 it, 100%")
    add(store, "nothing")
    assert asked(store, "😀") == ["I 😀 it, 100%"]
    assert asked(store, "%") == ["I 😀 it, 100%"]


def test_what_is_found_is_what_a_plain_scan_finds_also_after_forgetting(
    store: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "CHUNK", 64)
    chance = random.Random(7)
    texts = ["".join(chance.choices(LETTERS, k=chance.randrange(3, 60))) for _ in range(400)]
    for text in texts:
        add(store, text)
    queries = ["".join(chance.choices(LETTERS, k=size)) for size in (1, 2, 2, 2, 3, 4) * 8]
    queries += [text[3:7] for text in texts[:30] if len(text) > 8]
    for query in queries:
        assert sorted(asked(store, query)) == sorted(t for t in texts if query in t), query
    gone = store.chosen(HistoryQuery())[::3]
    texts = [text for number, text in enumerate(texts) if number % 3]
    assert store.forget(gone).calls == len(gone)
    for query in queries:
        assert sorted(asked(store, query)) == sorted(t for t in texts if query in t), query
    # The newest are gone, and others get their numbers.
    assert store.forget(store.chosen(HistoryQuery())[-100:]).calls == 100
    texts = texts[:-100] + texts[:150]
    for text in texts[-150:]:
        add(store, text)
    for query in queries:
        assert sorted(asked(store, query)) == sorted(t for t in texts if query in t), query
    assert store.writer.flush(60)
    known = store.read(index.indexed)
    assert known > 300


def test_an_empty_query_lists_the_newest_first(store: History) -> None:
    for number in range(5):
        add(store, str(number))
    found = store.search(HistoryQuery(limit=2, skip=1))
    assert [each.asked for each in found] == ["3", "2"]


def test_lists_are_narrowed(store: History) -> None:
    add(store, "a", lane="GLM-5.2", notebook="x.ipynb", at=100.0)
    add(store, "a", lane="DeepSeek", notebook="y.ipynb", at=200.0, ending="failed", error="no")
    add(store, "b", lane="100%", at=300.0)
    assert asked(store, model="glm") == ["a"]
    assert asked(store, notebook="y.") == ["a"]
    assert asked(store, since=250.0) == ["b"]
    assert asked(store, before=150.0) == ["a"]
    assert asked(store, failed=True) == ["a"]
    assert asked(store, model="%") == ["b"]
    assert len(asked(store, "a", model="deep")) == 1


def test_ranked_puts_what_holds_the_word_more_often_first(store: History) -> None:
    add(store, "退货退货退货", "退货")
    add(store, "退货 " + "其他的话" * 30)
    assert asked(store, "退货", ranked=True)[0].startswith("退货退货")


def test_an_index_of_another_version_is_built_anew(
    store: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "CHUNK", 3)
    for number in range(10):
        add(store, f"退货 {number}")
    assert store.writer.flush(60)
    assert store.indexed()
    store.write(lambda rows: rows.execute("UPDATE facts SET value = '0' WHERE name = 'pieces'"))
    assert len(asked(store, "退货")) == 10  # by looking
    again = History(store.folder)
    add(again, "退货 new")
    assert again.writer.flush(60)
    assert again.indexed()
    assert len(asked(again, "退货")) == 11
    again.forget(again.chosen(HistoryQuery())[:5])
    assert len(asked(again, "退货")) == 6


def test_without_full_text_search_words_are_looked_for(
    store: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "has_fts5", lambda rows: False)
    add(store, "退货政策")
    assert asked(store, "退货") == ["退货政策"]
    assert asked(store, "货退") == []
    assert not store.indexed()


def test_forgetting_takes_what_nothing_else_names(store: History) -> None:
    add(store, "one", sound=b"shared")
    add(store, "two", sound=b"shared")
    add(store, "three", sound=b"alone")
    first, second, third = store.chosen(HistoryQuery())
    gone = store.forget([first, third])
    assert (gone.calls, gone.bodies, gone.media) == (2, 0, 1)
    assert len(list(store.media.folder.rglob("*/*"))) == 1
    gone = store.forget([second])
    assert (gone.calls, gone.bodies, gone.media) == (1, 1, 1)
    assert not list(store.media.folder.rglob("*/*"))


def test_nothing_of_what_is_forgotten_can_be_read_in_the_file(
    store: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "CHUNK", 1)
    add(store, "a secretword in 保密文件", "anotherword")
    add(store, "something else")
    assert store.writer.flush(60)
    assert store.read(index.indexed) == 2
    assert store.path.read_bytes().count(b"secretword") == 2
    store.forget(store.chosen(HistoryQuery())[:1])
    content = store.path.read_bytes()
    for word in ("secretword", "anotherword", "保密", "密文"):
        assert word.encode() not in content, word


def test_a_star_is_never_forgotten(store: History) -> None:
    add(store, "keep")
    add(store, "drop")
    keep, drop = store.chosen(HistoryQuery())
    assert store.star(keep)
    assert not store.star(99)
    gone = store.forget([keep, drop, 99])
    assert (gone.calls, gone.kept) == (1, 1)
    assert asked(store, star=True) == ["keep"]


def test_beyond_the_limit_the_oldest_go(store: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CHECKED_EVERY", 10)
    monkeypatch.setattr(forgetting, "CHUNK", 10)
    monkeypatch.setattr(forgetting.keep_within, "__defaults__", (500_000,))
    for number in range(200):
        add(store, str(number), "x" * 20_000)
    kept = asked(store)
    assert kept[0] == "199"
    assert len(kept) < 30
    assert store.read(forgetting.size) < 800_000
    # What was spent is remembered all the same.
    assert store.read(lambda rows: rows.execute("SELECT calls FROM spent").fetchone()) == (200,)


def test_a_forgotten_answer_of_a_run_is_one_to_be_asked_again(store: History) -> None:
    from sophnet_jupyter.history import runs

    record = runs.begin(store, name="n")
    with record.row(0, "k") as row:
        row.done(state="complete", events=[TextDelta(text="hi"), Finished(reason="stop")])
    store.forget(store.chosen(HistoryQuery()))
    assert record.states() == {0: ("forgotten", "k")}


def test_the_pieces_of_a_text_are_letters_and_words_and_pairs_of_common_letters() -> None:
    assert set(pieces.pieces("退货，我们的 Policy").split()) == set("退货，我们的") | {
        *("我们", "们的", "policy")
    } - {"我们", "们的"}
    assert pieces.Words("退货 Refund").wanted[-1] == ("refund", True)


def test_no_words_of_a_query_can_break_the_index(store: History) -> None:
    add(store, "hello")
    chance = random.Random(3)
    signs = "ab退货\"*():^-+{}[]\\ 'ANDORNOT\0\u200b😀"
    for _ in range(300):
        words = "".join(chance.choices(signs, k=chance.randrange(1, 12)))
        try:
            store.search(HistoryQuery(words=words))
        except sqlite3.Error as error:
            pytest.fail(f"{words!r}: {error}")


def test_a_text_too_long_for_the_index_is_found_to_its_end(
    store: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "CHUNK", 4)
    monkeypatch.setattr(index, "INDEXED", 1000)
    add(store, "long", "x " * 2000 + "退货 refund")
    for number in range(8):
        add(store, str(number))
    assert store.writer.flush(60)
    assert store.read(index.indexed) >= 8
    assert asked(store, "退货") == asked(store, "refund") == asked(store, "long") == ["long"]


def test_a_store_of_the_version_before_is_found_again_with_its_index_anew(store: History) -> None:
    add(store, "退货政策", "一")
    store.writer.flush()
    with database.opened(store.path, history.SCHEMA) as rows:
        # As that version left it.
        rows.execute("DROP TABLE words")
        rows.execute(
            "CREATE VIRTUAL TABLE words USING fts5(said, asked, content='', detail='full', "
            "tokenize='unicode61 remove_diacritics 2')"
        )
        rows.execute("INSERT INTO words (rowid, asked, said) VALUES (1, '退货 货政 政策 策', '一')")
        for name, value in (("pieces", "2"), ("indexed", "0"), ("to_index", "0")):
            index.put_fact(rows, name, value)
        rows.execute("PRAGMA user_version = 4")
    again = History(store.folder)
    assert asked(again, "货政") == ["退货政策"]
    assert again.path.with_name("history.sqlite.v4").exists()
    add(again, "退货二")
    assert asked(again, "退货") == ["退货二", "退货政策"]
    again.forget([1])
    assert asked(again, "退货") == ["退货二"]
    assert "货政".encode() not in again.path.read_bytes()
    assert not again.path.with_name("history.sqlite.v4").exists()
