"""Small talk, a phrasebook, tool results, and the answer to everything else."""

from __future__ import annotations

import re

from .script import Talk, quoted

PHRASES = {
    "hello": "你好",
    "good morning": "早上好",
    "good evening": "晚上好",
    "good night": "晚安",
    "thank you": "谢谢",
    "goodbye": "再见",
    "how are you": "你好吗",
    "i love you": "我爱你",
    "happy new year": "新年快乐",
    "happy birthday": "生日快乐",
    "welcome": "欢迎",
    "good luck": "祝你好运",
    "where is the station": "车站在哪里",
    "how much is it": "多少钱",
    "the weather is nice today": "今天天气很好",
    "knowledge is power": "知识就是力量",
}
_HELLO = r"^\W*(hi|hello|hey|good (morning|evening))\b|^\W*(你好|您好|嗨)"
_ABILITIES = (
    r"what can you do|who are you|what are you|你(是谁|能做什么|会什么)|可以帮我做(什么|些什么)"
)


def greet(talk: Talk) -> str | None:
    """Introduce the script, on a short hello or when asked."""
    if not talk.mentions(_ABILITIES) and not (talk.mentions(_HELLO) and len(talk.prompt) < 60):
        return None
    return talk.says(
        "Hello! I am the **scripted model of the sandbox**: no network, no key, no cost, and "
        "the same answer every time. Things to try:\n\n"
        "- *what is 17\\*23?* – sums are really worked out\n"
        "- *summarise* a text or a table that you put into the prompt\n"
        "- *write a Python function for primes* – code that runs\n"
        "- *compare Python and Rust* – a table\n"
        "- *show me Euler's formula* – mathematics\n"
        "- *my name is Ada*, and later *what is my name?*\n"
        "- *count to 500* – long enough to interrupt\n\n"
        "With a SophNet key, the same cells ask the real models.",
        "你好！我是**沙盒的脚本模型**：不联网、不需要密钥、不花钱，每次回答都一样。可以试试：\n\n"
        "- *17\\*23 等于多少？*——真的会计算\n"
        "- *总结*你放进提示里的文字或表格\n"
        "- *写一个求素数的 Python 函数*——能运行的代码\n"
        "- *比较 Python 和 Rust*——表格\n"
        "- *写出欧拉公式*——数学公式\n"
        "- 先说*我叫小明*，再问*我叫什么名字？*\n"
        "- *数到 500*——足够长，可以试试中断\n\n"
        "有了 SophNet 密钥，同样的单元格就会询问真正的模型。",
    )


def translate(talk: Talk) -> str | None:
    """Translate what the phrasebook has, and say so when it has not."""
    if not talk.mentions(r"\btranslate\b|翻译"):
        return None
    both = {**PHRASES, **{chinese: english for english, chinese in PHRASES.items()}}
    asked = re.sub(r"translate|翻译成?", " ", talk.prompt, flags=re.IGNORECASE).lower()
    found = [phrase for phrase in sorted(both, key=len, reverse=True) if phrase in asked]
    if found:
        lines = [f"- {phrase} → **{both[phrase]}**" for phrase in found[:1]]
        return talk.says("From my phrasebook:", "查短语表：") + "\n\n" + "\n".join(lines)
    known = "\n".join(f"- {english} — {chinese}" for english, chinese in PHRASES.items())
    return talk.says(
        f"I translate by a phrasebook, and this is not in it. It has:\n\n{known}",
        f"我只会查短语表翻译，里面没有这一句。它收有：\n\n{known}",
    )


def tool_result(talk: Talk) -> str | None:
    """Answer from the tool's result when that is the last message."""
    last = talk.messages[-1]
    if last.role != "tool":
        return None
    return talk.says(
        f"The tool returned **{quoted(last.text, 400)}**. That answers your question: "
        f"{quoted(talk.prompt)}",
        f"工具返回了 **{quoted(last.text, 400)}**，这就回答了你的问题：{quoted(talk.prompt)}",
    )


def citations(talk: Talk) -> str:
    """A paragraph with one citation of each kind."""
    return talk.says(
        "The handbook says that an answer arrives in pieces [1]. To stop one, close the "
        "connection [2]. The form of the stream is a web standard [3].",
        "手册说明回答是分段到达的 [1]。要停止回答，关闭连接即可 [2]。"
        "这种流的格式是一项网络标准 [3]。",
    )


def fallback(talk: Talk) -> str:
    """Admit that no script fits, and show what a formatted answer looks like."""
    words = len(talk.prompt.split())
    return talk.says(
        f"You asked: “{quoted(talk.prompt)}”. I am the sandbox's scripted model, and no script "
        "of mine fits that, so here is a little of **everything an answer can hold**.\n\n"
        "- a list with `code` in it\n- a formula, $a^2 + b^2 = c^2$\n- and a table:\n\n"
        "| Your prompt | |\n|---|---:|\n"
        f"| characters | {len(talk.prompt)} |\n| words | {words} |\n"
        f"| messages so far | {len(talk.messages)} |\n\n"
        '```python\nprint("Ask me: what can you do?")\n```\n',
        f"你问的是：“{quoted(talk.prompt)}”。我是沙盒的脚本模型，没有合适的脚本，"
        "所以示范一下**回答里可以有什么**。\n\n"
        "- 列表，里面有 `代码`\n- 公式 $a^2 + b^2 = c^2$\n- 还有表格：\n\n"
        "| 你的提示 | |\n|---|---:|\n"
        f"| 字符数 | {len(talk.prompt)} |\n| 目前的消息数 | {len(talk.messages)} |\n\n"
        '```python\nprint("问问我：你能做什么？")\n```\n',
    )
