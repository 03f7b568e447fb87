"""``%%sophprompt`` and ``%sophnet prompts`` in a real kernel."""

from __future__ import annotations

import subprocess

import pytest

pytestmark = pytest.mark.kernel

REVIEWS = """%%sophprompt reviews -o p
+++
model = "DeepSeek-V3.2"
description = "What a review is about"
+++
## user
What is this about? {review}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("prompts")


@pytest.fixture(scope="module")
def author(start_kernel, running_sandbox, folder):
    with start_kernel(SOPHNET_SANDBOX_URL=running_sandbox.root, cwd=folder) as kernel:
        yield kernel


def test_a_prompt_is_written_asked_and_compared(author, folder):
    cell = author.run(REVIEWS)
    assert "prompts/reviews.md: new · version " in cell.printed()
    assert (folder / "prompts" / "reviews.md").read_text(encoding="utf-8").startswith("+++\nmodel")
    assert "prompts/reviews.md: unchanged" in author.run(REVIEWS).printed()
    changed = author.run(REVIEWS.replace("What is this", "Say what this is"))
    assert ": changed · version" in changed.printed()
    assert "-What is this about? {review}" in changed.text
    assert "+Say what this is about? {review}" in changed.text
    asked = author.run(
        "import sophnet_jupyter as sj\n"
        "async with sj.Client() as client:\n"
        "    answer = await client.chat.create(p, review='the battery')\n"
        "print(answer.ending, answer.model, p.messages(review='x')[0]['content'])"
    )
    assert asked.printed() == "complete DeepSeek-V3.2 Say what this is about? x\n"


def test_prompts_are_listed_and_differ_from_each_other_and_from_git(author, folder):
    author.run(REVIEWS)
    author.run(REVIEWS.replace("reviews -o p", "v2").replace("What is", "Is"))
    listed = author.run("%sophnet prompts").text
    assert "v2" in listed
    assert "What a review is about" in listed
    between = author.run("%sophnet prompts diff v2 reviews")
    assert "+Is this about? {review}" in between.text
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder)]
    for words in (["init", "-q"], ["add", "prompts"], ["commit", "-qm", "One"]):
        subprocess.run([*git, *words], check=True)
    author.run(REVIEWS.replace("What is", "Now is"))
    assert "+Now is this about? {review}" in author.run("%sophnet prompts diff reviews HEAD").text
    assert "Nor has git a revision" in author.run("%sophnet prompts diff reviews nosuch").text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("%%sophprompt\nHi", "%%sophprompt NAME writes a prompt"),
        ("%%sophprompt ../x\nHi", "is no such name"),
        ("%%sophprompt x\n+++\ntemprature = 1\n+++\nHi", "prompts/x.md:2: its head has"),
        ("%sophprompt nothing", "There is no prompt nothing"),
        ("%sophnet prompts diff", "%sophnet prompts lists them"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(author, folder, code, said):
    cell = author.run(code)
    assert said in cell.text
    assert not (folder / "prompts" / "x.md").exists()
