"""Turn the options of a line into request arguments."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.core.error import UsageError

from ...language import tr
from ...views.answer.formats import AnswerFormat
from ..line import names as named
from ..line.options import extra_body
from ..options.manner import manner


def request_options(args: Namespace, names: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `Chat.stream`. Raises `UsageError`."""
    if args.run_tools and not args.tools:
        raise UsageError(tr("--run-tools needs something to run: name functions with --tools."))
    if args.repair and not (args.json or args.schema):
        raise UsageError(tr("--repair corrects the form that --json or --schema asks for."))
    options: dict[str, Any] = {
        "model": args.model,
        "temperature": args.temperature,
        "top_p": args.top_p,
        "max_tokens": args.max_tokens,
        "stop": args.stop,
        "thinking": True if args.think else False if args.no_think else None,
        "seed": args.seed,
        "extra_body": extra_body(args.extra),
    }
    told = manner(args)
    if told and not args.voice:
        raise UsageError(tr("--rate, --pitch and --volume are of a voice: name it by --voice."))
    if args.voice:
        options["voice"] = {"voice": args.voice, **told} if told else args.voice
    if args.mask:
        options["mask"] = True
    if args.logprobs is not None:
        options |= {"logprobs": True, "top_logprobs": args.logprobs or None}
    if args.tools:
        options |= {"tools": named.tools(args.tools, names), "run_tools": args.run_tools}
    if args.max_rounds is not None:
        options["max_rounds"] = args.max_rounds
    if args.schema:
        options["schema"] = named.schema(args.schema, names)
    if args.json:
        options["json_mode"] = True
    if args.repair:
        options["repair"] = 1
    return options


def form_of(args: Namespace) -> AnswerFormat:
    """How the answer is shown where ``-f`` does not say."""
    chosen: AnswerFormat | None = args.format
    return chosen or ("json" if args.json or args.schema else "markdown")


def closed(turns: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The turns of an answer, with a result for each call that was not run: services need one."""
    answered = {turn["tool_call_id"] for turn in turns if turn.get("role") == "tool"}
    found = list(turns)
    for turn in turns:
        for call in turn.get("tool_calls", ()):
            if call["id"] not in answered:
                said = "Not run: the user has only seen this call."
                found.append({"role": "tool", "tool_call_id": call["id"], "content": said})
    return found
