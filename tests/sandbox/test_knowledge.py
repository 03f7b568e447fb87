from __future__ import annotations

import itertools
from pathlib import Path

import pytest

TEXT = (
    b"Travel rules.\n\nA night in a hotel may cost 120 euros.\n\n"
    + "酒店每晚不超过八百元。\n".encode()
)
REPORT = Path(__file__).parent.parent.parent / "notebooks/files/report.docx"
_numbers = itertools.count()


@pytest.fixture
def base():
    """The path of a service that nobody has put anything into."""
    return f"/service/handbook-{next(_numbers)}/kn"


def upload(sandbox, base, name="rules.txt", data=TEXT, **headers):
    return sandbox.http.post(f"{base}/files", files={"file": (name, data)}, headers=headers)


def settled(sandbox, base, eventually, name="rules.txt", data=TEXT, **headers):
    answer = upload(sandbox, base, name, data, **headers)
    assert answer.status_code == 200, answer.text
    told = answer.json()["result"]
    assert told["status"] == "UPLOADING"
    assert told["snippet"] is None

    def row():
        rows = sandbox.http.get(f"{base}/files?pageSize=100").json()["result"]["list"]
        return next(row for row in rows if row["id"] == told["id"])

    eventually(lambda: row()["status"] != "UPLOADING")
    return row()


def ask(sandbox, base, prompt):
    service = base.split("/")[2]
    return sandbox.ask(prompt, model=f"custom:{service}").json()["choices"][0]


def test_an_uploaded_file_becomes_enabled_and_readable(quick, base, eventually):
    row = settled(quick, base, eventually)
    assert row["status"] == "ENABLED"
    assert row["snippet"].startswith("Travel rules.")
    told = quick.http.get(f"{base}/files/{row['id']}").json()["result"]
    assert told["content"] == TEXT.decode()
    assert quick.http.get(told["downloadUrl"]).content == TEXT
    assert quick.http.get(told["downloadUrl"], headers={"Authorization": ""}).status_code == 401


def test_a_file_that_uploads_can_neither_be_read_nor_deleted(started):
    with started("--task-seconds", "3600") as slow:
        base = "/service/handbook/kn"
        name = upload(slow, base).json()["result"]["id"]
        for method in ("GET", "DELETE"):
            refused = slow.http.request(method, f"{base}/files/{name}")
            assert refused.status_code == 400
            assert "UPLOADING" in refused.json()["message"]


def test_a_file_that_cannot_be_read_is_an_error_and_can_be_deleted(quick, base, eventually):
    row = settled(quick, base, eventually, "broken.pdf", b"no pdf at all")
    assert row["status"] == "ERROR"
    assert quick.http.get(f"{base}/files/{row['id']}").status_code == 400
    gone = quick.http.delete(f"{base}/files/{row['id']}").json()
    assert gone["status"] == 0
    assert "result" not in gone
    assert quick.http.delete(f"{base}/files/{row['id']}").status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("old.doc", b"x", "must be one of pdf, docx, xlsx, txt, pptx"),
        ("noending", b"x", "must be one of"),
        ("empty.txt", b"", "empty"),
    ],
)
def test_files_it_does_not_take_are_refused(quick, base, name, data, why):
    refused = upload(quick, base, name, data)
    assert refused.status_code == 400
    assert why in refused.json()["message"]


def test_what_the_samples_send_besides_is_ignored(quick, base):
    files = {"file": ("rules.txt", TEXT)}
    made = quick.http.post(f"{base}/files", files=files, data={"easyllm_id": "e"})
    assert made.json()["result"]["title"] == "rules.txt"
    page = quick.http.get(f"{base}/files?pageNum=1&&pageSize=7").json()["result"]
    assert (page["pageNum"], page["pageSize"], page["total"]) == (1, 7, 1)


def test_a_service_that_does_not_exist_is_not_found(quick):
    for path in ("files", "qa-records"):
        refused = quick.http.get(f"/service/nope/kn/{path}")
        assert refused.status_code == 404
        assert refused.json()["message"] == "there is no service nope"


