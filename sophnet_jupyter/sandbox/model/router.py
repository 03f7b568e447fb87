"""Choose the intent that answers a request, and its reasoning."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from . import (
    code,
    counting,
    images,
    knowledge,
    maths,
    memory,
    objects,
    reading,
    smalltalk,
    story,
    tables,
    talking,
    tools,
)
from .knowledge import Known
from .question import ChatRequest
from .reader import raised
from .reader.read import extraction, is_corrected, read
from .references import references
from .script import Call, Script, Talk, quoted
from .tokens import tokens
from .wording import Wording, variant


@dataclass(frozen=True)
class Intent:
    """A way to answer; ``answer`` returns None when the prompt asks for something else."""

    english: str
    chinese: str
    answer: Callable[[Talk], str | None]
    # Whether it is talk, which each model puts in its own way.
    free: bool = False


# The first that answers wins: those that work with the prompt stand before those that
# only match a word of it.
INTENTS = [
    Intent("report what the tool returned", "转述工具的结果", talking.tool_result),
    Intent("recall what was said before", "回忆之前的对话", memory.recall),
    Intent("explain an error", "解释报错", raised.explain),
    Intent("say it in the other language", "换一种语言再说", smalltalk.again),
    Intent("greet somebody", "向人问好", smalltalk.hello_to, free=True),
    Intent("introduce myself", "介绍自己", smalltalk.introduce),
    Intent("count, number by number", "逐个数数", counting.count),
    Intent(
        "summarise the material in the prompt", "总结提示中的材料", reading.summarise, free=True
    ),
    Intent("look the words up in a phrasebook", "查短语表翻译", talking.translate),
    Intent("work the sum out", "算出结果", maths.calculate),
    Intent("tell a story of the length asked for", "写一段指定长度的文字", story.tell),
    Intent("show JSON", "给出 JSON", objects.show),
    Intent("tell what I heard", "说出听到的数字", smalltalk.spoken_numbers),
    Intent("name cities", "列举城市", smalltalk.cities, free=True),
    Intent("find who has the most", "找出最多的一个", tables.extreme),
    Intent("draw a table", "列一张表格", tables.draw),
    Intent("write code that runs", "写一段能运行的代码", code.write),
    Intent("set formulas in TeX", "用 TeX 写公式", maths.formulas),
    Intent("say hello and what I can do", "打招呼并介绍自己", talking.greet),
    Intent("give ideas for a trip", "给出旅行建议", smalltalk.travel, free=True),
    Intent("tell where the sea begins", "说海从哪里开始", smalltalk.the_sea, free=True),
    Intent("say what a tool would know", "说明需要工具", smalltalk.weather, free=True),
    Intent("show a little of everything", "各种格式都示范一点", talking.fallback, free=True),
]


# Not among those above: it stands before them where a custom model knows anything at all.
FROM_KNOWLEDGE = Intent(
    "answer from the files and questions of this service",
    "根据这个服务的文件和问答来回答",
    lambda talk: None,
)

READ = Intent("read the text and tell what it says", "读这段文字并作出判断", lambda talk: None)


def reply(
    chat: ChatRequest, origin: str, known: Sequence[Known] | None = None, number: int = 0
) -> Script:
    """
    The scripted answer to a checked request; ``known`` and ``number`` as in `generate`.

    Words differ from number to number. A call and JSON are the same in each: an opening would
    spoil their form.
    """
    talk = Talk(chat.messages)
    wording = Wording(chat, talk, number)
    talk = replace(talk, place=wording.place, played="" if wording.plain else wording.model)
    if wanted := tools.call(chat, talk):
        return _calling(chat, talk, wanted)
    if known is not None and not chat.as_json:
        text, cited = knowledge.answer(known, talk.prompt, origin, chinese=talk.chinese)
        text = variant(talk, text, number)
        thinking = _thinking(talk, FROM_KNOWLEDGE, text) if chat.thinking else ""
        return Script(text=text, thinking=thinking, references=cited)
    if not (chat.as_json or talk.images) and (said := read(chat, talk)):
        # Only that: what is compared with an expected word has no room for an opening.
        return Script(text=said, thinking=_thinking(talk, READ, said) if chat.thinking else "")
    intent, text = _choose(chat, talk)
    if talk.images:
        seen = images.describe(talk)
        text = seen if intent.answer is talking.fallback else f"{seen}\n\n{text}"
    if not chat.as_json:
        said = _in_manner(talk, text)
        # One word is one word, whoever says it.
        text = variant(talk, wording.put(said) if intent.free and said == text else said, number)
    cited = references(origin) if chat.model.startswith("custom:") and not chat.as_json else []
    if cited:
        text = f"{text}\n\n{talking.citations(talk)}"
    return Script(
        text=text,
        thinking=_thinking(talk, intent, text) if chat.thinking else "",
        references=cited,
    )


def _calling(chat: ChatRequest, talk: Talk, wanted: Call) -> Script:
    thinking = talk.says(
        f'The user writes: "{quoted(talk.prompt)}". Among the tools offered, {wanted.name} '
        f"fits, so I call it and answer with what it returns.",
        f"用户写道：“{quoted(talk.prompt)}”。提供的工具里 {wanted.name} 合适，"
        f"先调用它，再根据结果回答。",
    )
    return Script(text="", thinking=thinking if chat.thinking else "", call=wanted)


def _choose(chat: ChatRequest, talk: Talk) -> tuple[Intent, str]:
    if chat.as_json:
        intent = Intent("give one JSON object", "给出一个 JSON 对象", objects.only)
        broken = "schema_once" in chat.quirks and not is_corrected(talk)
        return intent, objects.only(talk, extraction(chat, talk), broken=broken)
    for intent in INTENTS:
        if (text := intent.answer(talk)) is not None:
            return intent, text
    raise AssertionError("the last intent answers everything")


def _in_manner(talk: Talk, text: str) -> str:
    """Follow, lightly, the manner that the system prompt asks for."""
    asked = f"{talk.system}\n{talk.instruction}"
    if re.search(r"(in|with) one word|one[- ]word answer|用一个词", asked, re.IGNORECASE):
        strong = re.search(r"\*\*(.+?)\*\*", text)
        return strong[1] if strong else talk.says("Sandbox.", "沙盒。")
    if re.search(r"pirate|海盗", talk.system, re.IGNORECASE):
        return talk.says(f"Arr! {text}\n\nFair winds, matey.", f"啊嗬！{text}\n\n一路顺风，船长。")
    return text


def _thinking(talk: Talk, intent: Intent, text: str) -> str:
    """The reasoning: what the script has really based its answer on."""
    turns, size = len(talk.messages), len(tokens(text))
    return talk.says(
        f'The user writes: "{quoted(talk.prompt)}". That is message {turns} of this '
        f"conversation, and I should answer in English. I am a script and match words, so "
        f"let me see what fits best. Of what I can do, one thing suits: {intent.english}. "
        f"I have everything I need for it in the messages. "
        f"The answer will be about {size} tokens long. Now I write it down.",
        f"用户写道：“{quoted(talk.prompt)}”。这是对话中的第 {turns} 条消息，应该用中文回答。"
        f"我是一个脚本，靠关键词来判断。最合适的做法是：{intent.chinese}。"
        f"需要的内容都在消息里。回答大约 {size} 个 token。现在开始写。",
    )
