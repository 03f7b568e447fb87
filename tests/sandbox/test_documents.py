from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import pytest

SHORT = "/projects/easyllms/doc-parse"
LONG = "/projects/p/easyllms/doc-parse"
TEXT = "你好".encode()
FILES = Path(__file__).parents[2] / "notebooks" / "files"
has_engine = importlib.util.find_spec("markitdown") is not None


def post(sandbox, name="a.txt", data=TEXT, *, path=SHORT, **fields):
    return sandbox.http.post(path, files={"file": (name, data)}, data=fields)


def test_a_text_is_its_own_markdown(sandbox):
    assert post(sandbox).json() == {"data": "你好"}
    assert post(sandbox, data="你好".encode("gb18030")).json() == {"data": "你好"}
    assert post(sandbox, path=LONG, easyllm_id="e").json() == {"data": "你好"}


def test_a_header_without_a_boundary_is_refused(sandbox):
    headers = {"Content-Type": "multipart/form-data"}
    answer = sandbox.http.post(SHORT, content=b"x", headers=headers)
    assert answer.status_code == 400
    assert "boundary" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"--b\r\n\r\nx\r\n--b--\r\n", "no head"),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n', "boundary"),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n', "no file"),
        (b"--b--\r\n", "no file"),
        (b"nothing", "boundary"),
    ],
    ids=str,
)
def test_a_form_that_is_not_well_formed_is_refused(sandbox, body, says):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = sandbox.http.post(SHORT, content=body, headers=headers)
    assert answer.status_code == 400
    assert says in answer.json()["message"]


def test_a_form_with_line_ends_and_dashes_in_its_file_is_read_whole(sandbox):
    text = "a\r\n--b\r\n\r\n--\r\n"
    assert post(sandbox, data=text.encode()).json() == {"data": text}


def test_other_types_and_large_files_are_refused(sandbox):
    assert post(sandbox, "a.png").status_code == 400
    assert post(sandbox, data=b"x" * 50_000_000).status_code == 400
    assert post(sandbox, path=LONG).json()["message"] == "easyllm_id is required on this path"


@pytest.mark.skipif(has_engine, reason="markitdown is installed")
def test_a_missing_engine_is_named_with_what_installs_it(sandbox):
    answer = post(sandbox, "a.pdf", b"%PDF-1.7")
    assert answer.status_code == 501
    assert 'pip install "sophnet-jupyter[engines]"' in answer.json()["message"]


def pdf(text: bytes = b"", *, trailer: bytes = b"") -> bytes:
    """A PDF of one page, which says ``text``."""
    drawn = b"BT /F1 24 Tf 72 700 Td (" + text + b") Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    whole, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        whole
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer\n<</Size 6/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (trailer, len(whole))
    )


LOCKED = b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>/ID[<00><00>]" % (
    b"00" * 32,
    b"11" * 32,
)


@pytest.mark.skipif(not has_engine, reason="markitdown is not installed")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("report.docx", ["# Quarterly report 季度报告", "## Stock", "| 北方 North | 41.5 | 5 |"]),
        ("sales.xlsx", ["## Q3", "| North | 41.5 | 5 |"]),
    ],
)
def test_office_files_become_markdown(sandbox, name, says):
    text = post(sandbox, name, (FILES / name).read_bytes()).json()["data"]
    assert [part for part in says if part not in text] == []


@pytest.mark.skipif(not has_engine, reason="markitdown is not installed")
def test_a_pdf_becomes_markdown_and_an_empty_page_nothing(sandbox):
    assert "Hello report" in post(sandbox, "a.pdf", pdf(b"Hello report")).json()["data"]
    assert post(sandbox, "a.pdf", pdf()).json() == {"data": ""}


@pytest.mark.skipif(not has_engine, reason="markitdown is not installed")
def test_slides_become_markdown(sandbox):
    pptx = pytest.importorskip("pptx")
    slides, file = pptx.Presentation(), io.BytesIO()
    slides.slides.add_slide(slides.slide_layouts[0]).shapes.title.text = "第三季度"
    slides.save(file)
    assert "第三季度" in post(sandbox, "a.pptx", file.getvalue()).json()["data"]


@pytest.mark.skipif(not has_engine, reason="markitdown is not installed")
@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.pdf", b"%PDF-1.7\ngarbage", "the pdf is broken"),
        ("a.pdf", pdf(b"Hello")[:200], "the pdf is broken"),
        ("a.pdf", pdf(b"secret", trailer=LOCKED), "locked with a password"),
        ("a.docx", b"no document", "no docx, whatever it is called"),
        ("a.docx", b"PK\x03\x04garbage", "the docx is broken"),
        ("a.docx", b"\xd0\xcf\x11\xe0 old", "locked with a password, or of before 2007"),
        ("a.pdf", b"PK\x03\x04", "no pdf, whatever it is called"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "no reader for .doc, though the service has"),
        ("a.docm", b"PK", "macros: save the file as docx"),
        ("a.txt", b"\x81\xff\xff", "in no letters that are known here"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(sandbox, name, data, says):
    answer = post(sandbox, name, data)
    assert answer.status_code == 400
    assert says in answer.json()["message"]


# It leaves the file open that it sends.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_services_own_client_parses_a_document(sandbox, tmp_path, monkeypatch):
    # Whatever it finds there, it adds no proxy and no key of ours.
    client = pytest.importorskip("fastmodels").Client(api_key="sandbox", project_id="p")
    parser = client.easyllm.doc_parse
    monkeypatch.setattr(parser, "base_url", f"{sandbox.url}{LONG}")
    path = tmp_path / "notes.txt"
    path.write_bytes(TEXT)
    assert parser.create(easyllm_id="e", file_path=str(path)).data == "你好"
