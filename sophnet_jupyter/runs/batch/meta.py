"""What a partition with its answers looks like, told without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...prompt.forms.schema import schema_of
from ..columns import FACTS, PARSED, added, fields_of

# The types of the facts about each row; those of fields are in `_KINDS`.
_FACTS = {
    "answer": "string",
    "ending": "string",
    "error": "string",
    "seconds": "Float64",
    "tokens_in": "Int64",
    "tokens_out": "Int64",
    "cost": "Float64",
    "cached": "boolean",
    "sandbox": "boolean",
    "call": "Int64",
}
# Of JSON. What is none of these, such as a list, is kept as JSON text: Parquet has no "any".
_KINDS = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
TEXT = "string"


def types(schema: object, taken: list[str]) -> dict[str, str]:
    """
    The columns that answers add to a table with the columns ``taken``, and their types.

    Raises `SettingsError` for a schema that JSON cannot express.
    """
    fields = fields_of(schema)
    declared: Mapping[str, Any] = {}
    if schema is not None and fields != [PARSED]:
        whole = schema if isinstance(schema, Mapping) else schema_of(schema, where="schema=")
        declared = whole.get("properties", {})
    kinds = [_KINDS.get(str(declared.get(name, {}).get("type")), TEXT) for name in fields]
    # In the order in which they are added: the fields, then the facts.
    columns, _ = added([], fields=fields, taken=taken)
    return dict(zip(columns, [*kinds, *(_FACTS[name] for name in FACTS)], strict=True))
