"""The blocks of code in documents, and what a reader has in the notebook before the first one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "README.zh-CN.md"]
    + [path for path in (ROOT / "docs").rglob("*.md") if "services" not in path.parts]
)
BEFORE = """
import pandas as pd
from dataclasses import dataclass
import sophnet_jupyter
from PIL import Image

@dataclass
class Review:
    product: str
    price: float

df = pd.DataFrame({"review": ["Nice kettle", "Bad lamp"], "Unit price": [20, 30]})
img = Image.new("RGB", (64, 64), "#4c78a8")
client = sophnet_jupyter.Client()
answer = await client.chat.create("What is 6*7?")
"""
# What else a document takes for granted.
ALSO = {
    "docs/many-rows.md": "import dask.dataframe as dd\n"
    "ddf = dd.from_pandas(df.assign(body=df.review), npartitions=1)",
    "docs/administration.md": "from traitlets.config import Config\nc = Config()",
}
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One block: its document, its language, what stands in it."""

    document: str
    language: str
    text: str


def blocks(*languages: str) -> list[Block]:
    """The blocks in these languages, in the order of the documents."""
    return [
        Block(path.relative_to(ROOT).as_posix(), language, text)
        for path in DOCUMENTS
        for language, text in _FENCE.findall(path.read_text("utf-8"))
        if language in languages
    ]


def cells(document: str) -> list[str]:
    """The cells that a reader of a document would run, after what is taken for granted."""
    found = [
        cell.strip()
        for block in blocks("python")
        if block.document == document
        for cell in re.split(r"^# another cell\n", block.text, flags=re.MULTILINE)
    ]
    return ["%load_ext sophnet_jupyter", BEFORE, ALSO.get(document, ""), *found] if found else []


def commands() -> list[tuple[str, str]]:
    """Each line of a block without a language that is a command: its document, the whole line."""
    return [
        (block.document, line.strip())
        for block in blocks("")
        for line in block.text.replace("\\\n", " ").splitlines()
        if re.match(r"\s*(\S*/)?(sophnet-jupyter|make|pip) ", line)
    ]
