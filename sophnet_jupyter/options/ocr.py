"""The options of OCR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


class OcrOptions(TypedDict, total=False):
    """
    Options, of which only those are sent that are given:

    * ``model``: ``PaddleOCR-VL-0.9B``, ``DeepSeek-OCR``, ``PaddleOCR-VL-1.5`` or a newer one
    * ``prompt``: what to look for, which DeepSeek-OCR alone takes
    * ``prettify_markdown``: False for the Markdown as it was read
    * ``show_formula_number``: True for the numbers of formulas
    * ``extra_body``: whatever else the service takes; it goes in last and wins
    """

    model: str
    prompt: str | None
    prettify_markdown: bool | None
    show_formula_number: bool | None
    extra_body: Mapping[str, Any] | None
