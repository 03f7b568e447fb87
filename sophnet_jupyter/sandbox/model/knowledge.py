"""What a custom model cites of its knowledge, and what the script then says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..engines.texts import retrieval
from ..engines.texts.retrieval import Passage
from .shelf import File, Pair

# When a question asks for the web, which this sandbox has one page of.
WEB = re.compile(r"\b(web|internet|online)\b|上网|网上|网络|联网", re.IGNORECASE)
LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Known:
    """One source: ``said`` is what it has to say to the question."""

    type: str
    title: str
    content: str
    url: str
    said: str

    def reference(self, index: int) -> dict[str, Any]:
        found = {"index": index, "title": self.title, "content": self.content}
        return {**found, "type": self.type, "url": self.url}


def cited(root: str, service: str, source: File | Pair, passage: Passage, question: str) -> Known:
    """One thing that was found, with the address under which the service has it."""
    if isinstance(source, Pair):
        return Known(
            type="qa",
            title=source.question,
            content=source.answer,
            url=f"{root}/references/{service}/{source.id}",
            said=source.answer,
        )
    return Known(
        type="file",
        title=source.title,
        content=passage.text,
        url=f"{root}/service/{service}/kn/files/{source.id}/source",
        said=retrieval.excerpt(question, passage.text),
    )


def answer(
    found: Sequence[Known], question: str, origin: str, *, chinese: bool
) -> tuple[str, list[dict[str, Any]]]:
    """An answer out of what was found, each source numbered, and the sources."""
    sources = list(found)
    if WEB.search(question):
        sources.append(
            Known(
                type="web",
                title="Server-sent events",
                content="A page of the sandbox.",
                url=f"{origin}/sandbox/web/sse",
                said="沙盒的网络里只有这一页。" if chinese else "The sandbox's web is one page.",
            )
        )
    if not sources:
        nothing = "I have found nothing about that in the files and questions of this service."
        return "这个服务的文件和问答里没有找到相关内容。" if chinese else nothing, []
    lines = []
    for index, source in enumerate(sources, 1):
        said = " ".join(source.said.split())
        said = said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
        title = " ".join(source.title.split())
        if source.type == "qa":
            lines.append(f"{said} [{index}]")
        else:
            lines.append(
                f"《{title}》：{said} [{index}]" if chinese else f"*{title}*: {said} [{index}]"
            )
    opening = "根据这个服务的知识：" if chinese else "This is what I know about it:"
    text = "\n".join([opening, "", *(f"- {line}" for line in lines)])
    return text, [source.reference(index) for index, source in enumerate(sources, 1)]
