from __future__ import annotations

import asyncio
import datetime
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.history.limits import BudgetReached
from sophnet_jupyter.history.moments import moment
from sophnet_jupyter.history.search import HistoryQuery
from sophnet_jupyter.magics.sophnet.history import wished
from sophnet_jupyter.response import Response


def chat(shell: Any, words: str) -> Any:
    return shell.run_line_magic("sophchat", words)


def ask(shell: Any, line: str) -> Any:
    return shell.run_line_magic("sophnet", f"history {line}".strip())


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_what_a_cell_asked_is_listed_found_and_shown(shell: Any, capsys: Any) -> None:
    first = chat(shell, "你们的退货政策是什么")
    chat(shell, "hello there")
    said(capsys)
    ask(shell, "")
    assert [
        word for line in said(capsys).splitlines() for word in ("退货政策", "hello") if word in line
    ] == ["hello", "退货政策"]
    ask(shell, "退货")
    assert "hello" not in said(capsys)
    found = ask(shell, "show 1")
    assert isinstance(found, Response)
    assert found.text == first.text
    assert "你们的退货政策是什么" in said(capsys)


def test_the_first_use_says_what_is_kept_where_and_how_to_stop_it(
    shell: Any, capsys: Any, tmp_path: Path
) -> None:
    for _ in range(2):
        chat(shell, "hi")
        shell.events.trigger(
            "post_run_cell",
            SimpleNamespace(error_in_exec=None, error_before_exec=None, execution_count=0),
        )
    printed = said(capsys)
    assert printed.count("are kept in") == 1
    assert str(tmp_path / "data" / "history.sqlite") in printed
    assert "%sophnet history off" in printed


def test_history_off_keeps_nothing_and_on_goes_on(shell: Any, capsys: Any) -> None:
    ask(shell, "off")
    chat(shell, "secret")
    said(capsys)
    ask(shell, "")
    assert "%sophnet history on" in said(capsys)
    ask(shell, "on")
    chat(shell, "open")
    said(capsys)
    ask(shell, "")
    assert "secret" not in (printed := said(capsys))
    assert "open" in printed


def test_a_question_is_asked_again(shell: Any, capsys: Any) -> None:
    chat(shell, "--temperature 0.5 hi")
    again = ask(shell, "rerun #1")
    assert again.ending == "complete"
    call = shell.run_line_magic("sophnet", "history show 2")
    assert call.text == again.text


def test_two_answers_are_compared(shell: Any) -> None:
    chat(shell, "one")
    chat(shell, "two")
    found = ask(shell, "diff 1 2")
    assert found.titles[0].startswith("#1")
    with pytest.raises(UsageError, match="shows how two"):
        ask(shell, "diff 1")


def test_a_star_stays_and_the_rest_is_forgotten(shell: Any, capsys: Any) -> None:
    for words in ("one", "two", "three"):
        chat(shell, words)
    ask(shell, "keep 2")
    said(capsys)
    ask(shell, "forget --all")
    assert "2 forgotten, 1 with a star stay" in said(capsys)
    ask(shell, "keep 2 off")
    said(capsys)
    ask(shell, "forget 2")
    assert "1 forgotten" in said(capsys)
    with pytest.raises(UsageError, match="There is no #2"):
        ask(shell, "show 2")


def test_the_words_of_the_commands_can_be_searched_too(shell: Any, capsys: Any) -> None:
    chat(shell, "please show me the off switch")
    said(capsys)
    for words in ("show", "show me", "off switch"):
        ask(shell, words)
        assert "please" in said(capsys), words


@pytest.mark.parametrize("ending", ["jsonl", "csv", "md"])
def test_it_is_written_to_a_file(shell: Any, tmp_path: Path, ending: str) -> None:
    chat(shell, "=退货")
    ask(shell, f"export {tmp_path / 'all'}.{ending} 退货")
    text = (tmp_path / f"all.{ending}").read_text(encoding="utf-8-sig")
    if ending == "jsonl":
        assert json.loads(text)["question"] == "=退货"
    elif ending == "csv":
        # A spreadsheet would take it for a formula.
        assert "'=退货" in text
    else:
        assert "> =退货" in text
    with pytest.raises(UsageError, match="FILE ends with"):
        ask(shell, "export all.exe")


