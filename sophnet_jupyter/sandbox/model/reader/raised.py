"""What an error of Python means, and the beginning of a remedy."""

from __future__ import annotations

import re

from ..script import Talk

_ASKED = r"error|wrong|fail|mend|fix|报错|错误|出错|错在|怎么改"
_RAISED = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception|Warning)): ?(.*)$", re.MULTILINE)
_NAME = re.compile(r"'([\w.]+)'")

# What each means, in English and Chinese, and code in which {name} is what the error names.
_KINDS = {
    "ZeroDivisionError": (
        "a number is divided by zero",
        "除数是零",
        "def divided(number, by):\n    return number / by if by else None\n",
    ),
    "NameError": (
        "the name `{name}` has no value yet: its cell was not run, or it is misspelt",
        "变量 `{name}` 还没有值：对应的单元格没有运行，或者写错了名字",
        "{name} = None  # run the cell that makes it, or give it a value here\n",
    ),
    "KeyError": (
        "there is no entry `{name}`",
        "没有名为 `{name}` 的键",
        "def entry(of, name='{name}', otherwise=None):\n    return of.get(name, otherwise)\n",
    ),
    "ModuleNotFoundError": (
        "the package `{name}` is not installed for this kernel",
        "这个内核没有安装 `{name}`",
        "%pip install {name}\n",
    ),
    "FileNotFoundError": (
        "there is no file `{name}` in the folder that the kernel runs in",
        "内核所在的文件夹里没有文件 `{name}`",
        "from pathlib import Path\n\nPath.cwd(), sorted(Path.cwd().iterdir())[:20]\n",
    ),
}
_OTHER = (
    "a value there is not what the line expects",
    "那一行里的某个值不是所期望的",
    "%debug\n",
)


def explain(talk: Talk) -> str | None:
    """What the last error in the prompt means, and code to go on with; None without one."""
    found = list(_RAISED.finditer(talk.prompt))
    if not found or not re.search(_ASKED, talk.instruction, re.IGNORECASE):
        return None
    kind, words = found[-1].groups()
    english, chinese, code = _KINDS.get(kind, _OTHER)
    named = _NAME.search(words)
    name = named[1] if named else "it"
    lead = talk.says(
        f"**{kind}** means that {english}.", f"**{kind}** 的意思是{chinese}。"
    ).replace("{name}", name)
    then = talk.says("One way to go on:", "可以这样继续：")
    return f"{lead}\n\n{then}\n\n```python\n{code.replace('{name}', name)}```"
