"""Every prompt of the README, of the notebooks and of help has an answer of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sophnet_jupyter.magics.catalogue import lazy_magics
from sophnet_jupyter.magics.dify.words import WORDS
from sophnet_jupyter.sandbox.model.messages import Message
from sophnet_jupyter.sandbox.model.router import INTENTS
from sophnet_jupyter.sandbox.model.script import Talk
from sophnet_jupyter.sandbox.model.talking import fallback

ROOT = Path(__file__).parents[2]
TABLE = "| city | people |\n|---|---|\n| Paris | 2.1 |"
# What stands for values of the notebook.
VALUES = {
    "df": TABLE,
    "cities": TABLE,
    "report": "# Report\n\nSales rose. Costs fell. The year was good.",
    "place": "Paris",
    "a": "17",
    "b": "23",
    "review": "The battery died after a week.",
    "text": "The battery died after a week.",
    "img": "",
    "planets": '{"Mars": 2, "Jupiter": 97, "Saturn": 274}',
}
# Answered by something else than words: by pictures, tools, knowledge, an app's own pages; or
# asked by something else, such as a prompt file.
ELSEWHERE = re.compile(
    r"(?<!\S)-p\b|--(?:last|see|image|tools|file|schema|each|json)\b|custom:|\{(?:chart|sun|img)\}"
    rf"|^(?:{'|'.join(map(re.escape, WORDS))}|stop)\b|picture|What does it show|canteen"
)
_ASKED = re.compile(r"(?:chat\.(?:create|stream)|complete)\(\s*f?\"((?:[^\"\\]|\\.)*)\"")
_CELL = re.compile(r"(?:#.*\n)*%%(?:sophchat|dify)\b([^\n]*)\n(.*)", re.DOTALL)
_LINE = re.compile(r"^\s*%(?:sophchat|dify)\b(.*)$", re.MULTILINE)
_OPTION = re.compile(r"(?<!\S)--?[\w-]+(?:[= ](?:\"[^\"]*\"|(?!-)\S+))?")
_FLAG = re.compile(
    r"(?<!\S)--(?:think|no-think|new|raw|strict|background|run-tools|show-request)\b"
)


def cells(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            if cell["cell_type"] == "code":
                yield "".join(cell["source"])
        return
    for block in re.findall(r"```(?:python)?\n(.*?)```", text, re.DOTALL):
        yield from re.split(r"\n(?=%%|# )", block)


def prompts(cell: str) -> Iterator[tuple[str, str]]:
    """The options and the words of each prompt in a cell."""
    if found := _CELL.match(cell):
        yield found[1], found[2].strip()
    for found in _LINE.finditer(cell):
        yield found[1], _OPTION.sub("", _FLAG.sub("", found[1])).strip()
    for found in _ASKED.finditer(cell):
        yield "", found[1]


def helped() -> Iterator[str]:
    for magic in lazy_magics(None).values():  # type: ignore[arg-type]
        yield from re.split(r"\n\n", re.sub(r"^ {4,12}", "", str(magic.__doc__), flags=re.M))


def everywhere() -> list[str]:
    sources = [ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "notebooks").glob("*.ipynb")]
    found = [one for path in sources for cell in cells(path) for one in prompts(cell)]
    found += [one for cell in helped() for one in prompts(cell)]
    words = [text for options, text in found if not ELSEWHERE.search(f"{options} {text}")]
    words = [text for text in words if not ELSEWHERE.search(text)]
    # IPython puts the usage above the help of a magic.
    return sorted({text for text in words if text and not text.startswith("[")})


@pytest.mark.parametrize("prompt", everywhere())
def test_a_prompt_that_we_show_has_an_answer_of_its_own(prompt: str) -> None:
    filled = re.sub(r"\{(\w+)[^{}]*\}", lambda found: VALUES.get(found[1], found[0]), prompt)
    talk = Talk((Message(role="user", text=filled),))
    answers = (intent for intent in INTENTS if intent.answer(talk) is not None)
    assert next(answers).answer is not fallback


def test_there_are_prompts_in_both_languages_to_be_tried() -> None:
    found = everywhere()
    assert len(found) > 15
    assert any(re.search("[\u4e00-\u9fff]", prompt) for prompt in found)


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        (("用一句话介绍你自己",), "我是"),
        (("用一句话介绍你自己", "…", "And in English?"), "I am the scripted model"),
        (("17*23 等于多少？", "391", "And in English?"), "391"),
        (("And in English?",), "I am the scripted model"),
        (("Plan a trip.", "Yes.", "And in winter?"), "For winter"),
        (("说三个城市",), "成都"),
        (("Say hello to Mei.",), "Hello, Mei!"),
        (("1 2 3",), "Together that is 6"),
        (("Say hello.",), "Hello!"),
        (('Which of {"Mars": 2, "Saturn": 274} has the most moons?',), "**Saturn** has the most"),
        (("{'a': 3, 'b': 1} 里哪个最少？",), "**b** 最少：1"),
        (("Write a function that reverses a string",), "[::-1]"),
    ],
)
def test_small_talk_says_what_was_asked_for(turns: tuple[str, ...], words: str) -> None:
    roles = ("user", "assistant")
    said = [Message(role=roles[n % 2], text=text) for n, text in enumerate(turns)]
    talk = Talk(tuple(said))
    answers = (intent.answer(talk) for intent in INTENTS)
    assert words in next(answer for answer in answers if answer is not None)