def test_the_cache_answers_in_a_cell_until_it_is_cleared(shell: Any, capsys: Any) -> None:
    chat(shell, "--cache hi")
    assert chat(shell, "--cache hi").cached
    shell.run_line_magic("sophnet", "cache clear")
    assert "answers are not given again" in said(capsys)
    assert not chat(shell, "--cache hi").cached
    assert chat(shell, "--cache hi").cached


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--modle x", "Did you mean --model?"),
        ("--since", "wants a word"),
        ("--since soon", "is no moment"),
        ("forget", "history forget N"),
        ("forget all", "history forget N"),
        ("keep 1 of", "keep N off"),
        ("show 99", "There is no #99"),
    ],
)
def test_a_slip_is_told(shell: Any, line: str, says: str) -> None:
    chat(shell, "hi")
    with pytest.raises(UsageError) as caught:
        ask(shell, line)
    assert says in str(caught.value)
    assert len(shell.run_line_magic("sophnet", "history show 1").text)


def test_a_line_is_read_as_a_wish() -> None:
    wish = wished("退货 --model GLM policy --failed --limit=5")
    assert wish == HistoryQuery(words="退货 policy", model="GLM", failed=True, limit=5)


NOW = datetime.datetime(2026, 11, 29, 15, 30).astimezone()


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ("2026-11-21", (2026, 11, 21, 0, 0)),
        ("11-21", (2026, 11, 21, 0, 0)),
        ("12-21", (2025, 12, 21, 0, 0)),
        ("11-21 14:05", (2026, 11, 21, 14, 5)),
        ("today", (2026, 11, 29, 0, 0)),
        ("yesterday", (2026, 11, 28, 0, 0)),
        ("3d", (2026, 11, 26, 15, 30)),
        ("2h", (2026, 11, 29, 13, 30)),
    ],
)
def test_moments_are_read_as_people_write_them(words: str, then: tuple[int, ...]) -> None:
    assert moment(words, NOW) == datetime.datetime(*then).astimezone().timestamp()  # type: ignore[arg-type]


