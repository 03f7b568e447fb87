"""What a user sees when a chat cell fails: one line, and never the key."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

CANARY = "sk-CANARY0123456789abcdef"
MODES = ["Plain", "Context", "Verbose", "Docs", "Minimal"]


def everything(*cells):
    return "".join(str(vars(cell)) for cell in cells)


def the_line(cell):
    """The one line of the one error of a cell."""
    assert cell.status == "error"
    [error] = cell.errors
    [line] = error["traceback"]
    assert "\n" not in line
    return line


@pytest.fixture(scope="module")
def rejected(start_kernel, start_sandbox):
    """A kernel whose key the service does not know."""
    with start_sandbox(key="another-key") as strict:
        settings = {"SOPHNET_API_KEY": CANARY, "SOPHNET_BASE_URL": f"{strict.root}/api/open-apis"}
        with start_kernel(**settings) as kernel:
            yield kernel


@pytest.fixture(scope="module")
def keyless(start_kernel):
    """A kernel without a key that must not start a sandbox."""
    with start_kernel(SOPHNET_NO_SANDBOX="1") as kernel:
        yield kernel


@pytest.mark.parametrize("mode", MODES)
def test_an_unknown_model_takes_one_line(kernel, mode):
    kernel.run(f"%xmode {mode}")
    cell = kernel.run("%%sophchat -m no-such-model\nhi\n")
    kernel.run("%xmode Context")
    assert the_line(cell).startswith("NotFound: ")
    assert "answered 404: model no-such-model is not" in the_line(cell)
    assert "waiting" not in cell.text
    assert "✕ failed" in cell.text


@pytest.mark.parametrize("mode", MODES)
def test_a_wrong_key_takes_one_line_without_it(rejected, mode):
    cells = [
        rejected.run(f"%xmode {mode}"),
        rejected.run("%sophchat Count to 5"),
        rejected.run("%tb"),
    ]
    assert the_line(cells[1]).startswith("KeyRejected: ")
    assert "SOPHNET_API_KEY" in the_line(cells[1])
    assert CANARY not in everything(*cells)


def test_the_key_is_in_nothing_that_a_notebook_shows(rejected):
    cells = [
        rejected.run("%reload_ext sophnet_jupyter"),
        rejected.run("%sophnet"),
        rejected.run("import sophnet_jupyter; client = sophnet_jupyter.Client(); client"),
        rejected.run("client.settings"),
        rejected.run("vars(client.settings), [client.settings.api_key]"),
        rejected.run("%xmode Verbose"),
        rejected.run("await client.chat.create('hi')"),
        rejected.run("await client.chat.create(1 / 0)"),
    ]
    assert "environment" in cells[1].text
    assert CANARY not in everything(*cells)


@pytest.mark.parametrize("mode", MODES)
def test_no_key_and_no_sandbox_take_one_line(keyless, mode):
    keyless.run(f"%xmode {mode}")
    for code in ("%sophchat Count to 5", "%sophnet"):
        assert "SOPHNET_API_KEY" in the_line(keyless.run(code))


def test_loading_without_a_key_says_what_is_missing(keyless):
    cell = keyless.run("%reload_ext sophnet_jupyter")
    assert cell.status == "ok"
    assert "No key, and the sandbox is off" in cell.printed()


def test_a_failure_goes_into_the_next_prompt(kernel, sandbox):
    number = kernel.run("%sophchat -m no-such-model hi").reply["execution_count"]
    kernel.run(f"%sophchat {{Err[{number}]}}")
    assert sandbox.prompts()[-1].startswith("NotFound: ")


def test_a_failure_before_the_first_word_leaves_earlier_results_alone(kernel):
    kernel.run("'earlier'")
    kernel.run("kept = 'mine'")
    kernel.run("%sophchat -m no-such-model -o kept hi")
    assert kernel.value("(_, kept)") == ("earlier", "mine")


def test_an_answer_that_breaks_off_is_kept(start_kernel, start_sandbox):
    with (
        start_sandbox("--fault", "error_mid_stream=20", "--tokens-per-second", "0") as breaking,
        start_kernel(SOPHNET_SANDBOX_URL=breaking.root) as kernel,
    ):
        cell = kernel.run("%sophchat -o part Count to 100")
        assert "the model stopped working" in the_line(cell)
        assert "1, 2, 3" in cell.text
        assert "✕ failed" in cell.text
        assert kernel.value("(part is _, part.ending)") == (True, "failed")


def test_an_answer_that_just_stops_says_so(start_kernel, start_sandbox):
    with (
        start_sandbox("--fault", "silent_end=20", "--tokens-per-second", "0") as stopping,
        start_kernel(SOPHNET_SANDBOX_URL=stopping.root) as kernel,
    ):
        cell = kernel.run("%sophchat Count to 100")
        assert cell.status == "ok"
        assert "the answer may be cut" in cell.text
        strictly = kernel.run("%sophchat --strict Count to 100")
        assert the_line(strictly).startswith("AnswerIncomplete: ")
        assert kernel.value("_.ending") == "incomplete"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%sophchat", "Nothing to send"),
        ("%sophchat --think --no-think hi", "exclude each other"),
        ("%sophchat --new hi", "name it with -c"),
        ("%sophchat -o 1x hi", "a variable's name"),
        ("%sophchat -t warm hi", "invalid float value"),
        ("%%sophchat hi\nthere", "belongs below the line"),
        (f"%sophchat -x api_key={CANARY} hi", "a notebook saves"),
    ],
)
def test_wrong_usage_takes_one_line_and_sends_nothing(kernel, sandbox, line, said):
    cell = kernel.run(line)
    assert cell.status == "error"
    assert said in cell.printed("stderr")
    assert len(cell.printed("stderr").strip().splitlines()) == 1
    assert CANARY not in everything(cell)
    assert sandbox.seen() == []
