"""A report as an Excel workbook: the rows, and the settings on a second sheet."""

from __future__ import annotations

import io
import re
from typing import Any

from ...errors import SettingsError
from ...language import tr
from .cells import number, pictures, text
from .report import Report

# Excel's own limits, and letters that XML cannot hold.
LONGEST, MOST_ROWS = 32_767, 1_048_575
_UNHEARD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDEST, _NARROWEST = 60, 9
# Pixels of a picture in a cell, and points of a row that has one.
SIDE, POINTS = 140, 110
_ANSWERS = ("answer", "error", "verdict")


def workbook(report: Report) -> bytes:
    """The file. Raises `SettingsError` without openpyxl, and for more rows than a sheet has."""
    try:
        import openpyxl
    except ImportError:
        raise SettingsError(
            tr("An .xlsx needs openpyxl: pip install 'sophnet-jupyter[sheets]'.")
        ) from None
    if len(report.rows) > MOST_ROWS:
        raise SettingsError(
            tr("A sheet has {most:,} rows, and these are more: save a .csv.", most=MOST_ROWS)
        )
    book = openpyxl.Workbook()
    _rows(book.active, report)
    _settings(book.create_sheet("settings"), report)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(sheet: Any, report: Report) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = "rows"
    columns = report.columns
    for place, name in enumerate(columns, 1):
        _write(sheet.cell(1, place), name).font = Font(bold=True)
    for line, row in enumerate(report.rows, 2):
        for place, name in enumerate(columns, 1):
            cell, found = sheet.cell(line, place), pictures(row.get(name))
            if found:
                _draw(sheet, cell, found[0])
                continue
            _write(cell, row.get(name)).alignment = Alignment(
                vertical="top", wrap_text=name in _ANSWERS
            )
    sheet.freeze_panes = "A2"
    if columns and report.rows:
        sheet.auto_filter.ref = sheet.dimensions
    _widen(sheet)


def _settings(sheet: Any, report: Report) -> None:
    from openpyxl.styles import Alignment, Font

    for line, (name, value) in enumerate(report.facts.items(), 1):
        _write(sheet.cell(line, 1), name).font = Font(bold=True)
        _write(sheet.cell(line, 2), value).alignment = Alignment(vertical="top", wrap_text=True)
    _widen(sheet)


def _write(cell: Any, value: Any) -> Any:
    """Put a value into a cell: a number as one, and all else as text, whatever it begins with."""
    found = number(value)
    if found is not None:
        cell.value = found
        return cell
    if not text(value):
        return cell
    said = _UNHEARD.sub("\N{REPLACEMENT CHARACTER}", text(value))
    cell.value = said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
    # Else what begins with "=" would be a formula, and an id a number.
    cell.data_type, cell.number_format = "s", "@"
    return cell


def _draw(sheet: Any, cell: Any, data: bytes) -> None:
    """Put a picture into a cell, as large as the cell."""
    import PIL.Image
    from openpyxl.drawing.image import Image

    try:
        image = PIL.Image.open(io.BytesIO(data)).convert("RGB")
    except (OSError, ValueError, PIL.Image.DecompressionBombError):
        _write(cell, tr("a picture that cannot be read"))
        return
    image.thumbnail((2 * SIDE, 2 * SIDE))
    file = io.BytesIO()
    image.save(file, "PNG")
    drawn = Image(file)
    scale = SIDE / max(image.size)
    drawn.width, drawn.height = (max(1, round(side * scale)) for side in image.size)
    sheet.add_image(drawn, cell.coordinate)
    sheet.row_dimensions[cell.row].height = POINTS
    letter = cell.column_letter
    sheet.column_dimensions[letter].width = max(20, sheet.column_dimensions[letter].width)


def _widen(sheet: Any) -> None:
    for column in sheet.iter_cols(max_row=200):
        longest = max(len(str(cell.value or "")) for cell in column)
        known = sheet.column_dimensions[column[0].column_letter]
        known.width = max(known.width, min(_WIDEST, max(_NARROWEST, longest + 2)))
