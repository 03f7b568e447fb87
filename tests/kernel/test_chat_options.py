"""Pictures, functions, forms and formats in a chat cell."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.kernel

NAMES = """
import time
from dataclasses import dataclass
from PIL import Image

img = Image.new("RGB", (64, 48), "teal")

@dataclass
class City:
    city: str
    country: str

def get_weather(city: str, days: int = 1) -> dict:
    "Weather of a city."
    print("asked for", city)
    return {"city": city, "celsius": 21}

def broken_weather(city: str) -> str:
    raise RuntimeError("no <b>satellite</b>")

def slow_weather(city: str) -> str:
    time.sleep(30)
"""
WEATHER = "What is the weather in Paris?"


@pytest.fixture(scope="module")
def named(shared_kernel):
    assert shared_kernel.run(NAMES).status == "ok"
    return shared_kernel


@pytest.fixture
def cell(named, sandbox):
    """Runs a cell in a kernel that has the names above."""
    return named.run


def body(sandbox):
    return sandbox.seen()[-1]["body"]


def test_a_picture_in_braces_is_sent_and_shown_small(cell, sandbox):
    shown = cell("%%sophchat\nDescribe {img} and {img}.\n")
    text, picture = body(sandbox)["messages"][-1]["content"]
    assert text["text"].strip() == "Describe [image 1] and [image 1]."
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    assert "64 × 48 pixels" in shown.text
    assert "with {img} image 64×48" in shown.text
    first = shown.outputs[0]["data"]
    assert first["text/plain"] == "[image 1] img · 64×48 · 1 kB"
    assert "data:image/png" in first["text/html"]


def test_image_attaches_with_its_options(cell, sandbox):
    cell("%sophchat --image img --image https://example.org/a.png --detail low Look")
    _, first, second = body(sandbox)["messages"][-1]["content"]
    assert first["image_url"]["detail"] == "low"
    assert second["image_url"]["url"] == "https://example.org/a.png"


def test_text_that_names_a_file_is_not_attached(cell, sandbox):
    cell("name = '/etc/hostname.png'")
    cell("%sophchat Describe {name}")
    assert sandbox.prompts() == ["Describe /etc/hostname.png"]


def test_a_picture_that_is_not_there_sends_nothing(cell, sandbox):
    shown = cell("%sophchat --image nowhere.png hi")
    [error] = shown.errors
    assert error["traceback"] == ["SettingsError: There is no file nowhere.png."]
    assert sandbox.seen() == []


def test_a_tool_is_run_and_its_card_says_how_it_went(cell, sandbox):
    shown = cell(f"%%sophchat --tools get_weather --run-tools\n{WEATHER}\n")
    card, mark, answer, _ = [output for output in shown.outputs if "data" in output]
    assert "asked for Paris" in shown.printed()
    assert card["data"]["text/plain"].startswith('→ get_weather {"city": "Paris", "days": 1} ✓')
    assert '"celsius"' in card["data"]["text/html"]
    assert mark["data"]["text/plain"] == "— round 2 —"
    assert "The tool returned" in answer["data"]["text/plain"]
    assert len(sandbox.seen()) == 2


def test_a_tool_that_is_only_offered_is_not_run(cell, sandbox):
    shown = cell(f"%sophchat --tools get_weather {WEATHER}")
    assert "wants to call get_weather" in shown.text
    assert "asked for" not in shown.text
    assert len(sandbox.seen()) == 1


def test_a_tool_that_fails_says_why_without_markup(cell):
    shown = cell(f"%sophchat --tools broken_weather --run-tools {WEATHER}")
    assert "✕" in shown.text
    assert "RuntimeError: no <b>satellite</b>" in shown.text
    assert "<b>satellite" not in shown.html


def test_an_interrupt_stops_a_running_tool_in_one_line(named, sandbox):
    shown = named.run(
        f"%sophchat -o slow --tools slow_weather --run-tools {WEATHER}",
        interrupt_after=lambda cell: "running …" in cell.text,
    )
    [error] = shown.errors
    [line] = error["traceback"]
    assert line.startswith("Stopped: ")
    assert shown.seconds_to_idle < 10
    assert "■ not finished" in shown.text
    assert "■ stopped" in shown.text
    assert named.value("slow.tool_calls[0].name") == "slow_weather"


def test_a_wrong_name_is_refused_with_what_comes_close(cell, sandbox):
    shown = cell("%sophchat --tools get_wether hi")
    said = "UsageError: --tools: there is no get_wether here. Did you mean get_weather"
    assert shown.printed("stderr").startswith(said)
    assert sandbox.seen() == []


def test_a_conversation_keeps_the_turns_of_its_tools(cell, sandbox):
    cell(f"%sophchat -c weather --tools get_weather --run-tools {WEATHER}")
    cell("%sophchat -c weather Count to 5")
    roles = [message["role"] for message in body(sandbox)["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]


def test_a_conversation_goes_on_after_a_call_that_nobody_ran(cell, sandbox):
    cell(f"%sophchat -c seen --tools get_weather {WEATHER}")
    shown = cell("%sophchat -c seen Count to 5")
    assert shown.status == "ok"
    roles = [message["role"] for message in body(sandbox)["messages"]]
    assert roles == ["user", "assistant", "tool", "user"]


def test_a_conversation_keeps_its_pictures(cell, sandbox):
    cell("%sophchat -c picture Describe {img}")
    cell("%sophchat -c picture Count to 5")
    assert len(body(sandbox)["messages"][0]["content"]) == 2


def test_a_schema_makes_records_and_a_table(named, cell, sandbox):
    shown = cell("%sophchat -o cities --schema list[City] Name a city")
    assert "<table" in shown.html
    assert "London" in shown.text
    assert named.value("cities.parsed == [City('London', 'United Kingdom')]")
    assert body(sandbox)["response_format"] == {"type": "json_object"}
    again = cell("cities")
    assert "<table" in again.html


def test_json_says_what_it_has_added_to_the_question(named, cell):
    shown = cell("%sophchat --json Give me facts")
    assert "Added to the system message" in shown.text
    assert named.value("_.parsed['words']") == 3


def test_an_answer_of_the_wrong_form_is_one_line_and_kept(cell):
    shown = cell("%sophchat --schema list[City] --max-tokens 5 Name a city")
    [error] = shown.errors
    [line] = error["traceback"]
    assert line.startswith("AnswerInvalid: ")
    assert "waiting" not in shown.text


def test_several_answers_are_folded_below_the_first(cell, sandbox):
    shown = cell("%sophchat -x n=3 What is 17*23?")
    assert body(sandbox)["n"] == 3
    assert re.findall(r"<summary[^>]*>(answer \d of \d)<", shown.html) == [
        "answer 2 of 3",
        "answer 3 of 3",
    ]
    assert shown.html.count("<strong>391</strong>") == 3
    refused = cell("%sophchat -x n=999 hi")
    assert "n must be an integer from 1 to 128" in str(refused.errors[0]["traceback"])


def test_probabilities_are_shown_as_grounds(cell, sandbox):
    shown = cell("%sophchat --logprobs 3 Count to 5")
    assert "how likely each token was" in shown.text
    assert "rgba(230,95,0" in shown.html
    assert body(sandbox)["top_logprobs"] == 3


def test_the_request_is_shown_and_not_sent(named, cell, sandbox):
    shown = cell("%sophchat --show-request --image img --tools get_weather --seed 7 hi")
    [output] = shown.outputs
    said = output["data"]["text/plain"]
    assert '"seed": 7' in said
    assert '"name": "get_weather"' in said
    assert "… (" in said
    assert len(said) < 3_000
    assert sandbox.seen() == []
    # It is JSON but for the data that was cut.
    json.loads(said)


def test_code_is_shown_alone_and_offered_as_the_next_cell(named, cell):
    shown = cell("%sophchat -o asked -f code Write a Python function for primes")
    [offered] = shown.reply["payload"]
    assert offered["source"] == "set_next_input"
    assert offered["replace"] is False
    assert offered["text"].startswith("def primes(limit: int)")
    assert "This one runs as it is" not in shown.text
    assert "primes" not in named.value("sorted(globals())")
    assert named.value("asked.text").startswith("This one runs")


@pytest.mark.parametrize("code", ["%sophchat Write code", "%sophchat -f code Count to 5"])
def test_nothing_else_offers_a_next_cell(cell, code):
    assert cell(code).reply["payload"] == []


def test_a_table_is_read_into_records(named, cell):
    shown = cell("%sophchat -f table Compare Python and Rust")
    assert "<table" in shown.html
    assert named.value("[row['appeared'] for row in _.parsed]") == [1991, 2012]


def test_json_in_an_answer_is_read(named, cell):
    cell("%sophchat -f json Show JSON with the keys name and city")
    assert named.value("_.parsed") == {"name": "Ada Lovelace", "city": "London"}


def test_an_answer_without_a_table_says_so(named, cell):
    shown = cell("%sophchat -f table Count to 5")
    assert "There is no table in this answer" in shown.text
    assert named.value("_.parsed is None")


def test_text_is_shown_as_it_was_written(cell):
    shown = cell("%sophchat -f text Show me Euler's formula")
    assert "**Euler's formula.**" in shown.text
    assert "<strong>" not in shown.html


def test_everything_is_saved_by_a_batch_run_too(cell, sandbox):
    shown = cell(
        "%%capture cap\n%sophchat --tools get_weather --run-tools Describe {img}, and the weather"
    )
    assert shown.status == "ok"
    [html] = [output["data"] for output in cell("cap.show()").outputs if "data" in output]
    words = html["text/plain"]
    assert words.index("[image 1]") < words.index("→ get_weather") < words.index("— round 2 —")
    assert "returned" in html["text/html"]


TYPED = [
    "%load_ext sophnet_jupyter",
    "exec(open('names.py').read())",
    "%sophchat Describe {img}",
    f"%sophchat --tools get_weather --run-tools {WEATHER}",
    f"%sophchat --tools get_weather {WEATHER}",
    "%sophchat --schema list[City] Name a city",
    "%sophchat -f table Compare Python and Rust",
    "%sophchat --show-request --seed 7 hi",
    "",
]


@pytest.fixture(scope="module")
def typed(environment, running_sandbox, tmp_path_factory):
    """What IPython says, without a notebook, to all of these lines."""
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "names.py").write_text(NAMES)
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--colors=NoColor", "--no-banner", "--quick"],
        input="\n".join(TYPED),
        env=environment(SOPHNET_SANDBOX_URL=running_sandbox.root),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "said",
    [
        "[image 1] img · 64×48 · 1 kB",
        '→ get_weather {"city": "Paris", "days": 1}\n',
        ' s get_weather: {"city":"Paris","celsius":21}\n— round 2 —\nThe tool returned',
        "  not run\n",
        "city    country\nLondon  United Kingdom\n",
        "appeared  typing   memory\n",
        '  "seed": 7,\n',
    ],
)
def test_a_terminal_says_the_same_in_words(typed, said):
    assert said in typed


def test_a_terminal_shows_no_markup(typed):
    assert "<div" not in typed
    assert "Traceback" not in typed


def test_results_figures_and_cells_are_seen_behind_a_question(kernel, sandbox):
    kernel.run("{'left': 'right'}")
    number = kernel.value("len(In) - 1")
    kernel.run("1 / 0")
    kernel.run(f"%sophchat --see Out[{number}] --see cell:{number + 1} What is wrong?")
    [message] = sandbox.seen()[-1]["body"]["messages"]
    assert message["content"].startswith(f"What is wrong?\n\nOut[{number}]:\n{{'left': 'right'}}")
    assert "1 / 0" in message["content"]
    assert "ZeroDivisionError" in message["content"]
    kernel.run("from PIL import Image; fig = Image.new('RGB', (8, 8))")
    kernel.run("%sophchat --see fig What is this?")
    content = sandbox.seen()[-1]["body"]["messages"][0]["content"]
    assert any(part["type"] == "image_url" for part in content)
    assert "no such thing here" in kernel.run("%sophchat --see nowhere Hi").text
    assert "cells have run up to" in kernel.run("%sophchat --see cell:9999 Hi").text
