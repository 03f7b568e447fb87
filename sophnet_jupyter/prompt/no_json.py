"""What Python's reader of JSON says of a text that is none."""

from __future__ import annotations

from ..language import mark

NO_JSON = (
    mark("Expecting value: line {line} column {column} (char {char})"),
    mark(
        "Expecting property name enclosed in double quotes: "
        "line {line} column {column} (char {char})"
    ),
    mark("Expecting {sign} delimiter: line {line} column {column} (char {char})"),
    mark("Extra data: line {line} column {column} (char {char})"),
    mark("Unterminated string starting at: line {line} column {column} (char {char})"),
    mark("Invalid control character at: line {line} column {column} (char {char})"),
    mark("Invalid \\escape: line {line} column {column} (char {char})"),
    mark("Illegal trailing comma before end of {what}: line {line} column {column} (char {char})"),
)
