"""Prompt files: what they say, what they may reach, and what is told where one is wrong."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client, Prompt, SettingsError
from sophnet_jupyter.errors import UnknownOption
from sophnet_jupyter.prompt.file import place

REVIEWS = """\
+++
model = "DeepSeek-V3.2"
temperature = 0.2
description = "What a review is about"
[defaults]
tone = "polite"
[schema]
type = "object"
properties.topic.type = "string"
+++
## system
Be {tone}. Answer as {"topic": "battery"}.
## user
Great phone!
## assistant
{"topic": "praise"}
## user
{review}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prompts").mkdir()
    return tmp_path / "prompts"


def written(folder: Path, text: str | bytes, name: str = "reviews") -> Path:
    path = folder / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_file_becomes_messages_with_its_few_shot_turns(folder: Path) -> None:
    written(folder, REVIEWS)
    prompt = Prompt("reviews")
    assert prompt.messages(review="蓝牙耳机坏了") == [
        {"role": "system", "content": 'Be polite. Answer as {"topic": "battery"}.'},
        {"role": "user", "content": "Great phone!"},
        {"role": "assistant", "content": '{"topic": "praise"}'},
        {"role": "user", "content": "蓝牙耳机坏了"},
    ]
    assert prompt.variables == ("tone", "review")
    assert prompt.options["model"] == "DeepSeek-V3.2"
    assert prompt.options["schema"]["properties"] == {"topic": {"type": "string"}}
    assert prompt.description == "What a review is about"


def test_a_file_without_marks_is_what_the_user_says(folder: Path) -> None:
    written(folder, "Summarize:\n\n{text}\n")
    assert Prompt("reviews").messages(text="a {text} b") == [
        {"role": "user", "content": "Summarize:\n\na {text} b"}
    ]


def test_a_marked_line_with_a_backslash_is_text(folder: Path) -> None:
    written(folder, "## user\nWrite this:\n\\## user\n\\\\## system\n")
    assert Prompt("reviews").messages()[0]["content"] == "Write this:\n## user\n\\## system"


def asked(prompt: Prompt, **options: Any) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        async with Client() as client:
            return dict(client.chat.request(prompt, **options))

    return asyncio.run(ask())


def test_a_chat_sends_what_the_file_says_and_what_is_given_goes_first(folder: Path) -> None:
    written(folder, REVIEWS)
    prompt = Prompt("reviews")
    body = asked(prompt, review="bad", temperature=1.0)
    assert body["model"] == "DeepSeek-V3.2"
    assert body["temperature"] == 1.0
    assert body["messages"][-1] == {"role": "user", "content": "bad"}
    assert body["response_format"] == {"type": "json_object"}
    with pytest.raises(UnknownOption, match=r"no reviw\. Did you mean review"):
        asked(prompt, reviw="bad")
    with pytest.raises(UnknownOption, match="no review"):
        asked("A text.", review="bad")  # type: ignore[arg-type]


def test_a_variable_called_like_an_option_is_told(folder: Path) -> None:
    written(folder, "Say it {n} times.")
    with pytest.raises(SettingsError, match=r"called like an option .* prompt.messages\(n="):
        asked(Prompt("reviews"), n=3)
    assert Prompt("reviews").messages(n=3)[0]["content"] == "Say it 3 times."


@pytest.mark.parametrize(
    "reach",
    [
        "{os.environ[HOME]}",
        "{In[1]}",
        "{review.__class__}",
        "{review._secret}",
        "{review[_key]}",
        "{review['__class__']}",
        "{__builtins__}",
        "`{review.__class__}`",
        "{tone.upper}",
        "{Err[1]}",
    ],
)
def test_a_prompt_file_cannot_read_the_notebook(folder: Path, reach: str) -> None:
    head = '+++\n[defaults]\ntone = "polite"\n+++\n'
    written(folder, f"{head}Hello {{review}}\n{reach} please.\n")
    review = SimpleNamespace(_secret="geheim", text="fine")
    with pytest.raises(SettingsError) as caught:
        Prompt("reviews").messages(review=review)
    assert "geheim" not in str(caught.value)
    assert "reviews.md:" in str(caught.value)


def test_attributes_and_keys_of_a_passed_value_are_read(folder: Path) -> None:
    written(folder, "{row[Unit price]} for {item.name}")
    prompt = Prompt("reviews")
    said = prompt.messages(row={"Unit price": 3}, item=SimpleNamespace(name="a pen"))
    assert said[0]["content"] == "3 for a pen"


def test_what_is_missing_is_told_with_its_line(folder: Path) -> None:
    written(folder, REVIEWS)
    with pytest.raises(SettingsError, match=r"^prompts/reviews\.md:18: \{review\} is missing"):
        Prompt("reviews").messages()


