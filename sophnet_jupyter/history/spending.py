"""What was spent, as sums by day, model, notebook and run: they survive forgetting."""

from __future__ import annotations

import sqlite3
import time

from ..events import Usage
from .calls import CallRecord

_ADD = """
INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    calls = calls + 1, tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out,
    tokens_cached = tokens_cached + excluded.tokens_cached,
    characters = characters + excluded.characters, money = money + excluded.money,
    unknown = unknown + excluded.unknown
"""


def add(rows: sqlite3.Connection, call: CallRecord) -> None:
    """Add what a call has cost. One that was answered from the store has cost nothing."""
    if call.cached_from is not None:
        return
    usage, started = call.usage or Usage(), call.started
    sandbox = started.sandbox or call.origin.startswith("sandbox/")
    day = time.strftime("%Y-%m-%d", time.localtime(call.at))
    who = (call.asked.service, started.model or call.lane, call.notebook, call.run_name)
    tokens = (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens or 0)
    sums = (*tokens, usage.characters or 0, float(call.price or 0), int(not call.price))
    rows.execute(_ADD, (day, *who, int(sandbox), call.currency, call.priced_by, *sums))
