"""Which failure of one row would be that of every row, so that a run ends with it."""

from __future__ import annotations

from ..errors import (
    BalanceExhausted,
    KeyRejected,
    NotFound,
    RequestRefused,
    SandboxFailed,
    speaks_of_money,
)

# What is said of the settings that all rows of a run share, by the names of fields of requests.
_SHARED = ("response_format", "json_schema", "schema", "tools", "tool_choice")


def ends_all(error: Exception) -> bool:
    """
    Whether it would come for every row: a rejected key, an empty balance, a refused schema.

    A refusal of one question, such as that of a content filter, is its row's own.
    """
    if isinstance(error, BalanceExhausted | KeyRejected | NotFound | SandboxFailed):
        return True
    if isinstance(error, RequestRefused):
        said = error.message.lower()
        return any(word in said for word in _SHARED)
    return is_spent(error)


def is_spent(error: Exception) -> bool:
    """Whether a "too many requests" speaks of money, for which waiting is of no use."""
    said = f"{getattr(error, 'code', '')} {getattr(error, 'message', '')}"
    return getattr(error, "status", 0) == 429 and speaks_of_money(said)
