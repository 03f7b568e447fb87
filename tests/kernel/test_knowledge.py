"""``%knowledge`` in a real kernel."""

from __future__ import annotations

import importlib.util
import re

import pytest

pytestmark = pytest.mark.kernel

RULES = "Travel rules.\n\nA night in a hotel may cost 120 euros.\n"


@pytest.fixture(scope="module")
def keeper(start_kernel, running_sandbox, tmp_path_factory):
    """A kernel in a folder with files."""
    folder = tmp_path_factory.mktemp("keeper")
    (folder / "travel rules.txt").write_text(RULES, encoding="utf-8")
    (folder / "kitchen.txt").write_text("Cups belong in the dishwasher.", encoding="utf-8")
    (folder / "old.doc").write_bytes(b"x")
    (folder / "broken.pdf").write_bytes(b"x")
    with (folder / "long.txt").open("wb") as file:
        file.truncate(120_000_000)
    with start_kernel(SOPHNET_SANDBOX_URL=running_sandbox.root, cwd=folder) as kernel:
        yield kernel


def test_files_are_added_listed_shown_asked_and_deleted(keeper):
    cell = keeper.run("%knowledge handbook-k add *.txt -o sent")
    assert "long.txt has 120.0 MB, and the service takes no more" in cell.text
    cell = keeper.run('%knowledge handbook-k add "travel rules.txt" kitchen.txt -o sent')
    assert cell.status == "ok", cell.text
    assert cell.text.count("✓ ENABLED") == 2
    assert "sandbox" in cell.html
    assert keeper.value("[f.title for f in sent]") == ["travel rules.txt", "kitchen.txt"]
    cell = keeper.run("%knowledge handbook-k files -o found")
    assert "2 files" in cell.text
    assert keeper.value("{f.state for f in found}") == {"ENABLED"}
    cell = keeper.run("%knowledge handbook-k show travel rules.txt -o read")
    assert "A night in a hotel may cost 120 euros." in cell.text
    assert keeper.value("read.content") == RULES
    cell = keeper.run("%sophchat -m custom:handbook-k What may a hotel cost a night?")
    assert "120 euros. [1]" in cell.text
    assert "travel rules.txt (file)" in cell.text
    cell = keeper.run('%knowledge handbook-k rm "travel rules.txt"')
    assert "travel rules.txt is deleted." in cell.text
    assert "1 file ·" in keeper.run("%knowledge handbook-k").text


def test_questions_are_added_changed_and_deleted(keeper):
    cell = keeper.run('%knowledge handbook-q qa add "Who may print?" "Everybody." -o pair')
    assert "Who may print?Everybody." in cell.text
    name = keeper.value("pair.id")
    cell = keeper.run(f'%knowledge handbook-q qa set {name} "Who may print?" "Nobody."')
    assert "Who may print?Nobody." in cell.text
    cell = keeper.run("%sophchat -m custom:handbook-q who may print?")
    assert "Nobody. [1]" in cell.text
    assert "Who may print? (qa)" in cell.text
    cell = keeper.run('%knowledge handbook-q qa rm "Who may print?"')
    assert "is deleted" in cell.text
    assert "no questions" in keeper.run("%knowledge handbook-q qa").text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nope files", "NotFound: .*there is no service nope"),
        ("handbook-e add old.doc", r"SettingsError: old.doc is no file .*Save it as \.docx"),
        ("handbook-e add lost.txt", "SettingsError: There is no file"),
        (f"handbook-e qa add {'q' * 201} a", "SettingsError: The question has 201 characters"),
        ("handbook-e rm lost.txt", "UsageError: The service has no file 'lost.txt'"),
        ("handbook-e qa add Who may print? me", "UsageError: A text with blanks stands in quotes"),
        ("handbook-e dance", "UsageError: dance is nothing that %knowledge does"),
        ("", "UsageError: Say whose knowledge"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(keeper, line, said):
    cell = keeper.run(f"%knowledge {line}")
    assert cell.status == "error"
    assert re.search(said, cell.text), cell.text
    assert "Traceback" not in cell.text


def test_an_interrupt_leaves_what_was_sent_at_the_service(start_kernel, start_sandbox, tmp_path):
    for name in ("travel rules.txt", "kitchen.txt"):
        (tmp_path / name).write_text(RULES, encoding="utf-8")
    with (
        # A file is being read for longer than this takes.
        start_sandbox("--task-seconds", "600") as slow,
        start_kernel(SOPHNET_SANDBOX_URL=slow.root, cwd=tmp_path) as keeper,
    ):
        cell = keeper.run(
            "%knowledge handbook-i add kitchen.txt",
            interrupt_after=lambda cell: "UPLOADING" in cell.text,
        )
        assert cell.status == "error"
        assert "What was sent stays there: %knowledge handbook-i files." in cell.text
        assert cell.errors[0]["ename"] == "Stopped"
        assert "kitchen.txt" in keeper.run("%knowledge handbook-i files").text
        cell = keeper.run("%knowledge handbook-i add 'travel rules.txt' --no-wait")
        assert "… UPLOADING" in cell.text
        cell = keeper.run("%knowledge handbook-i rm 'travel rules.txt'")
        assert "KnowledgeNotReady: travel rules.txt cannot be deleted" in cell.text


def test_a_file_that_the_service_cannot_read_is_an_error(keeper):
    if not importlib.util.find_spec("markitdown"):
        pytest.skip("the engine is not installed")
    cell = keeper.run("%knowledge handbook-b add broken.pdf")
    assert "✕ ERROR" in cell.text
    assert "KnowledgeNotReady: broken.pdf cannot be searched" in cell.text
    cell = keeper.run("%knowledge handbook-b show broken.pdf")
    assert "cannot be shown" in cell.text
    assert "deleted" in keeper.run("%knowledge handbook-b rm broken.pdf").text