def test_pages_are_counted_from_one(quick, base):
    for number in range(5):
        pair = {"question": f"Question {number}?", "answer": "Yes."}
        assert quick.http.post(f"{base}/qa-records", json=pair).status_code == 200

    def page(query):
        return quick.http.get(f"{base}/qa-records{query}")

    first = page("?pageNum=1&pageSize=2").json()["result"]
    assert {name: first[name] for name in ("pageNum", "pageSize", "size", "pages", "total")} == {
        "pageNum": 1,
        "pageSize": 2,
        "size": 2,
        "pages": 3,
        "total": 5,
    }
    assert [row["question"] for row in first["list"]] == ["Question 0?", "Question 1?"]
    assert page("?pageNum=3&pageSize=2").json()["result"]["size"] == 1
    assert page("?pageNum=4&pageSize=2").json()["result"]["list"] == []
    for wrong in ("?pageNum=0", "?pageNum=x", "?pageSize=0", "?pageSize=101", "?pageNum=-1"):
        assert page(wrong).status_code == 400


@pytest.mark.parametrize(
    "pair",
    [
        {"question": "q" * 201, "answer": "a"},
        {"question": "q", "answer": "a" * 1001},
        {"question": "q"},
        {"question": " ", "answer": "a"},
        [],
    ],
)
def test_pairs_that_do_not_fit_are_refused(quick, base, pair):
    assert quick.http.post(f"{base}/qa-records", json=pair).status_code == 400


def test_a_pair_is_changed_by_post_and_deleted(quick, base):
    records = f"{base}/qa-records"
    made = quick.http.post(records, json={"question": "q" * 200, "answer": "a" * 1000}).json()
    at = f"{records}/{made['result']['id']}"
    changed = quick.http.post(at, json={"question": "Who?", "answer": "I."}).json()["result"]
    assert (changed["question"], changed["answer"]) == ("Who?", "I.")
    assert quick.http.put(at, json={"question": "Who?", "answer": "I."}).status_code == 405
    assert quick.http.delete(at).json()["status"] == 0
    assert quick.http.delete(at).status_code == 404


def test_the_301st_file_is_refused(quick, base):
    for number in range(300):
        assert upload(quick, base, f"{number}.txt", b"x").status_code == 200
    refused = upload(quick, base)
    assert refused.status_code == 400
    assert "at most 300" in refused.json()["message"]


def test_a_custom_model_answers_from_its_files_and_questions(quick, base, eventually):
    settled(quick, base, eventually)
    pair = {"question": "Who may use the printer?", "answer": "Everybody on the second floor."}
    quick.http.post(f"{base}/qa-records", json=pair)
    english = ask(quick, base, "How much may a hotel cost a night?")
    assert "120 euros. [1]" in english["message"]["content"]
    assert [(ref["index"], ref["type"], ref["title"]) for ref in english["refs"]] == [
        (1, "file", "rules.txt")
    ]
    assert quick.http.get(english["refs"][0]["url"]).content == TEXT
    chinese = ask(quick, base, "酒店每晚多少钱？")
    assert "八百元。 [1]" in chinese["message"]["content"]
    asked = ask(quick, base, "May I use the printer?")
    assert asked["message"]["content"].endswith("Everybody on the second floor. [1]")
    assert asked["refs"][0]["type"] == "qa"
    assert "second floor" in quick.http.get(asked["refs"][0]["url"]).text


def test_what_it_does_not_know_it_does_not_cite(quick, base, eventually):
    settled(quick, base, eventually)
    answer = ask(quick, base, "Which colour has the moon?")
    assert "found nothing" in answer["message"]["content"]
    assert "refs" not in answer


def test_the_web_is_cited_on_demand(quick, base, eventually):
    settled(quick, base, eventually)
    answer = ask(quick, base, "Search the web: what does a hotel cost?")
    assert [ref["type"] for ref in answer["refs"]] == ["file", "web"]


def test_a_file_that_is_not_enabled_is_not_searched(quick, base, eventually):
    row = settled(quick, base, eventually, **{"X-Sandbox-Quirks": "not_enabled"})
    assert row["status"] == "NOT_ENABLED"
    assert quick.http.get(f"{base}/files/{row['id']}").status_code == 200
    pair = {"question": "Who may use the printer?", "answer": "Everybody."}
    quick.http.post(f"{base}/qa-records", json=pair)
    assert "refs" not in ask(quick, base, "How much may a hotel cost?")


def test_a_word_document_is_parsed_and_found_by_its_name(quick, base, eventually):
    pytest.importorskip("markitdown")
    row = settled(quick, base, eventually, "household.docx", REPORT.read_bytes())
    assert row["status"] == "ENABLED"
    told = quick.http.get(f"{base}/files/{row['id']}").json()["result"]
    assert told["content"].startswith("#")
    settled(quick, base, eventually)
    assert ask(quick, base, "household")["refs"][0]["title"] == "household.docx"
