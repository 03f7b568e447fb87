"""``%ocr`` and ``%parse`` in real kernels."""

from __future__ import annotations

import base64
import importlib.util
import shutil
from pathlib import Path

import httpx2
import pytest

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(
        not (importlib.util.find_spec("rapidocr") and importlib.util.find_spec("markitdown")),
        reason="the engines are not installed",
    ),
]
FILES = Path(__file__).parents[2] / "notebooks" / "files"


def warm_up(root: str) -> None:
    """The engine's first picture takes seconds, on a busy machine many."""
    url = f"data:image/png;base64,{base64.b64encode((FILES / 'letter.png').read_bytes()).decode()}"
    body = {"model": "DeepSeek-OCR", "type": "image_url", "image_url": {"url": url}}
    path = f"{root}/api/open-apis/projects/easyllms/image-ocr"
    headers = {"Authorization": "Bearer sandbox"}
    answer = httpx2.post(path, json=body, headers=headers, timeout=100, trust_env=False)
    assert answer.json()["status"] == 0


def patiently(kernel, code):
    """Run a cell that reads pixels which the sandbox has not read before."""
    return kernel.finish(kernel.send(code), within=90)


@pytest.fixture(scope="module")
def reader(start_kernel, running_sandbox, tmp_path_factory):
    """A kernel in a folder that has the files, and a sandbox that has read the letter before."""
    folder = tmp_path_factory.mktemp("reader")
    for path in FILES.iterdir():
        shutil.copy(path, folder)
    (folder / "two words.txt").write_text("# One\n\ntext\n", encoding="utf-8")
    (folder / "long.txt").write_text(
        "\n\n".join(f"## Part {n}\n\n{'word ' * 200}" for n in range(60)), encoding="utf-8"
    )
    warm_up(running_sandbox.root)
    with start_kernel(SOPHNET_SANDBOX_URL=running_sandbox.root, cwd=folder) as kernel:
        yield kernel


def test_a_picture_is_shown_beside_its_text_and_kept(reader):
    cell = reader.run("%ocr letter.png -o letter")
    assert cell.status == "ok"
    views = [o for o in cell.outputs if "application/vnd.jupyter.widget-view+json" in o["data"]]
    assert len(views) == 1
    assert "data:image/webp;base64," in cell.html
    assert "季度报告 Quarterly report" in cell.text
    assert "sandbox ✓ complete · PaddleOCR-VL-0.9B" in cell.text
    assert "first token" not in cell.text
    number = cell.reply["execution_count"]
    assert reader.value(f"letter is _ and letter is Out[{number}]")
    assert reader.value("list(letter.tables[0].columns)[0]") == "地区 Region"
    again = reader.run("letter")
    assert "data:image/webp;base64," in again.html


def test_a_variable_an_array_and_a_cell_before_are_read_too(reader):
    reader.run("import numpy\nfrom PIL import Image")
    reader.run("scan = numpy.asarray(Image.open('letter.png').convert('L'))")
    cell = patiently(reader, "%ocr scan -m DeepSeek-OCR -o first")
    assert "41.5" in cell.text
    assert reader.value("first.pages[0].name") == "scan"
    assert reader.value("tuple(first.blocks[0].box)") == (0, 0, 760, 560)
    number = reader.run("Image.fromarray(scan)").reply["execution_count"]
    assert "41.5" in patiently(reader, f"%ocr Out[{number}] --raw").text


def test_a_pattern_reads_all_that_fit_and_saves_each(reader):
    cell = reader.run("%ocr *.png --save texts/")
    assert "texts/letter.md" in cell.printed()
    cell = reader.run("%parse *.docx *.xlsx -o both --save md/")
    assert reader.value("[page.name for page in both.pages]") == ["report.docx", "sales.xlsx"]
    assert "report.docx" in cell.text
    assert "| North | 41.5 | 5 |" in reader.value("both.text")
    assert reader.value("sorted(__import__('os').listdir('md'))") == ["report.md", "sales.md"]


def test_a_document_is_shown_raw_as_outline_or_rendered(reader):
    assert ">Quarterly report" in reader.run("%parse report.docx").html
    raw = reader.run("%parse report.docx --raw")
    assert "<h1" not in raw.html
    assert "## Stock" in raw.text
    outline = reader.run("%parse report.docx --outline")
    assert "Order earlier" not in outline.html
    assert "What next" in outline.html
    assert "first token" not in outline.text
    assert ">One</h1>" in reader.run("%parse two words.txt").html


def test_of_a_long_document_the_rest_is_behind_a_fold(reader):
    cell = reader.run("%parse long.txt -o long")
    assert "<summary" in cell.html
    assert "the rest ·" in cell.html
    shown, _, rest = cell.html.partition("the rest ·")
    assert "Part 1<" in shown
    assert "Part 50<" in rest
    assert "Part 50<" not in shown.partition("</details>")[2]
    assert reader.value("len(long.outline)") == 60


def test_what_was_read_goes_into_a_prompt_as_far_as_fits(reader, running_sandbox):
    reader.run("%parse report.docx -o report")
    cell = reader.run("%sophchat Summarise this: {report}")
    assert "with {report} " in cell.text
    running_sandbox.forget()
    reader.run("%parse long.txt -o long")
    cell = reader.run("%sophchat Summarise this: {long}")
    assert "with {long} 20,000 of " in cell.text
    asked = running_sandbox.seen()[-1]["body"]["messages"][-1]["content"]
    assert 20_000 < len(asked) < 21_000


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%ocr", "Name a picture"),
        ("%ocr lost.png", "There is no file"),
        ("%ocr *.jpeg", "fits no file of a kind that is read here"),
        ("%ocr report.docx", "is a document and no picture"),
        ("%ocr letter.png --prompt hi", "Only DeepSeek-OCR takes a prompt"),
        ("%ocr letter.png --pritty", "%ocr has no --pritty. "),
        ("%ocr https://example.invalid/a.png", "was not fetched"),
        ("%parse *.pdf", "fits no file of a kind that is read here"),
        ("%parse letter.png", "is a picture and no document"),
        ("%parse notes.docm", "There is no file"),
    ],
)
def test_a_mistake_is_one_sentence_and_costs_nothing(reader, running_sandbox, line, says):
    running_sandbox.forget()
    cell = reader.run(line)
    assert cell.status == "error"
    assert says in cell.text + cell.printed("stderr")
    assert not [one for one in running_sandbox.seen() if one["method"] == "POST"]
