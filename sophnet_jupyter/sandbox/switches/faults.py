"""What can go wrong on the way, each with a name to make it happen."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .options import UnknownSwitch

FAULTS = {
    "cut": "the connection closes in the middle of the answer [after 5 chunks]",
    "stall": "the answer stops coming and the connection stays open [after 5 chunks]",
    "silent_end": "the answer just ends, with neither a finish reason nor [DONE] [after 5 chunks]",
    "error_mid_stream": "an error object arrives inside the stream [after 5 chunks]",
    "late_end": "the body ends a while after [DONE] [0.02 seconds]",
    "never_end": "the body does not end after [DONE]",
    "html_200": "a web page arrives in place of an answer, with HTTP 200",
    "empty": "HTTP 200 and no bytes",
    "slow_first": "nothing at all, headers included, for a while [5 seconds]",
    "rate_limit": "429 with Retry-After [1 second]",
    "rate_limit_once": "429 with Retry-After [1 second], then the same request is served",
    "quota": "SophNet answers 429 that speaks of the account, not of time",
    "rate": "429 for more than so many a second [5, and as in 50/10 so many saved up]",
    "at_once": "429 while so many are being answered [8]",
    "tokens_per_minute": "429 once requests of a minute hold so many tokens of 4 bytes [10000]",
    "ramp": "429 for so many more in a second than in the one before [5]",
    "no_retry_after": "the four limits above do not say when to come back",
    "busy_once": "503, then the same request is served",
    "server_error": "500",
    "balance": "402: the account is empty",
    "bad_signature": "TeleAI's gateway finds no signature right (401)",
    "signature_expired": "TeleAI's gateway finds every signature expired (401)",
    "clock_skew": "TeleAI's clock, and its Date header, are an hour ahead (401)",
    "excel_error": "TeleAI answers 200 with this code [10008]",
    "cut_letter": "TeleAI's connection closes inside a letter [after 5 chunks]",
    "concurrency": "Dify answers 429 while so many answers are being made [2]",
    "ping": "Dify sends a ping whenever nothing came for so long [10 seconds]",
    "task_fails": "a task ends as FAILED, with a code and a message",
    "task_canceled": "a task ends as CANCELED",
    "task_never_ends": "a task stays RUNNING",
    "result_expired": "the address of a result answers 403",
    "result_empty": "the address of a result answers 200 and no bytes",
    "result_page": "the address of a result answers with a web page",
    "result_broken": "the address of a result answers with the first half of the file",
    "result_huge": "the address of a result answers with a small file of 144 million pixels",
    "result_private": "the address of a result is in a private network",
    "result_dead": "the address of a result is of a host that is not there",
    "line_refused": "a websocket is refused with HTTP 401",
    "early_close": "a websocket is closed before its ok, with this code [1008]",
    "line_silent": "a websocket is opened, and says nothing",
    "line_cut": "every websocket breaks without a good-bye [after 3 messages]",
    "line_cut_once": "the same, but only the first one that gets so far [after 3 messages]",
    "line_close": "every websocket is closed with 1011 [after 3 messages]",
    "line_idle": "a websocket's 60 seconds without sound or words last so long [1 second]",
    "half_message": "a websocket's message is cut off in its middle [after 2 messages]",
    "deaf_end": "a websocket says nothing any more after BYE, and stays open",
    "drop_connecting": "voice chat breaks before it is created [the first 1 time]",
    "drop_listening": "voice chat breaks after words were heard [the first 1 time]",
    "drop_thinking": "voice chat breaks before the first word of an answer [the first 1 time]",
    "drop_speaking": "voice chat breaks after the first sound of an answer [the first 1 time]",
    "slow_voice": "voice chat waits before the first sound of each answer [2 seconds]",
    "deaf_complete": "voice chat says nothing any more after sound was completed",
    "double_completed": "voice chat says twice that a round is completed",
}
DEFAULTS = {
    "early_close": 1008,
    "line_cut": 3,
    "line_cut_once": 3,
    "line_close": 3,
    "line_idle": 1,
    "half_message": 2,
    "drop_connecting": 1,
    "drop_listening": 1,
    "drop_thinking": 1,
    "drop_speaking": 1,
    "slow_voice": 2,
    "concurrency": 2,
    "ping": 10,
    "cut": 5,
    "stall": 5,
    "silent_end": 5,
    "error_mid_stream": 5,
    "cut_letter": 5,
    "excel_error": 10008,
    "late_end": 0.02,
    "slow_first": 5,
    "rate_limit": 1,
    "rate_limit_once": 1,
    "rate": 5,
    "at_once": 8,
    "tokens_per_minute": 10_000,
    "ramp": 5,
}
# What a fault that takes two numbers has its second one under.
SECOND = {"rate": "rate/"}


def parse(names: Iterable[str]) -> dict[str, float]:
    """
    Read ``cut`` or ``cut=3``: the fault and its number (chunks or seconds), or ``rate=50/10``.

    Raises UnknownSwitch for a name that is no fault and ValueError for a bad number.
    """
    chosen: dict[str, float] = {}
    for item in names:
        name, _, number = item.partition("=")
        if name not in FAULTS:
            raise UnknownSwitch("fault", name, FAULTS)
        first, _, second = number.partition("/") if name in SECOND else (number, "", "")
        chosen[name] = _number(name, first) if first else DEFAULTS.get(name, 0)
        if second:
            chosen[SECOND[name]] = _number(name, second)
    return chosen


def _number(name: str, said: str) -> float:
    value = float(said)
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"fault {name}: {said} is not a number of chunks or seconds")
    return value
