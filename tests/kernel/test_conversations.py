"""Conversations of ``-c`` in real kernels: restarted, run again, forked and taken away."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager

import nbformat
import pytest

pytestmark = pytest.mark.kernel

NAME = "What is my name?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("talks")


@pytest.fixture(scope="module")
def opens(start_kernel, running_sandbox, folder):
    """Starts a kernel of a notebook in that folder, as after a restart."""

    @contextmanager
    def start(notebook: str = "talks.ipynb", **more):
        settings = {"SOPHNET_SANDBOX_URL": running_sandbox.root, **more}
        named = {"JPY_SESSION_NAME": str(folder / notebook), **settings}
        with start_kernel(cwd=folder, **named) as kernel:
            yield kernel
            # Reading waits until what was said is in the file: this kernel is killed.
            kernel.run("%sophnet chats")

    return start


@pytest.fixture(scope="module")
def shared(opens):
    with opens() as kernel:
        yield kernel


@pytest.fixture
def talker(shared, sandbox):
    return shared


def sent(sandbox):
    """Who said what in the last request."""
    return [(one["role"], one["content"]) for one in sandbox.seen()[-1]["body"]["messages"]]


def asked(sandbox):
    return [text for role, text in sent(sandbox) if role == "user"]


def test_a_conversation_goes_on_after_a_restart_in_its_notebook_alone(opens, sandbox):
    with opens("restarted.ipynb") as kernel:
        kernel.run("%sophchat -c intro -s 'Be kind' My name is Ada")
    with opens("restarted.ipynb") as kernel:
        assert "Ada" in kernel.run(f"%sophchat -c intro {NAME}").text
        assert [role for role, _ in sent(sandbox)] == ["system", "user", "assistant", "user"]
        assert "intro" in kernel.run("%sophnet chats").text
    with opens("other.ipynb") as kernel:
        assert "No conversations here" in kernel.run("%sophnet chats").text
        assert "restarted.ipynb" in kernel.run("%sophnet chats --all").text
        kernel.run(f"%sophchat -c intro {NAME}")
        assert asked(sandbox) == [NAME]
        # What has that name elsewhere can be gone on from, once it is no name here.
        kernel.run("%sophnet chats forget intro")
        assert "Ada" in kernel.run(f"%sophchat -c mine --from intro:1 {NAME}").text


def test_run_all_after_a_restart_says_the_same_again(opens, sandbox):
    cells = {"one": "Count to 3", "two": "Count to 4", "three": "Count to 5"}

    def run_all(kernel):
        return [kernel.run(f"%sophchat -c all {text}", cell=cell) for cell, text in cells.items()]

    with opens("again.ipynb") as kernel:
        run_all(kernel)
    with opens("again.ipynb") as kernel:
        first, second, third = run_all(kernel)
        assert "drops turns 2 to 3 behind it" in first.printed()
        assert "drops" not in second.printed() + third.printed()
        assert asked(sandbox) == list(cells.values())
        assert (
            kernel.value(
                "len(get_ipython().run_line_magic('sophnet', 'chats export all messages'))"
            )
            == 6
        )


def test_a_cell_that_is_run_again_replaces_its_own_turn(talker, sandbox):
    talker.run("%sophchat -c again Count to 3", cell="first")
    talker.run("%sophchat -c again Count to 4", cell="second")
    cell = talker.run("%sophchat -c again Count to 6", cell="second")
    assert asked(sandbox) == ["Count to 3", "Count to 6"]
    assert "drops" not in cell.printed()
    cell = talker.run("%sophchat -c again Count to 7", cell="first")
    assert "Turn 1 of conversation again is asked again" in cell.printed()
    assert "drops turn 2 behind it" in cell.printed()
    assert asked(sandbox) == ["Count to 7"]


def test_turns_of_one_run_of_a_cell_follow_each_other(talker, sandbox):
    loop = (
        "for n in (3, 4, 5):\n    get_ipython().run_line_magic('sophchat', f'-c loop Count to {n}')"
    )
    for _ in range(2):
        talker.run(loop, cell="loop")
        assert asked(sandbox) == ["Count to 3", "Count to 4", "Count to 5"]


def test_who_names_no_cell_replaces_nothing(talker, sandbox):
    talker.names_cells, talker.client.session.metadata = False, {"deletedCells": []}
    try:
        for _ in range(2):
            talker.run("%sophchat -c nameless Count to 3")
    finally:
        talker.names_cells = True
    assert asked(sandbox) == ["Count to 3", "Count to 3"]


def test_an_answer_that_fails_or_is_stopped_leaves_the_turns_as_they_were(talker, sandbox):
    talker.run("%sophchat -c safe Count to 3", cell="first")
    talker.run("%sophchat -c safe Count to 4", cell="second")
    assert talker.run("%sophchat -c safe -m no-such hi", cell="first").status == "error"
    talker.run(
        "%sophchat -c safe Count to 9000",
        cell="first",
        interrupt_after=lambda outcome: len(outcome.updates) > 3,
    )
    talker.run("%sophchat -c safe Count to 5", cell="third")
    assert asked(sandbox) == ["Count to 3", "Count to 4", "Count to 5"]


def test_a_fork_begins_with_the_first_turns_and_leaves_the_other_alone(talker, sandbox):
    for n in (3, 4, 5):
        talker.run(f"%sophchat -c long Count to {n}")
    assert "short has 1 turn of long" in talker.run("%sophnet chats fork long at 1 as short").text
    talker.run("%sophchat -c short Count to 6")
    assert asked(sandbox) == ["Count to 3", "Count to 6"]
    assert "long-2 has 3 turns" in talker.run("%sophnet chats fork long").text
    for _ in range(2):
        talker.run("%sophchat -c from --from long:2 Count to 7", cell="from")
        assert asked(sandbox) == ["Count to 3", "Count to 4", "Count to 7"]
    refused = talker.run("%sophchat -c from --from long hi")
    assert "is there already" in refused.printed("stderr")
    assert "has turn 1 to 3" in talker.run("%sophnet chats fork long at 9").printed("stderr")
    assert "name it with -c" in talker.run("%sophchat --from long hi").printed("stderr")
    talker.run("%sophchat -c long Count to 8")
    assert asked(sandbox) == ["Count to 3", "Count to 4", "Count to 5", "Count to 8"]


def test_undo_takes_the_last_turn_back(talker, sandbox):
    talker.run("%sophchat -c undone Count to 3")
    talker.run("%sophchat -c undone Count to 4")
    assert "Count to 4 (1 turn stays)" in talker.run("%sophnet chats undo undone").printed()
    talker.run("%sophchat -c undone Count to 5")
    assert asked(sandbox) == ["Count to 3", "Count to 5"]
    for _ in range(2):
        talker.run("%sophnet chats undo undone")
    refused = talker.run("%sophnet chats undo undone").printed("stderr")
    assert "There is no conversation 'undone'" in refused


def test_what_is_shown_and_exported_is_what_was_said(talker, folder):
    talker.run("%sophchat -c told -s 'Be kind' Count to 3")
    talker.run("%sophchat -c told Say {this}")
    shown = talker.run("%sophnet chats show told").printed()
    assert "user: Count to 3" in shown
    assert "assistant: " in shown
    for ending in ("md", "json", "ipynb"):
        assert "2 turns written" in talker.run(f"%sophnet chats export told t.{ending}").printed()
    assert "> Say {this}" in (folder / "t.md").read_text(encoding="utf-8")
    [first, _] = json.loads((folder / "t.json").read_text(encoding="utf-8"))["turns"]
    assert [one["role"] for one in first["messages"]] == ["system", "user", "assistant"]
    assert first["sandbox"] is True
    notebook = nbformat.read(folder / "t.ipynb", 4)
    nbformat.validate(notebook)
    assert [cell.source.split("\n")[-1] for cell in notebook.cells[2:]] == [
        "Count to 3",
        "Say {this}",
    ]
    talker.run("sent = %sophnet chats export told messages")
    roles = ["system", "user", "assistant", "user", "assistant"]
    assert talker.value("[one['role'] for one in sent]") == roles
    refused = talker.run("%sophnet chats export told t.exe").printed("stderr")
    assert "FILE ends with .md, .json or .ipynb" in refused


def test_a_call_of_a_tool_that_nobody_ran_is_closed_after_a_restart_too(opens, sandbox):
    weather = "def get_weather(city: str) -> str:\n    return 'sun'"
    with opens("tools.ipynb") as kernel:
        kernel.run(weather)
        kernel.run("%sophchat -c tool --tools get_weather What is the weather in Paris?")
    with opens("tools.ipynb") as kernel:
        assert kernel.run("%sophchat -c tool Count to 3").status == "ok"
    roles = [role for role, _ in sent(sandbox)]
    assert roles == ["user", "assistant", "tool", "user"]


def test_a_forgotten_conversation_is_not_in_the_file(talker, folder):
    talker.run("%sophchat -c secret Count to 3 and xylophonic")
    talker.run("%sophnet chats undo secret")
    talker.run("%sophchat -c secret Count to 3 and xylophonic")
    assert "1 forgotten" in talker.run("%sophnet chats forget secret").printed()
    assert "secret" not in talker.run("%sophnet chats").text
    with closing(sqlite3.connect(folder / ".sophnet" / "history.sqlite")) as rows:
        assert rows.execute("SELECT count(*) FROM turns WHERE name = 'secret'").fetchone() == (0,)


def test_without_a_history_conversations_are_in_memory_and_that_is_said(opens, sandbox):
    with opens("off.ipynb", SOPHNET_HISTORY="0") as kernel:
        assert "memory alone" in kernel.run("%sophchat -c off My name is Ada").printed()
        assert "Ada" in kernel.run(f"%sophchat -c off {NAME}").text
        assert "memory alone" in kernel.run("%sophnet chats").text
    with opens("off.ipynb") as kernel:
        assert "No conversations here" in kernel.run("%sophnet chats").text


def test_a_broken_store_is_said_and_not_overwritten(opens, sandbox, folder):
    data = folder / "broken"
    data.mkdir()
    with opens("broken.ipynb", SOPHNET_DATA_DIR=str(data)) as kernel:
        kernel.run("%sophchat -c kept Count to 3")
        kernel.run("%sophnet chats")
    with closing(sqlite3.connect(data / "history.sqlite")) as rows:
        rows.execute("UPDATE turns SET messages = '[{'")
        rows.commit()
    with opens("broken.ipynb", SOPHNET_DATA_DIR=str(data)) as kernel:
        cell = kernel.run("%sophchat -c kept Count to 4")
        assert "cannot be read" in cell.printed()
        assert asked(sandbox) == ["Count to 4"]
    with closing(sqlite3.connect(data / "history.sqlite")) as rows:
        assert rows.execute("SELECT messages FROM turns").fetchall() == [("[{",)]


def test_the_last_answer_is_shown_and_gone_on_from_in_a_later_kernel(opens, sandbox):
    with opens("last.ipynb") as kernel:
        kernel.run("%sophchat -s 'Be kind' My name is Ada")
        # Reading waits until what was asked is in the file: a kernel that is killed might lose it.
        assert "My name is Ada" in kernel.run("%sophnet history").text
    with opens("last.ipynb") as kernel:
        shown = kernel.run("%sophchat --last -o was")
        assert shown.printed().startswith("My name is Ada")
        assert kernel.value("was.ending") == "complete"
        assert "Ada" in kernel.run(f"%sophchat --last {NAME}").text
        assert [role for role, _ in sent(sandbox)] == ["system", "user", "assistant", "user"]
        assert "leave out -c" in kernel.run("%sophchat --last -c other Hi").text
