"""The options of an analysis of workbooks."""

from __future__ import annotations

from typing import TypedDict


class ExcelOptions(TypedDict, total=False):
    """
    Options, of which only those are sent that are given:

    * ``trace_id``: 1 to 64 characters that name the request; one is made where none is given
    * ``temperature`` and ``top_p``: 0 to 1; the service advises against either
    * ``max_tokens``: at least 1
    * ``timestamp``: seconds since the epoch, which the service takes and says nothing about
    * ``mask``: True replaces numbers of mobiles, identities, cards and plates and addresses of
      e-mail before anything is sent, and puts them back in the report; names are not found
    """

    trace_id: str | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    timestamp: int | None
    mask: object
