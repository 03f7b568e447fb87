"""The sandbox's analysis: no model, but the real figures of the workbook's columns."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..engines.texts.workbooks import Column, Sheet

# What a report shows of one sheet; beyond, it says how much it leaves out.
MOST_COLUMNS = 20
MOST_VALUES = 3
# Sums are told by columns that have few values, as regions do.
MOST_GROUPS, MOST_GROUPINGS = 12, 3
_PIECE = re.compile(r"\s*[一-鿿]{1,2}|\s*[^\s一-鿿]{1,8}|\s+")


@dataclass(frozen=True, kw_only=True)
class Book:
    """A workbook under the name that it was given."""

    name: str
    sheets: Sequence[Sheet]


@dataclass(frozen=True)
class Words:
    """One of the languages that a report can be in."""

    reading: str
    computing: str
    writing: str
    title: str
    asked: str
    sheet: str
    number_head: str
    text_head: str
    group_head: str
    finding: str
    most: str
    empty: str
    more: str


ENGLISH = Words(
    reading="Reading {book}: {sheets} sheet(s), {rows} rows.\n",
    computing="Computing figures of {columns} columns in {sheet}: {numbers} of numbers.\n",
    writing="Writing the report.\n",
    title="# Analysis of {books}\n\n",
    asked="Asked: {question}\n\n",
    sheet="## {book} · {sheet}\n\n{rows} rows, {columns} columns.\n\n",
    number_head="| Column | Count | Sum | Mean | Median | Deviation | Minimum | Maximum |\n",
    text_head="| Column | Count | Different | Most frequent |\n",
    group_head="### {column}: sums\n\n",
    most="- **{value}** has most {column}: {sum}.\n",
    finding="- **{column}** goes from {low} to {high}, with {mean} on average.\n",
    empty="There are no rows below the headings.\n\n",
    more="{count} more columns are left out.\n\n",
)
CHINESE = Words(
    reading="读取 {book}：{sheets} 个工作表，{rows} 行。\n",
    computing="计算 {sheet} 的 {columns} 列，其中数值列 {numbers} 列。\n",
    writing="撰写报告。\n",
    title="# {books} 的分析\n\n",
    asked="问题：{question}\n\n",
    sheet="## {book} · {sheet}\n\n共 {rows} 行，{columns} 列。\n\n",
    number_head="| 列 | 计数 | 合计 | 平均值 | 中位数 | 标准差 | 最小值 | 最大值 |\n",
    text_head="| 列 | 计数 | 不同值 | 最常见 |\n",
    group_head="### 按 {column} 合计\n\n",
    most="- {column} 合计最高的是 **{value}**：{sum}。\n",
    finding="- **{column}** 介于 {low} 与 {high} 之间，平均 {mean}。\n",
    empty="标题下没有数据行。\n\n",
    more="另有 {count} 列未列出。\n\n",
)


def words_for(question: str) -> Words:
    """The language of a question: Chinese if a Chinese character is in it."""
    return CHINESE if re.search("[一-鿿]", question) else ENGLISH


def steps(question: str, books: Sequence[Book]) -> Iterator[str]:
    """What is done on the way, a line each."""
    words = words_for(question)
    for book in books:
        rows = sum(sheet.rows for sheet in book.sheets)
        yield words.reading.format(book=book.name, sheets=len(book.sheets), rows=rows)
        for sheet in book.sheets:
            numbers = sum(column.numeric for column in sheet.columns)
            yield words.computing.format(
                columns=len(sheet.columns), sheet=sheet.name, numbers=numbers
            )
    yield words.writing


def report(question: str, books: Sequence[Book]) -> str:
    """The report, as Markdown with tables."""
    words = words_for(question)
    asked = " ".join(question.split())
    parts = [
        words.title.format(books=", ".join(_cell(book.name) for book in books)),
        words.asked.format(question=asked if len(asked) <= 200 else asked[:199] + "…"),
    ]
    parts += [_sheet(words, book, sheet) for book in books for sheet in book.sheets]
    return "".join(parts)


def pieces(text: str) -> list[str]:
    """A text in the pieces that a model would send it in; joined they are the text."""
    return _PIECE.findall(text)


def _sheet(words: Words, book: Book, sheet: Sheet) -> str:
    head = words.sheet.format(
        book=_cell(book.name), sheet=_cell(sheet.name), rows=sheet.rows, columns=len(sheet.columns)
    )
    if not sheet.rows:
        return head + words.empty
    shown = sheet.columns[:MOST_COLUMNS]
    numbers = [column for column in shown if column.cells and column.numeric]
    texts = [column for column in shown if column.cells and not column.numeric]
    parts = [head]
    if numbers:
        parts += [words.number_head, _rule(8), *map(_number_row, numbers), "\n"]
    if texts:
        parts += [words.text_head, _rule(4), *map(_text_row, texts), "\n"]
    groupings = [column for column in texts if 1 < len(column.words) <= MOST_GROUPS]
    if numbers:
        parts += [_grouping(words, column, numbers) for column in groupings[:MOST_GROUPINGS]]
    if left := len(sheet.columns) - len(shown):
        parts.append(words.more.format(count=left))
    if numbers:
        parts += [*(_finding(words, column) for column in numbers), "\n"]
    return "".join(parts)


def _rule(columns: int) -> str:
    return "|---" + "|---:" * (columns - 1) + "|\n"


def _number_row(column: Column) -> str:
    numbers = column.numbers
    figures = [column.sum, column.mean, column.median, column.deviation]
    cells = [str(len(numbers)), *map(_figure, [*figures, min(numbers), max(numbers)])]
    return f"| {_cell(column.name)} | {' | '.join(cells)} |\n"


def _text_row(column: Column) -> str:
    most = ", ".join(
        f"{_cell(text)} ({count})" for text, count in column.words.most_common(MOST_VALUES)
    )
    return f"| {_cell(column.name)} | {len(column.cells)} | {len(column.words)} | {most} |\n"


def _grouping(words: Words, by: Column, numbers: Sequence[Column]) -> str:
    """What each value of a column sums up to, and which has most."""
    sums = {column.name: by.totals(column) for column in numbers}
    head = [by.name, *sums]
    rows = [[value, *(_figure(total[value]) for total in sums.values())] for value in by.words]
    parts = [words.group_head.format(column=_cell(by.name)), _row(head), _rule(len(head))]
    parts += [*map(_row, rows), "\n"]
    for name, total in sums.items():
        value = max(total, key=lambda each: total[each])
        said = words.most.format(value=_cell(value), column=_cell(name), sum=_figure(total[value]))
        parts.append(said)
    return "".join([*parts, "\n"])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |\n"


def _finding(words: Words, column: Column) -> str:
    numbers = column.numbers
    return words.finding.format(
        column=_cell(column.name),
        low=_figure(min(numbers)),
        high=_figure(max(numbers)),
        mean=_figure(column.mean),
    )


def _figure(number: float) -> str:
    if not math.isfinite(number):
        return "∞"
    if abs(number) >= 1e15:
        return f"{number:.3g}"
    return f"{number:,.0f}" if number == round(number) else f"{number:,.2f}"


def _cell(text: str) -> str:
    """A text that cannot end a cell of a table."""
    line = " ".join(text.split()).replace("|", "\\|")
    return line if len(line) <= 60 else line[:59] + "…"
