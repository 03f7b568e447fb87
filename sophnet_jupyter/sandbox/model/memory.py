"""What the user told earlier in the same conversation."""

from __future__ import annotations

import re

from .script import Talk, quoted

_TOLD = re.compile(
    r"\b(?:my name is|call me) ([A-Z]\w*|\w+)|我(?:的名字)?(?:叫|是叫)([\u3400-\u9fffA-Za-z]{1,8})",
    re.IGNORECASE,
)
_ASKS_NAME = r"what(?:'s| is) my name|who am i|我叫什么|我的名字是什么|我是谁"
_ASKS_PAST = (
    r"what did i (?:say|ask|tell)|what was my (?:first|last|previous)|我(?:刚才|之前|上次)(?:说|问)"
)


def recall(talk: Talk) -> str | None:
    """Answer questions about earlier turns, and take note of a name."""
    if talk.mentions(_ASKS_NAME):
        return _name(talk)
    if talk.mentions(_ASKS_PAST):
        return _past(talk)
    if (name := _told(talk.prompt)) and len(talk.prompt) < 80:
        return talk.says(
            f"Nice to meet you, **{name}**! I will know it as long as this conversation is sent.",
            f"很高兴认识你，**{name}**！只要对话还在，我就记得。",
        )
    return None


def _name(talk: Talk) -> str:
    names = [name for text in talk.earlier if (name := _told(text))]
    if names:
        return talk.says(f"Your name is **{names[-1]}**.", f"你叫 **{names[-1]}**。")
    return talk.says(
        "You have not told me your name in this conversation.", "这次对话里你还没有告诉我名字。"
    )


def _past(talk: Talk) -> str:
    if not talk.earlier:
        return talk.says("This is the first thing you said.", "这是你说的第一句话。")
    lines = "\n".join(
        f"{number}. {quoted(text)}" for number, text in enumerate(talk.earlier[-10:], 1)
    )
    return talk.says(f"Before this, you said:\n\n{lines}", f"在此之前，你说过：\n\n{lines}")


def _told(text: str) -> str | None:
    found = _TOLD.search(text)
    if found is None:
        return None
    name = found[1] or found[2]
    # 我叫什么 asks for a name; it does not tell one.
    return None if name.startswith("什么") else name
