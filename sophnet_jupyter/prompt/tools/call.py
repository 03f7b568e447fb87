"""One call that a model asks for: its arguments checked, the function run, the result as text."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from ...events import Shown
from ...time_limit import within
from ...values import loose_json
from ..forms.schema import convert, to_builtins
from ..table import has_labels, is_frame, is_lazy, is_series, table_text
from . import result as tool_result
from .tools import Tool

# What a model can make use of; a longer result only costs tokens.
LONGEST_RESULT = 20_000
LONGEST_ERROR = 1_000


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """
    What the model is told. ``error`` is True when that is why the call came to nothing.

    ``shown`` is how the reader sees it, where that is more than the text.
    """

    text: str
    error: bool = False
    shown: Shown | None = None


class _BadArguments(Exception):
    """The arguments are not what the function takes; the message says so to the model."""


async def run(
    tool: Tool | None,
    name: str,
    arguments: str,
    *,
    timeout: float,  # noqa: ASYNC109 - the limit becomes a result, not an exception
    scrub: Callable[[str], str] = str,
) -> ToolOutcome:
    """
    Carry out one call within ``timeout`` seconds.

    Whatever goes wrong becomes an outcome for the model to read: an exception's type and message,
    never its frames. ``scrub`` takes keys out of all that the model is told. A function that is
    not async runs in a thread of its own, which goes on by itself when nobody waits any more.
    """

    def clean(text: str) -> str:
        # Half of a letter, as a text cut by bytes has, could not be sent: the conversation would
        # end with it.
        return loose_json.joined(scrub(text))

    if tool is None or tool.function is None:
        return _failed(f"there is no tool called {name[:80]!r}", clean)
    try:
        positional, named = bound(tool, arguments)
    except _BadArguments as error:
        return _failed(f"{name} was not run: {error}", clean)
    try:
        async with within(timeout) as limit:
            result = await _called(tool.function, positional, named)
            # In its thread too: a repr may be slow.
            text, shown = await _in_thread(_told, result, clean)
            return ToolOutcome(_clipped(text, LONGEST_RESULT), shown=shown)
    except (Exception, SystemExit) as error:
        if isinstance(error, TimeoutError) and limit.passed:
            return _failed(f"{name} did not finish within {timeout:g} s", clean)
        return _failed(f"{name} raised {type(error).__name__}: {_words(error)}", clean)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return _failed(f"{name} was cancelled from within", clean)


def bound(tool: Tool, arguments: str) -> tuple[list[Any], dict[str, Any]]:
    """The arguments as the function's types, positional-only ones apart. Raises _BadArguments."""
    try:
        given = _decoded(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise _BadArguments(f"its arguments are not JSON ({error})") from None
    if not isinstance(given, dict):
        raise _BadArguments("its arguments are not a JSON object")
    try:
        fields = convert(given, tool.fields)
    except ValueError as error:
        raise _BadArguments(str(error)) from None
    declared = tool.fields.__struct_fields__
    known = {
        name: getattr(fields, name) if name in declared else value for name, value in given.items()
    }
    positional = [known.pop(name) for name in tool.positional if name in known]
    return positional, known


def _decoded(arguments: str) -> Any:
    """As the answers of services are read: what the strict reader refuses, by a lenient one."""
    try:
        return msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return loose_json.decode(arguments)


def result_text(result: object) -> str:
    """A text as it is, a table as one, else JSON, and where there is none Python's own notation."""
    if isinstance(result, str):
        return result
    if is_lazy(result) or is_frame(result) or (is_series(result) and has_labels(result)):
        # The repr of a library leaves out rows without a word, and a list the labels.
        return _tables(result) or _represented(result)
    try:
        return msgspec.json.encode(result, enc_hook=to_builtins).decode()
    except Exception:
        # Anything may be raised by the methods of what is encoded here.
        return _tables(result) or _represented(result)


def _told(result: object, scrub: Callable[[str], str]) -> tuple[str, Shown | None]:
    """What the model is told of a result, and what the reader sees."""
    text = scrub(result_text(result))
    try:
        shown = tool_result.shown(result, scrub)
    except Exception:
        # The result's own code; its text is there.
        return text, None
    # The repr of what is Markdown says no more than that it is.
    return (shown.markdown if shown and shown.markdown else text), shown


async def _called(
    function: Callable[..., Any], positional: list[Any], named: dict[str, Any]
) -> Any:
    if _is_async(function):
        return await function(*positional, **named)
    result = await _in_thread(function, *positional, **named)
    # A function may also hand back something to await.
    return await result if inspect.isawaitable(result) else result


def _is_async(function: Callable[..., Any]) -> bool:
    target = getattr(function, "func", function)
    return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(
        getattr(target, "__call__", None)  # noqa: B004 - the method itself is looked at
    )


async def _in_thread(function: Callable[..., Any], *positional: Any, **named: Any) -> Any:
    """
    Like `asyncio.to_thread`, but nobody waits for the thread when a loop or the kernel ends.

    Those of the pool are joined at both, so that one stuck tool would keep a kernel alive.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: Any, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def work() -> None:
        result, failure = None, None
        try:
            result = context.run(function, *positional, **named)
        except (Exception, SystemExit) as error:
            # A future cannot carry a StopIteration.
            failure = RuntimeError(repr(error)) if isinstance(error, StopIteration) else error
        with contextlib.suppress(RuntimeError):  # the loop has closed, nobody waits
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=work, name="sophnet-tool", daemon=True).start()
    return await done


def _failed(said: str, scrub: Callable[[str], str]) -> ToolOutcome:
    return ToolOutcome(_clipped(f"Error: {scrub(said)}.", LONGEST_ERROR), error=True)


def _words(error: BaseException) -> str:
    try:
        return " ".join(str(error).split()).rstrip(".") or "no message"
    except Exception:
        return "no message"


def _tables(result: object) -> str:
    """A table, or several in a dict or a list; empty where there is none, or it cannot be read."""
    try:
        found = table_text(result)
    except Exception:  # the result's own code
        return ""
    return found[0].strip() if found else ""


def _represented(result: object) -> str:
    try:
        return repr(result)
    except Exception:
        return f"a {type(result).__name__} that cannot be shown"


def _clipped(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    note = f"\n… cut: {longest:,} of {len(text):,} characters"
    return text[: longest - len(note)] + note