# Summer time begins on a Sunday at two, and on a Friday at midnight.
BERLIN, CAIRO = "CET-1CEST,M3.5.0,M10.5.0/3", "EET-2EEST,M4.5.5/0,M10.5.4/24"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system's zone cannot be set")
@pytest.mark.parametrize(
    ("zone", "words", "now", "then"),
    [
        (BERLIN, "today", (2026, 10, 25, 15, 30), "2026-10-25T00:00+02:00"),
        (BERLIN, "yesterday", (2026, 10, 26, 15, 30), "2026-10-25T00:00+02:00"),
        (BERLIN, "today", (2026, 3, 29, 15, 30), "2026-03-29T00:00+01:00"),
        # There a day begins at one.
        (CAIRO, "today", (2026, 4, 24, 15, 30), "2026-04-24T01:00+03:00"),
        (CAIRO, "yesterday", (2026, 4, 25, 15, 30), "2026-04-24T01:00+03:00"),
        (CAIRO, "2026-04-24", (2026, 4, 25, 15, 30), "2026-04-24T01:00+03:00"),
        (CAIRO, "04-24", (2026, 4, 25, 15, 30), "2026-04-24T01:00+03:00"),
    ],
)
def test_a_day_begins_with_its_first_hour_wherever_the_clock_is_set(
    monkeypatch: pytest.MonkeyPatch, zone: str, words: str, now: tuple[int, ...], then: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        here = datetime.datetime(*now).astimezone()  # type: ignore[arg-type]
        assert moment(words, here) == datetime.datetime.fromisoformat(then).timestamp()
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("words", ["", "soon", "2026-13-01", "99-99", "2026", "0-0"])
def test_what_is_no_moment_is_refused(words: str) -> None:
    with pytest.raises(SettingsError, match="is no moment"):
        moment(words, NOW)


def test_cells_are_recorded_and_replayed(shell: Any, capsys: Any, tmp_path: Path) -> None:
    file = tmp_path / "a tape.jsonl"
    shell.run_line_magic("sophnet", f"cassette record {file}")
    with pytest.raises(SettingsError, match="in use already"):
        shell.run_line_magic("sophnet", f"cassette replay {file}")
    first = chat(shell, "hi")
    shell.run_line_magic("sophnet", "cassette off")
    assert "1 calls are recorded" in said(capsys)
    shell.run_line_magic("sophnet", f"cassette replay {file}")
    assert chat(shell, "hi").text == first.text
    assert "cassette · ✓ complete" in said(capsys)
    with pytest.raises(SettingsError, match="has no answer"):
        chat(shell, "ho")
    shell.run_line_magic("sophnet", "cassette off")
    with pytest.raises(UsageError, match="record FILE"):
        shell.run_line_magic("sophnet", "cassette play")


def test_stable_outputs_hold_no_seconds(shell: Any, capsys: Any) -> None:
    from sophnet_jupyter.views.output import output

    output.stable = True
    try:
        said(capsys)
        chat(shell, "hi")
        first = said(capsys)
        chat(shell, "hi")
        assert said(capsys) == first
        assert " s · " not in first
    finally:
        output.stable = False


PRICES = """
[[price]]
service = "SophNet"
model = "*"
input = 1000
output = 1000
currency = "CNY"
"""


def test_usage_is_summed_by_what_is_asked_for(shell: Any, capsys: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "prices.toml").write_text(PRICES)
    chat(shell, "-m DeepSeek-V3.2 hi")
    chat(shell, "-m GLM-5 hi")
    shell.run_line_magic("sophnet", "history forget --all")
    said(capsys)
    shell.run_line_magic("sophnet", "usage")
    printed = said(capsys)
    assert "DeepSeek-V3.2 (sandbox)" in printed
    assert "GLM-5 (sandbox)" in printed
    assert "CNY" in printed
    shell.run_line_magic("sophnet", "usage --by day")
    assert "2" in said(capsys).splitlines()[1]
    with pytest.raises(UsageError, match="no such option"):
        shell.run_line_magic("sophnet", "usage --buy day")
    with pytest.raises(SettingsError, match="--by is one of"):
        shell.run_line_magic("sophnet", "usage --by cell")


def test_a_budget_is_kept_over_kernels(shell: Any, capsys: Any, tmp_path: Path) -> None:
    from sophnet_jupyter.client import Client

    chat(shell, "hi")
    shell.run_line_magic("sophnet", "budget 100-tokens --per day")
    assert "100 tokens per day" in said(capsys)
    with pytest.raises(BudgetReached, match="is used up"):
        chat(shell, "ho")
    other = Client(history=True)
    with pytest.raises(BudgetReached):
        asyncio.run(other.chat.create("ho"))
    shell.run_line_magic("sophnet", "budget off")
    assert chat(shell, "ho").ending == "complete"
    with pytest.raises(SettingsError, match="needs prices"):
        shell.run_line_magic("sophnet", "budget 20 --per day")
    with pytest.raises(SettingsError, match="per day or per month"):
        shell.run_line_magic("sophnet", "budget 100000-tokens --per hour")


def test_the_variable_sets_a_budget_too(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chat(shell, "hi")
    monkeypatch.setenv("SOPHNET_BUDGET", "10-tokens per month")
    shell.run_line_magic("sophnet", "budget off")
    with pytest.raises(BudgetReached, match="10 tokens per month"):
        chat(shell, "ho")


def test_what_is_under_way_is_reserved_and_given_back(
    shell: Any, sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sophnet_jupyter.client import Client

    monkeypatch.setenv("SOPHNET_BUDGET", "1200-tokens")
    client = Client("sandbox", sandbox.url, history=True)

    async def ask() -> None:
        # Each may take some 500: so two can be under way, and a third would pass the limit.
        streams = [client.chat.stream(f"count to {n}") for n in (3, 4)]
        answers = [aiter(stream) for stream in streams]
        for answer in answers:
            await anext(answer)
        for n in range(3):
            with pytest.raises(BudgetReached):
                await client.chat.create(f"count to {n}")
        for answer in answers:
            async for _ in answer:
                pass
        await client.chat.create("count to 2")

    asyncio.run(ask())
    rows = client.history.read(lambda rows: rows.execute("SELECT * FROM reserved").fetchall())
    assert rows == []


def test_forgetting_all_questions_says_that_conversations_stay(shell: Any, capsys: Any) -> None:
    chat(shell, "-c trip hello there")
    ask(shell, "forget --all")
    assert "Conversations stay: %sophnet chats forget --all." in said(capsys)
    shell.run_line_magic("sophnet", "chats forget --all")
    ask(shell, "forget --all")
    assert "Conversations stay" not in said(capsys)


def test_versions_of_prompts_stay_when_questions_go_and_have_a_forget_of_their_own(
    shell: Any, capsys: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("First of the texts {x}", "Second {x}"):
        shell.run_cell_magic("sophprompt", "kept", text)
    shell.run_cell_magic("sophprompt", "other", "Third {x}")
    ask(shell, "forget --all")
    assert "Versions of prompts stay: %sophnet prompts forget --all." in said(capsys)
    shell.run_line_magic("sophnet", "prompts forget kept")
    assert said(capsys).startswith("2 versions forgotten")
    assert b"First of the texts" not in (tmp_path / "data" / "history.sqlite").read_bytes()
    assert (tmp_path / "prompts" / "kept.md").exists()
    shell.run_line_magic("sophnet", "prompts forget --all")
    assert said(capsys).startswith("1 version forgotten")
    ask(shell, "forget --all")
    assert "Versions of prompts" not in said(capsys)


def test_a_slip_in_the_prices_is_told_with_its_place_and_hides_no_answer_and_no_tokens(
    shell: Any, capsys: Any, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "prices.toml").write_text(PRICES.replace("output", "outputs"))
    assert chat(shell, "-m GLM-5 hi").ending == "complete"
    shell.run_line_magic("sophnet", "usage")
    printed = said(capsys)
    assert "GLM-5 (sandbox)" in printed
    assert "prices.toml, price 1 has 'outputs': did you mean output?" in printed
    with pytest.raises(SettingsError, match="did you mean output"):
        shell.run_line_magic("sophnet", "budget 20 CNY --per day")
    (tmp_path / "data" / "prices.toml").write_text(PRICES)
    _wait_for_prices()
    chat(shell, "-m GLM-5 hi")
    shell.run_line_magic("sophnet", "usage")
    assert "CNY, 1 call unknown" in said(capsys)


def _wait_for_prices() -> None:
    """Until a file that was read is looked at again."""
    from sophnet_jupyter.history.history import FRESH

    time.sleep(FRESH)


def test_an_answer_of_ten_megabytes_is_kept_found_and_given_again(
    shell: Any, capsys: Any, tmp_path: Path
) -> None:
    from sophnet_jupyter.events import Finished, Started, TextDelta
    from sophnet_jupyter.history.calls import CallRecord
    from sophnet_jupyter.history.history import opened
    from sophnet_jupyter.history.keys import AskedCall

    long = "The whole book. " + "退货政策 and so on. " * 500_000 + "The very end."
    asked = AskedCall(service="SophNet", resource="chat", request={"messages": []})
    events = [Started(service="SophNet"), TextDelta(text=long), Finished(reason="stop")]
    history = opened(tmp_path / "data")
    history.add(CallRecord(asked=asked, at=1e9, origin="o", question="a book", events=events))
    ask(shell, "货政 book")
    assert "a book" in said(capsys)
    assert ask(shell, "show 1").text == long
    assert history.writer.flush()
    ask(shell, "forget 1")
    assert "1 forgotten" in said(capsys)
    assert (tmp_path / "data" / "history.sqlite").stat().st_size < 1_000_000


def test_a_clock_that_is_set_back_puts_nothing_out_of_order(
    shell: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    chat(shell, "--cache first of all")
    shell.run_cell_magic("sophprompt", "kept", "Before {x}")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 400 * 86400)
    chat(shell, "-c trip second of all")
    shell.run_cell_magic("sophprompt", "kept", "After {x}")
    said(capsys)
    ask(shell, "")
    listed = said(capsys)
    assert listed.index("second of all") < listed.index("first of all")
    assert chat(shell, "--cache first of all").replayed
    shell.run_line_magic("sophnet", "prompts versions kept")
    assert "now" in said(capsys).splitlines()[-2]
    # What was spent is not spent anew, nor is a budget of then kept open.
    shell.run_line_magic("sophnet", "budget 100-tokens --per day")
    with pytest.raises(BudgetReached):
        chat(shell, "third of all")


@pytest.mark.parametrize("line", ["history", "history forget 1", "usage", "runs", "cache clear"])
def test_a_broken_history_is_told_in_one_line_with_what_to_do(
    shell: Any, tmp_path: Path, line: str
) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "history.sqlite").write_bytes(b"no database " * 1000)
    with pytest.raises(SettingsError, match=r"history\.sqlite cannot be used: .*move the file"):
        shell.run_line_magic("sophnet", line)


def test_a_history_of_a_newer_version_is_listed_and_not_changed(shell: Any, capsys: Any) -> None:
    import sqlite3
    from contextlib import closing

    from sophnet_jupyter.history.history import opened
    from sophnet_jupyter.settings import data_folder

    chat(shell, "hello there")
    history = opened(data_folder())
    assert history.writer.flush()
    with closing(sqlite3.connect(history.path)) as rows:
        rows.execute("PRAGMA user_version = 99")
    said(capsys)
    ask(shell, "hello")
    assert "hello there" in said(capsys)
    with pytest.raises(SettingsError, match=r"a newer version .* Install that version"):
        ask(shell, "forget --all")
