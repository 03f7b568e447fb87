"""``%%sophchat --each`` in a real kernel, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.kernel

SET_UP = """
import pandas as pd
from dataclasses import dataclass
df = pd.DataFrame({"n": range(6), "Unit price": [2, 3, 4, 5, 6, 7]}, index=list("abcdef"))
style = "briefly"
@dataclass
class Review:
    answer: str
    score: int
"""


@pytest.fixture
def ready(kernel: Any, sandbox: Any) -> Any:
    kernel.run(SET_UP)
    sandbox.forget()
    return kernel


def test_columns_go_before_variables_and_the_line_says_which(ready: Any, sandbox: Any) -> None:
    said = ready.run("%%sophchat --each df -o out\nSay {style}: {n}*{row[Unit price]}?")
    assert said.status == "ok", said.text
    assert "6 of 6 rows" in said.text
    assert "{n} {row} from the table, {style} from the notebook" in said.text
    assert sorted(sandbox.prompts())[:2] == ["Say briefly: 0*2?", "Say briefly: 1*3?"]
    assert ready.value("(list(out.index), set(out.ending))") == (list("abcdef"), {"complete"})
    assert ready.value("list(out.columns)[:4]") == ["n", "Unit price", "answer", "ending"]
    assert ready.value("str(out['Unit price'].dtype)") == "int64"


def test_the_system_message_is_filled_from_the_notebook(ready: Any, sandbox: Any) -> None:
    said = ready.run("%%sophchat --each df -o out --first 1 --system 'Answer {style}.'\n{n}*2?")
    assert said.status == "ok", said.text
    (body,) = sandbox.posted()
    assert body["messages"][0] == {"role": "system", "content": "Answer briefly."}


def test_fields_of_a_schema_are_columns_and_a_renamed_one_is_told(ready: Any) -> None:
    said = ready.run("%%sophchat --each df --schema Review -o out\nRead {n}")
    assert said.status == "ok", said.text
    assert "answer is answer_2" in said.text
    assert ready.value("list(out.columns)[2:5]") == ["answer", "score", "answer_2"]


def test_a_run_that_has_ended_leaves_nothing_running(
    ready: Any, tasks: Callable[[], int], eventually: Any
) -> None:
    said = ready.run("%%sophchat --each df -o out\nWhat is {n}*3?")
    assert said.status == "ok", said.text
    eventually(lambda: tasks() == 0)


def test_the_first_rows_say_what_all_would_take_and_the_rest_is_gone_on_with(
    ready: Any, sandbox: Any
) -> None:
    said = ready.run("%%sophchat --each df -o some --first 2\nWhat is {n}*7?")
    assert "2 of 2 rows" in said.text
    assert "All 6 rows would take about" in said.text
    assert ready.value("len(some)") == 2
    assert len(sandbox.prompts()) == 2
    said = ready.run("%%sophchat --each df -o some --resume\nWhat is {n}*7?")
    assert "2 from before" in said.text
    assert ready.value("(len(some), set(some.ending))") == (6, {"complete"})
    assert len(sandbox.prompts()) == 6


def test_what_has_changed_is_refused_and_equal_questions_are_kept_anyway(
    ready: Any, sandbox: Any
) -> None:
    ready.run("%%sophchat --each df -o kept\nWhat is {n}*8?")
    sandbox.forget()
    said = ready.run("%%sophchat --each df -o kept --resume\nWhat is {n}*9?")
    assert "the prompt or an option has changed since" in said.text
    ready.run("df.loc['b', 'n'] = 40")
    said = ready.run("%%sophchat --each df -o kept --resume\nWhat is {n}*8?")
    assert "the table has changed since" in said.text
    assert sandbox.prompts() == []
    said = ready.run("%%sophchat --each df -o kept --resume --anyway\nWhat is {n}*8?")
    assert said.status == "ok", said.text
    assert sandbox.prompts() == ["What is 40*8?"]


def test_what_failed_is_asked_again_where_that_is_wanted(ready: Any, sandbox: Any) -> None:
    ready.run(r"bad = [{'t': '\ud800'}, {'t': 'a'}]")
    said = ready.run("%%sophchat --each bad -o out\nSay {t}")
    assert "1 not complete" in said.text
    assert ready.value("[row['ending'] for row in out]") == ["failed", "complete"]
    said = ready.run("%%sophchat --each bad -o out --retry failed\nSay {t}")
    assert "half a character" in said.text
    assert len(sandbox.prompts()) == 1


def test_pictures_by_a_pattern_are_a_row_each(ready: Any, sandbox: Any, tmp_path: Any) -> None:
    ready.run(
        "from PIL import Image\n"
        f"for n in range(3): Image.new('RGB', (6 + n, 5)).save(r'{tmp_path}/p%d.png' % n)"
    )
    said = ready.run(f'%%sophchat --each "{tmp_path}/*.png" -o pics\nDescribe it.')
    assert said.status == "ok", said.text
    assert ready.value("[row['file'][-6:] for row in pics]") == ["p0.png", "p1.png", "p2.png"]
    parts = [body["messages"][-1]["content"] for body in sandbox.posted()]
    assert [len(each) for each in parts] == [2, 2, 2]


def test_a_run_in_the_background_is_listed_and_ends_in_its_table(
    ready: Any, sandbox: Any, eventually: Any
) -> None:
    said = ready.run("%%sophchat --each df -o later -b\nWhat is {n}*3?")
    assert said.status == "ok", said.text
    assert "rows" in ready.run("%sophnet jobs").text
    eventually(lambda: ready.value("type(later).__name__") == "DataFrame")
    assert ready.value("set(later.ending)") == {"complete"}


def test_an_interrupt_keeps_what_is_done_and_resume_asks_only_the_rest(
    start_kernel: Callable[..., Any], start_sandbox: Callable[..., Any]
) -> None:
    with (
        # Slow, so that it cannot come to its end before anybody looks.
        start_sandbox("--tokens-per-second", "10") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as kernel,
    ):
        kernel.run("rows = [{'n': n} for n in range(30)]")
        cell = "%%sophchat --each rows -o told --concurrency 2\nWhat is {n}*{n}?"
        stopped = kernel.run(
            cell,
            interrupt_after=lambda outcome: any(
                f"{n} of 30" in outcome.text for n in (4, 5, 6, 7, 8)
            ),
        )
        assert "RunStopped" in stopped.errors[0]["ename"]
        assert "what is done is in told, and --resume goes on" in stopped.text
        endings = kernel.value("[row['ending'] for row in told]")
        done = endings.count("complete")
        assert 4 <= done < 30
        sandbox.forget()
        again = kernel.run(cell.replace("--concurrency 2", "--concurrency 16 --resume"))
        assert again.status == "ok", again.text
        assert kernel.value("{row['ending'] for row in told}") == {"complete"}
        assert len(sandbox.prompts()) == 30 - done
        assert f"{done} from before" in again.text


def test_a_run_goes_on_in_another_kernel_and_is_listed_there(
    ready: Any, sandbox: Any, start_kernel: Callable[..., Any]
) -> None:
    cell = "%%sophchat --each df -o kept_one --first 4\nWhat is {n}*17?"
    assert ready.run(cell).status == "ok"
    listed = ready.run("%sophnet runs").text
    assert "kept_one" in listed
    assert "4 of 4" in listed
    ready.run("import os")
    folder = ready.value("os.environ['SOPHNET_DATA_DIR']")
    with start_kernel(SOPHNET_SANDBOX_URL=sandbox.root, SOPHNET_DATA_DIR=folder) as other:
        other.run(SET_UP)
        assert "kept_one" in other.run("%sophnet runs").text
        shown = other.run("%sophnet runs kept_one")
        assert "4 of" in shown.text
        assert "17" in shown.text
        sandbox.forget()
        again = other.run(cell.replace("--first 4", "--resume"))
        assert again.status == "ok", again.text
        assert "4 from before" in again.text
        assert len(sandbox.prompts()) == 2
        assert other.value("set(kept_one.ending)") == {"complete"}
        assert other.value("bool(kept_one.call.notna().all())")
    assert "No run is called 'nothing'" in ready.run("%sophnet runs nothing").text


def test_a_budget_ends_a_run_before_it_takes_more(ready: Any, sandbox: Any) -> None:
    said = ready.run("%%sophchat --each df -o poor --budget 1000-tokens --concurrency 1\nStory {n}")
    assert said.status == "ok", said.text
    assert "at the limit of its budget" in said.text
    assert 1 <= ready.value("int((poor.ending == 'complete').sum())") < 6
    taken = ready.value("int(poor.tokens_in.sum() + poor.tokens_out.sum())")
    assert 0 < taken <= 1000
    refused = ready.run("%%sophchat --each df -o poor --budget 2.00CNY\nStory {n}")
    assert "needs the price of" in refused.text


def test_an_answer_that_was_kept_is_taken_again(ready: Any, sandbox: Any) -> None:
    ready.run("%%sophchat --each df -o first_time\nWhat is {n}*19?")
    sandbox.forget()
    said = ready.run("%%sophchat --each df -o second_time --cache\nWhat is {n}*19?")
    assert "6 from earlier calls" in said.text
    assert sandbox.prompts() == []
    assert ready.value("(bool(second_time.cached.all()), int(second_time.tokens_in.sum()))") == (
        True,
        0,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--each df", "--each needs -o NAME"),
        ("--each nothing -o x", "there is no nothing in this notebook"),
        ("--each style -o x", "style is no table: it is a str"),
        ("--each df -o x --first 0", "at least 1"),
        ("--each df -o x -c trip", "--conversation is for one answer"),
        ("--each df -o x --anyway", "goes with --resume"),
        ("--each df -o fresh --resume", "no earlier result"),
        ("--each df -o x --system 'Number {n}'", "--system is the same for every row"),
        ("--each df -o x --system 'Be {stile}'", "{stile} (style?)"),
        ("--first 3", "--first goes with --each"),
        ("--each 'none/*.png' -o x", "no picture has such a name"),
    ],
)
def test_wrong_usage_is_told_in_one_line(ready: Any, sandbox: Any, line: str, said: str) -> None:
    outcome = ready.run(f"%%sophchat {line}\nSay {{n}}")
    assert outcome.status == "error"
    assert said in outcome.text
    assert "\n" not in outcome.text.strip()
    assert sandbox.prompts() == []


def test_a_name_that_is_none_is_refused_before_anything_is_sent(ready: Any, sandbox: Any) -> None:
    said = ready.run("%%sophchat --each df -o x\nSay {m} of {Unit prize}")
    assert said.status == "error"
    assert "no column and no variable here: {m}" in said.text
    assert sandbox.prompts() == []


def test_the_request_of_the_first_row_is_shown_and_nothing_is_sent(
    ready: Any, sandbox: Any
) -> None:
    said = ready.run("%%sophchat --each df -o x --show-request\nWhat is {n}*5?")
    assert '"What is 0*5?"' in said.text
    assert sandbox.prompts() == []
