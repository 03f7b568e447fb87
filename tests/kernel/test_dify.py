"""``%%dify`` in a real kernel, against the sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.kernel


def runs(sandbox: Any) -> list[dict[str, Any]]:
    return [r for r in sandbox.seen() if r["path"] == "/v1/completion-messages"]


def test_a_cell_is_the_query_and_its_values_are_put_in(kernel: Any, sandbox: Any) -> None:
    kernel.run("place = 'Paris'; tongue = 'English'")
    said = kernel.run(
        "%%dify -i language={tongue} --inputs 'tone=pirate' -o said\nSay hello to {place}"
    )
    assert said.status == "ok", said.text
    assert "sandbox" in said.text
    assert "with {place} 5 characters" in said.text
    assert kernel.value("(said.ending, said.service)") == ("complete", "Dify")
    assert kernel.value("_ is said")
    (run,) = runs(sandbox)
    assert run["body"]["inputs"] == {
        "query": "Say hello to Paris",
        "language": "English",
        "tone": "pirate",
    }
    assert run["body"]["response_mode"] == "streaming"


def test_an_answer_is_read_aloud_by_the_voice_that_was_named(kernel: Any, sandbox: Any) -> None:
    said = kernel.run("%%dify --voice alloy -o told\nWhat is 12*12?")
    assert said.status == "ok", said.text
    assert "<audio" in said.html
    assert kernel.value("len(told.audio)") > 500
    asked = [r["body"] for r in sandbox.seen() if r["path"].endswith("/text-to-audio")]
    assert [(body["voice"], body["message_id"]) for body in asked] == [
        ("alloy", kernel.value("told.request_id"))
    ]
    sandbox.forget()
    kernel.run("%%dify --voice default\nWhat is 12*12?")
    (body,) = [r["body"] for r in sandbox.seen() if r["path"].endswith("/text-to-audio")]
    assert "voice" not in body
    kernel.run("rows = [{'n': 1}]")
    refused = kernel.run("%%dify --each rows -o x --voice alloy\n{n}")
    assert "leave out --each" in refused.text + refused.printed("stderr")


def test_braces_stay_as_they_are_with_raw(kernel: Any, sandbox: Any) -> None:
    kernel.run("place = 'Paris'")
    kernel.run("%%dify --raw\nSay hello to {place}")
    assert runs(sandbox)[-1]["body"]["inputs"]["query"] == "Say hello to {place}"


def test_a_picture_of_the_notebook_is_uploaded(kernel: Any, sandbox: Any) -> None:
    kernel.run("from PIL import Image; dot = Image.new('RGB', (6, 5))")
    said = kernel.run("%%dify --file {dot}\nDescribe it")
    assert "6 × 5 pixels" in said.text
    missing = kernel.run("%%dify --file {nothing}\nDescribe it")
    assert "there is no nothing in this notebook" in missing.text


def test_what_is_missing_is_said_in_one_sentence_before_anything_is_sent(
    kernel: Any, sandbox: Any
) -> None:
    said = kernel.run("%%dify -i tone=plain\n \n")
    assert said.status == "error"
    assert "needs an input you did not give: query. Write --inputs query=…" in said.text
    assert (
        "has no input colour: it has query, tone, language"
        in kernel.run("%%dify -i colour=red\nhi").text
    )
    assert runs(sandbox) == []


def test_an_app_without_a_key_is_named_with_the_variable_that_holds_it(kernel: Any) -> None:
    said = kernel.run("%%dify my-writer\nhi")
    assert "No key of a Dify app 'my-writer' is set" in said.text
    assert "%sophnet login --service dify" in said.text
    assert "DIFY_MY_WRITER_API_KEY" in said.text


def test_facts_are_tables(kernel: Any) -> None:
    assert "Sandbox writer" in kernel.run("%dify info").text
    form = kernel.run("%dify parameters").text
    assert "required" in form
    assert "plain, pirate" in form
    assert "--file (image)" in form
    assert "question" in kernel.run("%dify annotations").text
    assert "is none of %dify info" in kernel.run("%dify nonsense").text


def test_annotations_are_written_changed_and_removed_on_a_line(kernel: Any) -> None:
    kernel.run("days = 14")
    made = kernel.run('%dify annotations add "May I send it back?" "Within {days} days." -o made')
    assert "Within 14 days." in made.text
    name = kernel.value("made[0].id")
    changed = kernel.run(f'%dify annotations change {name} "May I send it back?" "Never."')
    assert "Never." in changed.text
    assert name in kernel.run("%dify annotations send it").text
    assert "is removed" in kernel.run(f"%dify annotations remove {name}").text
    assert name not in kernel.run("%dify annotations").text
    assert "Annotation not found" in kernel.run(f"%dify annotations remove {name}").text
    assert "stands in quotes" in kernel.run("%dify annotations add May I ask?").text


def test_annotation_replies_are_switched_and_the_job_is_looked_at(
    kernel: Any, sandbox: Any
) -> None:
    assert "Nothing was switched" in kernel.run("%dify annotation-reply status").text
    assert "are on" in kernel.run("%dify annotation-reply on openai small 0.8").printed()
    (begun,) = [r for r in sandbox.seen() if r["path"].endswith("/annotation-reply/enable")]
    assert begun["body"] == {
        "score_threshold": 0.8,
        "embedding_provider_name": "openai",
        "embedding_model_name": "small",
    }
    looked = kernel.run("%dify annotation-reply status -o job")
    assert "completed" in looked.text
    assert kernel.value("(job.action, job.state)") == ("enable", "completed")
    assert "are off" in kernel.run("%dify annotation-reply off").printed()
    job = kernel.value("job.id")
    assert "another action" in kernel.run(f"%dify annotation-reply status off {job}").text
    assert "PROVIDER MODEL" in kernel.run("%dify annotation-reply on openai").text


def test_a_file_that_a_message_has_used_is_shown_and_kept(kernel: Any) -> None:
    kernel.run(
        "from PIL import Image; import io, sophnet_jupyter\n"
        "b = io.BytesIO(); Image.new('RGB', (6, 5)).save(b, 'PNG')\n"
        "app = sophnet_jupyter.Client().dify\n"
        "dot = await app.upload(b.getvalue(), name='dot.png')\n"
        "used = await app.complete('Describe it', files=dot)"
    )
    shown = kernel.run("%dify preview dot out -o seen")
    assert "<img" in shown.html
    assert "dot.png · image/png" in shown.text
    assert kernel.value("(seen.data == b.getvalue(), __import__('os').listdir('out'))") == (
        True,
        ["dot.png"],
    )
    name = kernel.value("dot.id")
    assert "<img" in kernel.run(f"%dify preview {name}").html
    assert "a message of this app has used" in kernel.run("%dify preview nothing").text
    assert "Sandbox writer" in kernel.run("%dify site -o place").text
    assert "title" in kernel.value("list(place)")


def test_an_answer_is_rated_by_the_name_it_has(kernel: Any, sandbox: Any) -> None:
    kernel.run("%%dify -o rated\nhello")
    assert "noted: like" in kernel.run("%dify feedback rated like Just right.").text
    body = next(r for r in sandbox.seen() if r["path"].endswith("/feedbacks"))["body"]
    assert (body["rating"], body["content"]) == ("like", "Just right.")
    assert "Just right." in kernel.run("%dify feedbacks").text
    assert "Just right." in kernel.run("%dify feedbacks all -o said").text
    assert "Just right." not in kernel.run("%dify feedbacks 2").text
    assert "number of a page" in kernel.run("%dify feedbacks some").text
    assert kernel.value("said[0].content") == "Just right."
    assert "Write %dify feedback NAME" in kernel.run("%dify feedback rated love").text


def test_an_interrupt_keeps_the_part_that_came_and_stops_the_run(
    start_kernel: Callable[..., Any], start_sandbox: Callable[..., Any], eventually: Any
) -> None:
    def two_more_have_begun() -> bool:
        if [run["status"] for run in runs(sandbox)].count(200) < 4:
            return False
        # A third of what they take: their first words are there, and their last are not.
        time.sleep(1)
        return True

    with (
        start_sandbox("--tokens-per-second", "20") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as kernel,
    ):
        said = kernel.run(
            "%%dify -o half\nWrite a story of 400 words",
            interrupt_after=lambda outcome: len(outcome.text) > 60,
        )
        assert said.seconds_to_idle < 10
        assert "Stopped" in said.errors[0]["ename"]
        assert kernel.value("(half.ending, len(half.text) > 10)") == ("stopped", True)
        eventually(lambda: any(r["path"].endswith("/stop") for r in sandbox.seen()))

        # Eight rows of 60 tokens, two at a time: some 12 seconds if nobody interrupts.
        sandbox.forget()
        kernel.run(
            "rows = [{'text': f'Write a story of 40 words about {n}', 'n': n} for n in range(8)]"
        )
        stopped = kernel.run(
            "%%dify --each rows -o told --concurrency 2\n{text}",
            interrupt_after=lambda outcome: (
                any(f"{n} of 8" in outcome.text for n in range(2, 6)) and two_more_have_begun()
            ),
        )
        assert "Stopped" in stopped.errors[0]["ename"]
        endings = kernel.value("[row['ending'] for row in told]")
        assert 2 <= endings.count("complete") < 8
        assert set(endings) == {"complete", "stopped"}
        begun = "[row['answer'] for row in told if row['ending'] == 'stopped' and row['answer']]"
        assert 1 <= len(kernel.value(begun)) <= 2, "what had come of the rows that were running"
        kernel.run("told[-1]['ending'] = 'complete'; rows[0]['text']")
        done = endings.count("complete") + 1
        sandbox.forget()
        kernel.send("%%dify --each rows -o told --resume --concurrency 8\n{text}")
        eventually(lambda: len(runs(sandbox)) == 8 - done)


def test_each_row_of_a_table_gets_an_answer_in_its_own_row(kernel: Any, sandbox: Any) -> None:
    kernel.run(
        "import pandas as pd\n"
        "sums = pd.DataFrame({'a': [2, 3], 'language': ['English', 'English']}, index=['x', 'y'])"
    )
    said = kernel.run("%%dify --each sums -o solved\nWhat is {a}*{a}?")
    assert said.status == "ok", said.text
    assert "2 of 2 rows" in said.text
    answers = kernel.value("solved.answer.tolist()")
    assert "4" in answers[0]
    assert "9" in answers[1]
    assert kernel.value(
        "(list(solved.index), solved.ending.tolist(), list(solved.columns)[:2])"
    ) == (
        ["x", "y"],
        ["complete", "complete"],
        ["a", "language"],
    )
    assert all(run["body"]["inputs"]["language"] == "English" for run in runs(sandbox))
    sandbox.forget()
    again = kernel.run("%%dify --each sums -o solved --resume\nWhat is {a}*{a}?")
    assert again.status == "ok"
    assert runs(sandbox) == []


def test_a_row_that_broke_keeps_what_had_come_and_says_why(
    start_kernel: Callable[..., Any], start_sandbox: Callable[..., Any]
) -> None:
    with (
        start_sandbox("--fault", "cut=4") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as kernel,
    ):
        kernel.run("rows = [{'n': n} for n in range(3)]")
        said = kernel.run("%%dify --each rows -o told\nWrite a story of 90 words about {n}")
        assert "3 not complete" in said.text
        for row in kernel.value("told"):
            assert row["ending"] == "failed"
            assert row["answer"]
            assert "connection to Dify broke" in row["error"]
            assert len(row["message_id"]) == 36


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--each sums", "--each needs -o NAME"),
        ("--each nothing -o x", "there is no nothing"),
        ("--each here -o x", "here is no table"),
        ("--each [] -o x", "there is no []"),
        ("--resume", "goes with --each"),
        ("--each rows1 -o fresh --resume", "no earlier result"),
        ("--each rows1 -o x --concurrency 99", "from 1 to 32"),
        ("one two", "Name one app"),
        ("-i nothing", "takes NAME=VALUE"),
    ],
)
def test_wrong_usage_is_told_in_one_line(kernel: Any, sandbox: Any, line: str, said: str) -> None:
    kernel.run("here = 3; sums = rows1 = [{'a': 1}]")
    outcome = kernel.run(f"%%dify {line}\nhi")
    assert outcome.status == "error"
    assert said in outcome.text
    assert "\n" not in outcome.text.strip()
    assert runs(sandbox) == []


def test_a_question_mark_at_the_end_is_no_call_for_help(kernel: Any) -> None:
    assert "question" in kernel.run("%dify annotations why?").text
    assert "--concurrency" in kernel.run("%dify?").reply["payload"][0]["data"]["text/plain"]


def test_an_answer_and_words_are_read_aloud_in_the_apps_voice(kernel: Any, sandbox: Any) -> None:
    kernel.run("%%dify -o answer\nWrite a line.")
    heard = kernel.run("%dify speak answer --voice alloy -o sound")
    assert heard.status == "ok", heard.text
    assert "data:audio/mpeg;base64," in heard.html
    assert kernel.value("len(sound) > 100, sound.mime") == (True, "audio/mpeg")
    assert kernel.run("%dify speak Good morning").status == "ok"
    first, second = [r["body"] for r in sandbox.seen() if r["path"].endswith("/text-to-audio")][-2:]
    assert (first["voice"], first["message_id"]) == ("alloy", kernel.value("answer.request_id"))
    assert (second["text"], "voice" in second) == ("Good morning", False)
    assert "%dify speak NAME" in kernel.run("%dify speak").text


def test_the_fields_of_an_app_can_be_had_by_name(kernel: Any) -> None:
    kernel.run("%dify parameters -o form")
    assert kernel.value("form.raw['opening_statement'][:4], len(form.inputs) > 3") == ("Give", True)
