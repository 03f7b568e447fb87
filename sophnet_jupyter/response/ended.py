"""How an answer ended, in the words that a reader is told."""

from __future__ import annotations

from ..events import Ending
from ..language import mark

# What services write where the limit of tokens was reached, and where a filter was.
_CUT = {"length", "llength", "max_tokens", "max_length"}
_FILTERED = {"content_filter", "sensitive"}


def is_cut(ending: Ending, reason: str) -> bool:
    """Whether the limit of tokens has cut an answer that is complete to the service."""
    return ending == "complete" and reason in _CUT


def in_words(ending: Ending, reason: str) -> str:
    """
    The ending, or why the service made an end of it: an answer that its limit of tokens has cut is
    no complete one to who reads it, though the service has said all that it will.
    """
    if is_cut(ending, reason):
        return mark("cut at the token limit")
    if ending != "complete":
        return ending
    return mark("ended by the service's filter") if reason in _FILTERED else ending
