from __future__ import annotations

import importlib.util

import pytest

SHORT = "/projects/easyllms/doc-parse"
LONG = "/projects/p/easyllms/doc-parse"
TEXT = "你好".encode()
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


def test_a_broken_file_is_refused_and_not_a_fault_of_the_sandbox(sandbox):
    assert post(sandbox, "a.docx", b"no document").status_code == 400
    assert "no reader for .doc" in post(sandbox, "a.doc", b"\xd0\xcf").json()["message"]