def test_a_value_without_text_is_told(folder: Path) -> None:
    written(folder, "Say\n{thing} now")
    with pytest.raises(SettingsError, match=r"reviews\.md:2: \{thing\}"):
        Prompt("reviews").messages(thing=object())


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("+++\nmodel = \n+++\nHi", 2, "no TOML: invalid value"),
        ("+++\nmodel = 'a'\nHi", 1, "no end"),
        ("+++\ntemprature = 1\n+++\nHi", 2, "did you mean temperature"),
        ("+++\nmodel = 'a'\n\ntemperature = 'hot'\n+++\nHi", 4, "temperature is a number"),
        ("+++\nseed = true\n+++\nHi", 2, "seed is a whole number"),
        ("+++\nstop = [1]\n+++\nHi", 2, "stop is a text or a list"),
        ("+++\napi_key = 'x'\n+++\nHi", 2, "unknown word"),
        ("+++\ntools = ['rm']\n+++\nHi", 2, "unknown word"),
        ("+++\n[defaults]\n_x = 1\n+++\nHi", 3, "cannot be the name of a variable"),
        ("+++\n+++\n", 3, "it has no text"),
        ("Hello\n## user\nHi", 1, "words before ## user"),
        ("## user\nHi\n## user\nAgain", 3, "second ## user"),
        ("## user\nHi\n## system\nBe kind", 3, "stands once, before"),
        ("## assistant\nHi\n## user\nA", 1, "none is before"),
        ("## user\nHi\n## assistant\nHo", 3, "is the last"),
        ("## user\n\n## assistant\nHo", 3, "nothing stands below ## user"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line_with_its_place(
    folder: Path, text: str, line: int, what: str
) -> None:
    written(folder, text)
    with pytest.raises(SettingsError) as caught:
        Prompt("reviews")
    said = str(caught.value)
    assert said.startswith(f"prompts/reviews.md:{line}: ")
    assert what in said
    assert "\n" not in said


def test_line_ends_and_a_byte_order_mark_change_nothing(folder: Path) -> None:
    plain = Prompt.from_text(REVIEWS)
    written(folder, b"\xef\xbb\xbf" + REVIEWS.replace("\n", "\r\n").encode())
    found = Prompt("reviews")
    assert found.version == plain.version
    assert found.messages(review="a") == plain.messages(review="a")


def test_a_file_in_another_encoding_is_told(folder: Path) -> None:
    written(folder, "你好\n".encode() + "蓝牙".encode("gbk"))
    with pytest.raises(SettingsError, match=r"reviews\.md:2: it is not UTF-8"):
        Prompt("reviews")


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "~/x", "a/../../x", ".hidden", "a\\b", "", " ", "a:b", "a\nb"]
)
def test_a_name_leads_nowhere_but_into_its_folder(folder: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="is no such name"):
        Prompt(name)


def test_links_do_not_lead_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("geheim")
    (folder / "x.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(SettingsError, match="leads out of prompts/"):
        Prompt("x")
    (tmp_path / "s.json").write_text("{}")
    (folder / "s.json").symlink_to(tmp_path / "s.json")
    written(folder, "+++\nschema = 's.json'\n+++\nHi")
    with pytest.raises(SettingsError, match="leads out of prompts/"):
        Prompt("reviews")


@pytest.mark.parametrize("name", ["../s.json", "/etc/s.json", "sub/s.json", ".s.json"])
def test_a_schema_is_a_file_beside_the_prompt(folder: Path, name: str) -> None:
    written(folder, f"+++\nschema = {json.dumps(name)}\n+++\nHi")
    with pytest.raises(SettingsError, match="a file beside it"):
        Prompt("reviews")


def test_a_schema_beside_the_prompt_is_read(folder: Path) -> None:
    written(folder, "+++\nschema = 's.json'\n+++\nHi")
    (folder / "s.json").write_text('{"type": "object"}')
    assert Prompt("reviews").schema == {"type": "object"}
    (folder / "s.json").write_text("[")
    with pytest.raises(SettingsError, match="is no JSON"):
        Prompt("reviews")


def test_a_name_that_is_none_is_told_with_the_nearest(folder: Path) -> None:
    with pytest.raises(SettingsError, match="%%sophprompt NAME writes one"):
        Prompt("reviews")
    written(folder, "Hi", "team/reviews")
    written(folder, "Hi", "greeting")
    with pytest.raises(SettingsError, match="Did you mean greeting"):
        Prompt("greting")
    assert place.listed() == ["greeting", "team/reviews"]
    assert Prompt("prompts/team/reviews.md").name == "team/reviews"
    assert Prompt(folder / "greeting.md").name == "greeting"


def test_a_prompt_says_what_it_is(folder: Path) -> None:
    written(folder, REVIEWS)
    prompt = Prompt("reviews")
    assert repr(prompt).startswith(f"<Prompt reviews · {prompt.version[:8]} · DeepSeek-V3.2")
    assert "{review}" in repr(prompt)


def test_a_value_is_put_in_between_tags_and_in_code_too(folder: Path) -> None:
    written(folder, "<p>{review}</p>\n```\nprint({other})\n```\nWhat is it about?")
    assert Prompt("reviews").variables == ("review", "other")
    said = Prompt("reviews").messages(review="bad")[0]["content"]
    assert said == "<p>bad</p>\n```\nprint({other})\n```\nWhat is it about?"


def test_values_that_are_given_once_need_not_be_passed_again(folder: Path) -> None:
    prompt = Prompt.from_text("{a} and {b}")
    given = prompt.given(a="one")
    assert given.missing == ("b",)
    assert given.messages(b="two")[0]["content"] == "one and two"
    assert given.messages(a="three", b="two")[0]["content"] == "three and two"
    assert prompt.missing == ("a", "b")
    with pytest.raises(UnknownOption):
        prompt.given(c="")
