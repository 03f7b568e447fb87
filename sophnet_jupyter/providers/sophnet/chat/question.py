"""
A chat request with its tools and schema, prepared for all rounds of its answer.

Pictures, tools and forms are imported by the first question that has some: a plain one is ready
without them, and so is a kernel that only loads the extension.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec
from msgspec.structs import replace as changed

from ....errors import SettingsError
from ....events import Event, Parsed, ToolResult
from ....language import tr
from ....response.rounds import ToolCall
from ...arguments import encoded, number, whole
from ...keeping import CallMask, Wanted
from .. import models
from .request import Prompt, request

if TYPE_CHECKING:
    from ....prompt.forms.shape import Shape
    from ....prompt.tools.tools import Tool

Ask = Callable[["Body"], AsyncGenerator[Event, None]]

# Seconds that a tool may be given.
LONGEST = 86_400
# More answers to one question than any service gives.
MOST_CHOICES = 128

_DATA_URI = re.compile(r"(data:[\w/+.-]+;base64,[A-Za-z0-9+/]{16})([A-Za-z0-9+/]{48,}={0,2})")
# What commands a terminal or turns text round, and may stand unescaped in JSON.
_UNSEEN = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


class Body(dict[str, Any]):
    """
    The JSON body of a request.

    Its repr is indented; long data is shortened in it, and ``scrub`` takes out the key, should the
    prompt hold it.
    """

    scrub: Callable[[str], str] = str

    @property
    def choices(self) -> int:
        """The number of answers expected. An invalid count is left for the service to refuse."""
        n = self.get("n")
        return min(n, MOST_CHOICES) if isinstance(n, int) and n > 1 else 1

    def __repr__(self) -> str:
        text = msgspec.json.format(encoded(self), indent=2).decode()
        text = _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], self.scrub(text))
        return _DATA_URI.sub(lambda found: f"{found[1]}… ({_kilobytes(found[2])})", text)


# How the result of a call begins that was left out, after the last round.
NOT_RUN = "Error: not run"


class Reuse(NamedTuple):
    """Whether a kept answer will do, and which of several equal questions it is."""

    cache: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatQuestion:
    """
    The parts of a request that stay the same over all rounds of an answer.

    ``mask`` has taken personal data out of it, where that was wanted.
    ``tools`` are those to run, none if the caller does that; ``shape`` is the form the answer
    must have, ``repair`` how often the model may correct itself.
    """

    body: Body
    notices: tuple[str, ...] = ()
    tools: Mapping[str, Tool]
    shape: Shape | None = None
    max_rounds: int
    tool_timeout: float
    repair: int
    mask: CallMask | None = None

    def wanted(self, voice: object, reuse: Reuse, scrub: Callable[[str], str] = str) -> Wanted:
        """All that decides about the answer, for who keeps answers."""
        request = dict(self.body)
        request["messages"] = messages = list(request.get("messages") or ())
        if self.tools:
            request |= {"run_tools": True, "max_rounds": self.max_rounds}
        if self.repair:
            request["repair"] = self.repair
        if voice:
            request["voice"] = voice
        return Wanted(
            resource="chat",
            request=request,
            question=_words(messages),
            lane=str(request.get("model") or ""),
            cache=reuse.cache,
            number=reuse.number,
            revive=self._revived if self.shape else None,
            run_tool=partial(self._run, scrub) if self.tools and self.mask is None else None,
        )

    async def _run(
        self, scrub: Callable[[str], str], asked: ToolCall, kept: ToolResult
    ) -> ToolResult:
        """Run a call of a tool anew; one that did not run then, for its rounds, does not now."""
        from ....prompt.tools import call

        if asked.name not in self.tools or kept.text.startswith(NOT_RUN):
            return kept
        outcome = await call.run(
            self.tools[asked.name],
            asked.name,
            asked.arguments,
            timeout=self.tool_timeout,
            scrub=scrub,
        )
        return changed(kept, text=outcome.text, error=outcome.error, shown=outcome.shown)

    def _revived(self, event: Event) -> Event:
        """A parsed value as one of its class again."""
        if not isinstance(event, Parsed) or self.shape is None:
            return event
        return Parsed(value=self.shape.build(event.value))

    @property
    def plain(self) -> bool:
        """True when a single request is enough: no tools to run, no schema to check."""
        return not self.tools and self.shape is None


def question(
    prompt: Prompt,
    *,
    model: str,
    images: object = None,
    detail: str | None = None,
    max_side: int | None = None,
    tools: object = None,
    tool_choice: object = None,
    run_tools: bool = False,
    max_rounds: int = 8,
    tool_timeout: float = 60.0,
    json_mode: bool = False,
    schema: object = None,
    repair: int = 0,
    mask: object = None,
    **options: Any,
) -> ChatQuestion:
    """
    Prepare a request; further options are those of `request`. ``mask`` is a `CallMask`.

    Reads the files of ``images``. Raises `SettingsError` for what cannot be sent.
    """
    whole("repair", repair, least=0)
    box, tool_options = _tools(tools, tool_choice)
    _check_running(box, run_tools, max_rounds, tool_timeout)
    form = _form(json_mode, schema)
    if form:
        options = {"response_format": {"type": "json_object"}} | options
    body = Body(request(prompt, model=model, **tool_options, **options))
    changed: list[str] = []
    if images is not None:
        from ....prompt.images.attach import attach, with_images

        pictures = attach(images, detail=detail, max_side=max_side, pages=True)
        body["messages"] = with_images(body["messages"], pictures)
        changed = [f"{picture.label}." for picture in pictures if picture.note]
    if form and schema is not None:
        from ....prompt.forms.shape import asking_for

        body["messages"] = asking_for(body["messages"], form.instruction)
    masking = cast("CallMask | None", mask)
    if masking is not None:
        # All of it: a tool's description, a stop or an extra field may name somebody too.
        body = Body(masking.sent(dict(body)))
        box = {name: _masking(one, masking) for name, one in box.items()}
    return ChatQuestion(
        body=body,
        notices=(*models.notices(model, body), *_json_notices(body), *changed),
        tools=box if run_tools else {},
        shape=form,
        max_rounds=max_rounds,
        tool_timeout=tool_timeout,
        repair=repair,
        mask=masking,
    )


def _masking(tool: Tool, mask: CallMask) -> Tool:
    """A tool whose function gets the values themselves, in place of their placeholders."""
    return replace(tool, function=mask.tool(tool.function)) if tool.function else tool


def _check_running(
    box: Mapping[str, Tool], run_tools: bool, max_rounds: int, tool_timeout: float
) -> None:
    if not run_tools:
        return
    if not box:
        raise SettingsError(tr("run_tools=True needs tools to run: pass tools=[…]."))
    for name, one in box.items():
        if one.function is None:
            raise SettingsError(
                tr(
                    "{name} is a schema without a Python function, so run_tools cannot run it.",
                    name=name,
                )
            )
    whole("max_rounds", max_rounds, least=1)
    number("tool_timeout", tool_timeout, 0.001, LONGEST)


def _tools(tools: object, tool_choice: object) -> tuple[dict[str, Tool], dict[str, Any]]:
    """The tools by name, and their fields of the request."""
    if tools is None and tool_choice is None:
        return {}, {}
    from ....prompt.tools.tools import choice, toolbox

    box = {} if tools is None else toolbox(tools)
    declared = [dict(one.declaration) for one in box.values()]
    chosen = None if tool_choice is None else choice(tool_choice, box)
    return box, {"tools": declared or None, "tool_choice": chosen}


def _form(json_mode: bool, schema: object) -> Shape | None:
    """The schema that the answer must match."""
    if schema is None and not json_mode:
        return None
    from ....prompt.forms.shape import ANY_JSON, shape

    return ANY_JSON if schema is None else shape(schema)


def _json_notices(body: Body) -> list[str]:
    """Add the word "JSON", which JSON mode demands, to ``body`` if missing, with a notice."""
    form = body.get("response_format")
    if not isinstance(form, Mapping) or form.get("type") != "json_object":
        return []
    from ....prompt.forms.shape import ANY_JSON, asking_for, mentions_json

    if mentions_json(body["messages"]):
        return []
    body["messages"] = asking_for(body["messages"], ANY_JSON.instruction)
    return [
        tr(
            'Added to the system message, as JSON mode demands: "{instruction}"',
            instruction=ANY_JSON.instruction,
        )
    ]


def _words(messages: Sequence[Any]) -> str:
    """The words of the last thing that the user said."""
    for message in reversed(messages):
        if not isinstance(message, Mapping) or message.get("role") != "user":
            continue
        content = message.get("content")
        if isinstance(content, str):
            return content
        parts = content if isinstance(content, list) else []
        texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
        return "\n".join(text for text in texts if isinstance(text, str))
    return ""


def _kilobytes(encoded: str) -> str:
    return f"{max(1, round(len(encoded) * 3 / 4000)):,} kB"
