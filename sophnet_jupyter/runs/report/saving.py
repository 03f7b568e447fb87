"""A report as a file, by the ending of its name."""

from __future__ import annotations

import os
from pathlib import Path

from ...errors import SettingsError
from ...files.names import at_home
from ...files.saving import save_bytes
from ...language import tr
from .. import looks
from .concealed import concealed
from .report import Report

ENDINGS = (".html", ".xlsx", ".csv", ".jsonl")


def save(report: Report, path: str | os.PathLike[str]) -> Path:
    """
    Write a report, by the ending of ``path``, and return where it is.

    ``.html`` is one page without network and scripts, verdict first; ``.xlsx`` has pictures in
    cells and the settings on a second sheet, and needs openpyxl; ``.csv`` opens in Excel as it is;
    ``.jsonl`` has a line for each row. Where questions were masked, it has placeholders, as the
    service has. Raises `SettingsError`.
    """
    target = at_home(path)
    return save_bytes(_written(concealed(report), target.suffix.lower()), target)


def _written(report: Report, ending: str) -> bytes:
    match ending:
        case ".html" | ".htm":
            return looks.page(report).encode("utf-8", "replace")
        case ".xlsx":
            from .sheets import workbook

            return workbook(report)
        case ".csv":
            from .lines import csv

            return csv(report)
        case ".jsonl":
            from .lines import jsonl

            return jsonl(report)
    raise SettingsError(
        tr(
            "It is saved as {known}, not as {ending}.",
            known=", ".join(ENDINGS),
            ending=ending or tr("that"),
        )
    )
