"""The first Markdown table of a text, as records."""

from __future__ import annotations

import re
from typing import Any

from ...values.markdown import table_records, table_rows

Row = dict[str, Any]

# A model that was asked for a table may put it into a block of code.
_FENCE = re.compile(r"^ {0,3}(?:`{3,}|~{3,})[^\n`]*$", re.MULTILINE)


def rows(text: str) -> list[Row]:
    """
    Its rows by the names of its columns; none where there is no table.

    A column in which every cell is a number has numbers. Columns of one name are told apart by a
    number behind it.
    """
    for table in (*table_rows(text), *table_rows(_FENCE.sub("", text))):
        if len(table) > 1:
            return table_records(table)
    return []
