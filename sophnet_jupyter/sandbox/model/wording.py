"""How an answer is put: by the model that is played, and by chance at a temperature."""

from __future__ import annotations

import random
import re

from .question import ChatRequest
from .reader.attention import share
from .script import Talk

# Whose answers are told as the scripts have them, unless they are warm.
PLAIN = "deepseek-v3.2"
# Before an answer, and behind it. All of them name who is played, so that no two models say the
# same.
_OPENINGS = (
    ("As {model} puts it: ", "{model} 这样说："),
    ("{model} would answer so: ", "{model} 的回答是："),
    ("Here is how {model} sees it: ", "{model} 是这样看的："),
    ("In the words of {model}: ", "用 {model} 的话说："),
    ("{model} thought of this first: ", "{model} 首先想到的是："),
    ("What {model} has to say: ", "{model} 想说的是："),
    ("If you ask {model}: ", "要是问 {model}："),
)
_CLOSINGS = (
    ("", ""),
    (" That is all there is to it.", "就是这些。"),
    (" I hope that helps.", "希望有所帮助。"),
    (" Ask on if you want to know more.", "想知道更多，请接着问。"),
    (" Others may see it otherwise.", "别人也许有不同看法。"),
)
# Before the answers to one request: the first, and those behind it.
_AGAIN = (
    ("", ""),
    ("In other words:\n\n", "换句话说：\n\n"),
    ("To say it a third time:\n\n", "第三种说法：\n\n"),
    ("And once more, for good measure:\n\n", "最后再说一遍：\n\n"),
)
# What a sentence cannot stand in one line with.
_BLOCK = re.compile(r"[-*|#>`]|\d+\. |\$\$")


class Wording:
    """
    The manner of one answer.

    At temperature 0 it is the model's own, always the same. Above, it is drawn: by the seed where
    there is one, else anew each time. ``number`` tells apart several answers to one request.
    """

    def __init__(self, chat: ChatRequest, talk: Talk, number: int = 0) -> None:
        self.model = chat.model.rpartition("/")[2]
        self._talk = talk
        self.plain = not chat.temperature and self.model.lower() == PLAIN
        self.plain = self.plain or ":" in self.model
        drawn = [self.model]
        if chat.temperature:
            seed = random.random() if chat.seed is None else chat.seed
            drawn += [str(seed), f"{chat.temperature:g}", talk.prompt, str(number)]
        self._drawn = drawn

    @property
    def place(self) -> int:
        """Where in a list that has no end to begin."""
        return 0 if self.plain else int(share("place", *self._drawn) * 1000)

    def put(self, text: str) -> str:
        """An answer in this manner."""
        if self.plain:
            return text
        opening, closing = self._one(_OPENINGS), self._one(_CLOSINGS).strip()
        # A list, a table or code begins and ends in lines of its own.
        before = "\n\n" if _BLOCK.match(text) else ""
        between = "\n\n" if "\n" in text else self._talk.says(" ", "")
        return f"{opening}{before}{text}" + (f"{between}{closing}" if closing else "")

    def _one(self, among: tuple[tuple[str, str], ...]) -> str:
        chosen = among[int(share(str(among), *self._drawn) * len(among))]
        return self._talk.says(*chosen).format(model=self.model)


def variant(talk: Talk, text: str, number: int) -> str:
    """``text`` as the answer of this number, 0 for the first, would say it."""
    if number < len(_AGAIN):
        return talk.says(*_AGAIN[number]) + text
    return talk.says(f"Said for the {number + 1}th time:\n\n", f"第{number + 1}遍：\n\n") + text
