"""One answer of the app: the scripted text for its inputs, and the events that carry it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from ..model.generation import prompt_tokens
from ..model.messages import Message as Turn
from ..model.question import ChatRequest
from ..model.reply import reply
from ..model.tokens import tokens
from .shelf import Annotation, File, Message, Run, Shelf
from .source import Source

READABLE = ("txt", "md", "markdown", "csv", "html", "xml")
LONGEST_MATERIAL = 20_000
UNIT, PER = Decimal("0.002"), Decimal("0.001")
REPLACEMENT = "This answer was withdrawn by the app's moderation."
CITES = ("source", "handbook", "citation", "来源", "引用", "手册")


class Answer:
    """The answer to one request; ``text`` in tokens."""

    def __init__(
        self, run: Run, inputs: Mapping[str, str], files: Sequence[File | str], shelf: Shelf
    ) -> None:
        self.run = run
        # What is said comes from there, in place of `text`, where a server stands behind us.
        self.source: Source | None = None
        self.message = Message(user=run.user)
        self._turns = _turns(inputs, files)
        self.annotation = _annotated(inputs["query"], shelf)
        self._cites = any(word in inputs["query"].lower() for word in CITES)
        said = self.annotation.answer if self.annotation else reply(_chat(self._turns), "").text
        self.text = tokens(said)

    def prompt(self) -> list[dict[str, Any]]:
        """The same for a real model, as messages of the usual form."""
        system, user = self._turns
        pictures = [{"type": "image_url", "image_url": {"url": url}} for url in user.images]
        content = [{"type": "text", "text": user.text}, *pictures] if pictures else user.text
        return [
            {"role": "system", "content": system.text},
            {"role": "user", "content": content},
        ]

    def event(self, name: str, **more: Any) -> dict[str, Any]:
        """An event with the fields that all events have."""
        message = self.message
        head = {"event": name, "task_id": self.run.id, "message_id": message.id}
        return {**head, "created_at": message.created_at, **more}

    def said(self, piece: str) -> dict[str, Any]:
        """Append to the answer, which the message stores."""
        self.message.text += piece
        more = {"id": self.message.id, "answer": piece, "from_variable_selector": None}
        return self.event("message", **more)

    def replaced(self) -> dict[str, Any]:
        self.message.text = REPLACEMENT
        return self.event("message_replace", answer=REPLACEMENT, reason="output_moderation")

    def failed(self, why: str = "the model stopped working") -> dict[str, Any]:
        """
        An error event; the only kind without a task id.

        See docs/services/dify.md#completion, row D8.
        """
        event = self.event("error", code="completion_request_error", status=400)
        del event["task_id"]
        return {**event, "message": why}

    def end(self, seconds: float) -> dict[str, Any]:
        more = {"id": self.message.id, "metadata": self.metadata(seconds), "files": None}
        return self.event("message_end", **more)

    def whole(self, seconds: float) -> dict[str, Any]:
        """The answer to a blocking request."""
        self.message.text = "".join(self.text)
        more = {"id": self.message.id, "mode": "completion", "answer": self.message.text}
        return {**self.event("message", **more), "metadata": self.metadata(seconds)}

    def metadata(self, seconds: float) -> dict[str, Any]:
        facts: dict[str, Any] = {"usage": self._usage(seconds)}
        if self._cites:
            facts["retriever_resources"] = [_source(1), _source(2)]
        if self.annotation:
            account = {"id": "7a1e6b0e-66c2-4d53-9d0e-0b8d9f3d2c11", "name": "Sandbox editor"}
            facts["annotation_reply"] = {"id": self.annotation.id, "account": account}
        return facts

    def _usage(self, seconds: float) -> dict[str, Any]:
        asked = sum(prompt_tokens(self._turns))
        said = len(tokens(self.message.text))
        prices = {"prompt": asked * UNIT * PER, "completion": said * UNIT * PER}
        found: dict[str, Any] = {}
        for kind, count in (("prompt", asked), ("completion", said)):
            # Money is decimal text, so that nothing is lost on its way.
            found |= {
                f"{kind}_tokens": count,
                f"{kind}_unit_price": str(UNIT),
                f"{kind}_price_unit": str(PER),
                f"{kind}_price": f"{prices[kind]:.7f}",
            }
        total = f"{sum(prices.values()):.7f}"
        more = {"total_tokens": asked + said, "total_price": total, "currency": "USD"}
        return {**found, **more, "latency": round(seconds, 3)}


def _chat(turns: tuple[Turn, ...]) -> ChatRequest:
    return ChatRequest(
        model="sandbox",
        messages=turns,
        stream=True,
        include_usage=False,
        limit=None,
        stop=(),
        thinking=False,
        thinking_budget=None,
        as_json=False,
        logprobs=None,
        tools=(),
        tool_choice="none",
    )


def _turns(inputs: Mapping[str, str], files: Sequence[File | str]) -> tuple[Turn, ...]:
    """The app's prompt with its variables filled in, and the files beside it."""
    manner = ["You are a writer in a sandbox."]
    if inputs["tone"] == "pirate":
        manner.append("Talk like a pirate.")
    if inputs["language"]:
        manner.append(f"Answer in {inputs['language']}.")
    if inputs["words"]:
        manner.append(f"Use about {inputs['words']} words.")
    words, images = [inputs["query"]], []
    for file in files:
        if isinstance(file, str):
            images.append(file)
        elif file.mime.startswith("image/"):
            images.append(f"data:{file.mime};base64,{base64.b64encode(file.data).decode()}")
        elif file.extension in READABLE:
            words.append(file.data.decode(errors="replace")[:LONGEST_MATERIAL])
    asked = Turn(role="user", text="\n\n".join(words), images=tuple(images))
    return Turn(role="system", text=" ".join(manner)), asked


def _annotated(query: str, shelf: Shelf) -> Annotation | None:
    """The annotation that answers in place of the model, if annotation replies are on."""
    threshold = shelf.threshold
    if threshold is None:
        return None

    def likeness(kept: Annotation) -> float:
        return SequenceMatcher(None, kept.question.lower(), query.lower()).ratio()

    best = max(shelf.annotations.values(), key=likeness, default=None)
    if best is None or likeness(best) < threshold:
        return None
    best.hits += 1
    return best


def _source(position: int) -> dict[str, Any]:
    return {
        "position": position,
        "dataset_id": "101b4c97-fc2e-463c-90b1-5261a4cdcafb",
        "dataset_name": "Handbook",
        "document_id": f"8dd1ad74-0b5f-4175-b735-7d98bbbb4e0{position}",
        "document_name": f"handbook-{position}.md",
        "segment_id": f"ed599c7f-2766-4294-9d1d-e5235a61270{position}",
        "score": 0.98,
        "content": f"What page {position} of the sandbox's handbook says.",
    }
