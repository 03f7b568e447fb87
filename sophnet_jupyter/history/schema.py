"""The tables of ``history.sqlite``."""

from __future__ import annotations

from ..files.database import Schema

_CALLS = """
CREATE TABLE calls (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, service TEXT NOT NULL, resource TEXT NOT NULL,
    app TEXT NOT NULL, origin TEXT NOT NULL, lane TEXT NOT NULL, sandbox INTEGER NOT NULL,
    notebook TEXT NOT NULL, cell TEXT NOT NULL, key BLOB NOT NULL,
    request TEXT NOT NULL, asked TEXT NOT NULL, response TEXT NOT NULL, said TEXT NOT NULL,
    ending TEXT NOT NULL, error TEXT NOT NULL, model TEXT NOT NULL,
    tokens_in INTEGER, tokens_out INTEGER, tokens_cached INTEGER, tokens_reasoning INTEGER,
    characters INTEGER, price TEXT NOT NULL, currency TEXT NOT NULL, priced_by TEXT NOT NULL,
    first_token REAL, seconds REAL NOT NULL, cached_from INTEGER, run INTEGER, prompt TEXT NOT NULL,
    star INTEGER NOT NULL DEFAULT 0)
"""
# Parts of requests that repeat, and which call names which of them, or which file of media.
_BODIES = "CREATE TABLE bodies (hash BLOB PRIMARY KEY, size INTEGER NOT NULL, data TEXT NOT NULL)"
_USES = """
CREATE TABLE uses (call INTEGER NOT NULL, hash BLOB NOT NULL, media INTEGER NOT NULL,
    PRIMARY KEY (hash, media, call)) WITHOUT ROWID
"""
_RUNS = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, changed REAL NOT NULL, name TEXT NOT NULL,
    notebook TEXT NOT NULL, prompt TEXT NOT NULL, prompt_hash TEXT NOT NULL,
    settings TEXT NOT NULL, table_hash TEXT NOT NULL, total INTEGER, state TEXT NOT NULL)
"""
_ROWS = """
CREATE TABLE rows (
    run INTEGER NOT NULL, number INTEGER NOT NULL, key BLOB NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL, error TEXT NOT NULL, call INTEGER,
    PRIMARY KEY (run, number)) WITHOUT ROWID
"""
# Sums that survive forgetting. ``unknown`` counts the calls without a price.
_SPENT = """
CREATE TABLE spent (
    day TEXT NOT NULL, service TEXT NOT NULL, model TEXT NOT NULL, notebook TEXT NOT NULL,
    run TEXT NOT NULL, sandbox INTEGER NOT NULL, currency TEXT NOT NULL, priced_by TEXT NOT NULL,
    calls INTEGER NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,
    tokens_cached INTEGER NOT NULL, characters INTEGER NOT NULL, money REAL NOT NULL,
    unknown INTEGER NOT NULL,
    PRIMARY KEY (day, service, model, notebook, run, sandbox, currency, priced_by)) WITHOUT ROWID
"""
_RESERVED = """
CREATE TABLE reserved (
    id TEXT PRIMARY KEY, at REAL NOT NULL, host TEXT NOT NULL, process INTEGER NOT NULL,
    tokens INTEGER NOT NULL, money REAL NOT NULL, currency TEXT NOT NULL)
"""
# One question of a conversation, with its answer. ``conversation_of`` is the notebook, or the
# folder, whose conversation it is; ``notebook`` the one in which it was asked.
_TURNS = """
CREATE TABLE turns (
    conversation_of TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL,
    at REAL NOT NULL, model TEXT NOT NULL, sandbox INTEGER NOT NULL, ending TEXT NOT NULL,
    notebook TEXT NOT NULL, cell TEXT NOT NULL, execution TEXT NOT NULL, messages TEXT NOT NULL,
    PRIMARY KEY (conversation_of, name, number))
"""
# The texts that a prompt file has had; ``file`` is its path on this machine.
_PROMPTS = """
CREATE TABLE prompts (
    file TEXT NOT NULL, version TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (file, version))
"""
_FACTS = "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)"

SCHEMA = Schema(
    steps=(
        (
            *(_CALLS, _BODIES, _USES, _RUNS, _ROWS, _SPENT, _RESERVED, _FACTS),
            "CREATE INDEX calls_by_key ON calls (key, origin)",
            "CREATE INDEX calls_by_run ON calls (run) WHERE run IS NOT NULL",
            "CREATE INDEX uses_by_call ON uses (call)",
            "CREATE INDEX runs_by_name ON runs (name, notebook)",
        ),
        (
            "CREATE TABLE media (hash BLOB PRIMARY KEY, size INTEGER NOT NULL)",
            "CREATE INDEX rows_by_call ON rows (call) WHERE call IS NOT NULL",
        ),
        (_TURNS,),
        (_PROMPTS,),
        # The index is another one, and made anew by `index`.
        ("DELETE FROM facts WHERE name IN ('pieces', 'indexed', 'to_index')",),
    ),
    new=("PRAGMA page_size = 8192", "PRAGMA auto_vacuum = INCREMENTAL"),
    # Not kept in the file: what is forgotten is overwritten by whoever forgets it.
    each=("PRAGMA secure_delete = ON",),
)
