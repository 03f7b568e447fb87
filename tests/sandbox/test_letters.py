"""Texts and workbooks say what stands in them, in whatever letters and forms."""

from __future__ import annotations

import io
from datetime import datetime

import pytest

from sophnet_jupyter.sandbox.engines.texts import documents, letters

TRADITIONAL = "臺灣的天氣很好，我們去公園散步。這是一個測試文件。"
SIMPLIFIED = "今天天气很好，我们去公园散步。这是一个测试文件。"
ENGLISH = "Some plain words, and a few more of them."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [TRADITIONAL, SIMPLIFIED, ENGLISH, "naïve café"])
def test_a_text_is_read_with_a_mark_or_without(text: str, encoding: str) -> None:
    assert letters.text(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(TRADITIONAL, "big5"), (SIMPLIFIED, "gb18030"), (TRADITIONAL, "gb18030"), (ENGLISH, "big5")],
)
def test_big5_is_told_from_gb18030(text: str, encoding: str) -> None:
    assert documents.markdown(text.encode(encoding), "txt") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("本日の会議は三時からです。", "shift_jis"),
        ("本日の会議は三時からです。", "euc_jp"),
        ("오늘 회의는 세 시에 시작합니다.", "euc_kr"),
    ],
)
def test_letters_of_the_neighbors_are_not_taken_for_chinese(text: str, encoding: str) -> None:
    assert letters.text(text.encode(encoding)) == text


@pytest.mark.parametrize("data", [b"\xff" * 30, b"\x00\x01\x02" * 9, b"\x81" * 31])
def test_bytes_that_are_no_text_are_one_sentence(data: bytes) -> None:
    with pytest.raises(documents.Unreadable, match="no letters"):
        documents.markdown(data, "txt")


def test_cells_of_a_workbook_stand_as_they_are_written() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book, file = openpyxl.Workbook(), io.BytesIO()
    rows = (
        ["id", "n", "f"],
        ["007", 123456789012345, "=1+1"],
        ["1e5", 3, None],
        ["a|b", 2.5, True],
        [datetime(2024, 1, 2), datetime(2024, 1, 2, 3, 4), None],
    )
    for row in rows:
        book.active.append(row)
    book.save(file)
    text = documents.markdown(file.getvalue(), "xlsx")
    for line in ("| 007 | 123456789012345 | =1+1 |", "| 1e5 | 3 |  |", "| a\\|b | 2.5 | TRUE |"):
        assert line in text
    assert text.count("\n| 2024-01-02 | 2024-01-02 03:04:00 |  |\n") == 1
