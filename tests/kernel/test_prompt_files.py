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
    unknown = author.run("%sophnet prompts diff reviews nosuch").text
    assert "a version or a revision of git" in unknown


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


def test_a_file_is_asked_with_the_values_of_its_line_and_never_sees_the_notebook(author, sandbox):
    author.run("%%sophprompt line -o _\n## system\nBe {tone}.\n## user\nSay: {review}")
    author.run("review, tone, mine = 'of the notebook', 'loud', 'passed'")
    author.run('%sophchat -p line review="it is broken" tone={mine}')
    said = [one["content"] for one in sandbox.seen()[-1]["body"]["messages"]]
    assert said == ["Be passed.", "Say: it is broken"]
    author.run("%%sophchat -p line tone=kind\nThe only one that is missing")
    said = [one["content"] for one in sandbox.seen()[-1]["body"]["messages"]]
    assert said == ["Be kind.", "Say: The only one that is missing"]
    before = len(sandbox.seen())
    assert "{tone} is missing" in author.run("%sophchat -p line review=x").text
    assert "Did you mean review?" in author.run("%sophchat -p line reviw=x tone=y").text
    assert "no such value" in author.run("%sophchat -p line review={nowhere} tone=y").text
    author.run("%%sophprompt stranger\nSay {In[1]}")
    assert "{In} is missing" in author.run("%sophchat -p stranger").text
    assert len(sandbox.seen()) == before


def test_versions_are_kept_without_git_and_compared(author):
    author.run("%%sophprompt kept\nFirst {x}")
    first = author.value("__import__('sophnet_jupyter').Prompt('kept').version[:8]")
    author.run("%%sophprompt kept\nSecond {x}")
    listed = author.run("%sophnet prompts versions kept").text
    assert first in listed
    assert "now" in listed
    assert "-First {x}" in author.run(f"%sophnet prompts diff kept {first}").text
    assert (
        "No version of elsewhere"
        in author.run(
            "__import__('pathlib').Path('prompts/elsewhere.md').write_text('Hi')\n"
            "%sophnet prompts versions elsewhere"
        ).printed()
    )
