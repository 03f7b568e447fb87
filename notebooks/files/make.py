"""
Makes the files of ``documents.ipynb``: a letter as a picture, a report, a table, some slides; and
of ``knowledge.ipynb``: some rules as a text.

Run it in this folder. The picture needs a font with Chinese characters, such as WenQuanYi.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import openpyxl
from PIL import Image, ImageDraw, ImageFont

ROWS = [
    ("地区 Region", "销售 Sales", "数量 Units"),
    ("北方 North", "41.5", "5"),
    ("南方 South", "20.0", "2"),
    ("合计 Total", "61.5", "7"),
]


def picture(font: str) -> None:
    """``letter.png``: a title, two paragraphs in two languages, and a table."""

    def face(size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(font, size)

    image = Image.new("RGB", (760, 560), "white")
    pen = ImageDraw.Draw(image)
    pen.text((40, 26), "季度报告 Quarterly report", fill="black", font=face(36))
    chinese = "第三季度北方地区的销售额增长了百分之十二，\n南方地区略有下降，主要原因是库存不足。"
    english = "Sales rose in the north and fell in the south.\nThe main reason was a lack of stock."
    pen.text((40, 100), chinese, fill="black", font=face(22), spacing=8)
    pen.text((40, 190), english, fill="black", font=face(22), spacing=8)
    for number, row in enumerate(ROWS):
        pen.line((40, 284 + number * 44, 700, 284 + number * 44), fill="#999999")
        for column, cell in enumerate(row):
            pen.text((50 + column * 220, 290 + number * 44), cell, fill="black", font=face(22))
    pen.text((40, 500), "编制：财务部  2026-10-08", fill="#333333", font=face(18))
    image.quantize(16).save("letter.png", optimize=True)


def workbook() -> None:
    """``sales.xlsx``: one sheet."""
    book = openpyxl.Workbook()
    book.active.title = "Q3"
    for row in (("region", "sales", "units"), ("North", 41.5, 5), ("South", 20, 2)):
        book.active.append(row)
    book.save("sales.xlsx")


def report() -> None:
    """``report.docx``, the few parts of which Word needs, and no more."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    paragraphs = [
        ("Heading1", "Quarterly report 季度报告"),
        ("", "This report tells what was sold in the third quarter, and why."),
        ("Heading2", "Sales"),
        ("", "Sales rose in the north by twelve percent and fell in the south."),
        ("Heading2", "Stock"),
        ("", "南方地区库存不足，因此销售额略有下降。"),
        ("Heading2", "What next"),
        ("", "Order earlier. Ask the south what it needs."),
    ]
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    # The first row is the head of the table, also for who reads it without Word.
    head_mark = "<w:trPr><w:tblHeader/></w:trPr>"
    cells = "".join(
        f"<w:tr>{'' if number else head_mark}"
        + "".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in row)
        + "</w:tr>"
        for number, row in enumerate(ROWS)
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/>'
        "</w:style>"
        for n in (1, 2)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "word/document.xml": f"<w:document {space}><w:body>{body}<w:tbl>{cells}</w:tbl>"
        "</w:body></w:document>",
        "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
    }
    with zipfile.ZipFile("report.docx", "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), head + text)


def rules() -> None:
    """``travel-rules.txt``: paragraphs in two languages."""
    paragraphs = [
        "Travel rules 差旅规定",
        "A journey is asked for two weeks ahead. Trains come before planes; "
        "nobody flies for less than 600 km.",
        "A night in a hotel may cost 120 euros. The receipt goes to accounting within ten days.",
        "出差优先乘火车，六百公里以内不坐飞机。火车坐二等座，夜间可以坐卧铺。",
        "酒店每晚不超过八百元，发票在十天内交给财务部。",
    ]
    Path("travel-rules.txt").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


if __name__ == "__main__":
    picture(sys.argv[1] if len(sys.argv) > 1 else "wqy-microhei.ttc")
    workbook()
    report()
    rules()
