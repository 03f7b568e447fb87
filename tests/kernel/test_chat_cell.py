"""What a chat cell does in a notebook."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

HUNDRED = "98, 99, 100."


def test_an_answer_grows_below_its_cell(kernel):
    cell = kernel.run("%%sophchat -m GLM-4.6\nCount to 300\n")
    sizes = [len(data["text/html"]) for _, _, data in cell.updates[1:-1]]
    assert len(sizes) > 5
    assert sizes == sorted(sizes)
    assert "298, 299, 300." not in str(cell.updates[len(sizes) // 2])
    assert kernel.value("_.text") in cell.text.replace("\n\n", "\n")
    assert "waiting" not in cell.text
    assert "sandbox ✓ complete · GLM-4.6" in cell.text


def test_the_response_has_four_names_and_is_shown_once(kernel):
    cell = kernel.run("%%sophchat -o counted\nCount to 100\n")
    number = cell.reply["execution_count"]
    assert kernel.value(f"counted is _ and counted is Out[{number}] and counted is _{number}")
    assert kernel.value("type(counted).__name__") == "Response"
    assert cell.text.count(HUNDRED) == 1


def test_an_assigned_answer_streams_and_is_shown_again_on_request(kernel):
    cell = kernel.run("assigned = %sophchat Count to 300")
    assert len(cell.updates) > 5
    assert cell.text.count("298, 299, 300.") == 1
    again = kernel.run("assigned")
    assert [output["kind"] for output in again.outputs] == ["execute_result"]
    assert again.text.count("298, 299, 300.") == 1


def test_an_answer_that_is_named_in_its_own_cell_is_not_shown_twice(kernel):
    cell = kernel.run("named = %sophchat Count to 20\nnamed")
    assert cell.text.count("19, 20.") == 1


def test_a_semicolon_changes_nothing(kernel):
    cell = kernel.run("%sophchat Count to 20;")
    assert cell.text.count("19, 20.") == 1
    assert kernel.value("_.ending") == "complete"


def test_two_answers_of_one_cell_are_both_shown_once(kernel):
    cell = kernel.run("%sophchat Count to 7\n%sophchat Count to 8")
    assert cell.text.count("6, 7.") == 1
    assert cell.text.count("7, 8.") == 1


def test_a_capture_holds_the_final_answer_alone(kernel):
    cell = kernel.run("%%capture cap\n%sophchat -o captured Count to 100")
    assert cell.outputs == []
    assert kernel.value("[sorted(output.data) for output in cap.outputs]") == [
        ["text/html", "text/plain"]
    ]
    assert HUNDRED in kernel.run("cap.show()").text
    assert kernel.value("captured.ending") == "complete"


def test_a_capture_holds_an_assigned_answer_too(kernel):
    kernel.run("%%capture cap\nx = %sophchat Count to 20\nprint('after')")
    assert kernel.value("(len(cap.outputs), cap.stdout)") == (1, "after\n")


def test_thoughts_are_folded_above_the_answer(kernel):
    cell = kernel.run("%%sophchat --think\nCount to 20\n")
    first, second, _ = cell.outputs
    assert "<details" in first["data"]["text/html"]
    assert "19, 20." in second["data"]["text/html"]
    assert kernel.value("bool(_.thinking)")


@pytest.mark.parametrize("code", ["%sophchat What is 6*7?", "asked = %sophchat What is 6*7?"])
def test_a_prompt_may_end_in_a_question_mark(kernel, sandbox, code):
    cell = kernel.run(code)
    assert "42" in cell.text
    assert sandbox.prompts() == ["What is 6*7?"]


def test_the_magic_with_a_question_mark_is_a_call_for_help(kernel, sandbox):
    for code in ("%sophchat?", "?%sophchat", "%%sophchat?"):
        [page] = kernel.run(code).reply["payload"]
        assert "Ask a SophNet model" in page["data"]["text/plain"]
    assert sandbox.seen() == []


def test_the_question_mark_of_other_lines_is_left_alone(kernel):
    kernel.run("%sophchat Count to 5\nlen?")
    assert kernel.run("text = '''\n%timeit x?\n'''").status == "ok"
    assert kernel.value("text") == "\n%timeit x?\n"


def test_what_ipython_would_expand_reaches_us_as_written(kernel, sandbox):
    kernel.run("dollar, other = 'EXPANDED', 'in the place of braces'")
    kernel.run("%sophchat $dollar and {other} and {{other}}")
    assert sandbox.prompts() == ["$dollar and in the place of braces and {{other}}"]
    kernel.run("%%sophchat -s '$dollar {other}'\nhi\n")
    assert sandbox.seen()[-1]["body"]["messages"][0]["content"] == "$dollar in the place of braces"


def test_a_table_goes_in_bounded_and_the_footer_says_so(kernel, sandbox):
    kernel.run("import pandas; frame = pandas.DataFrame({'n': range(1000), 'm': 'x' * 500})")
    cell = kernel.run("%%sophchat\nSummarise {frame} in two points\n")
    assert "with {frame} 20 of 1,000 rows" in cell.text
    [prompt] = sandbox.prompts()
    assert "| n | m |" in prompt
    assert len(prompt) < 3000


def test_what_went_in_came_out_and_went_wrong_goes_into_a_prompt(kernel, sandbox):
    numbers = [
        kernel.run(code).reply["execution_count"]
        for code in ("kept = 'what went in'", "'what ' + 'came out'", "1 / 0")
    ]
    kernel.run("%%sophchat\n{{In[{}]}} {{Out[{}]}} {{Err[{}]}}\n".format(*numbers))
    [prompt] = sandbox.prompts()
    assert "kept = 'what went in'" in prompt
    assert "what came out" in prompt
    assert "ZeroDivisionError: division by zero" in prompt
    assert "Traceback" in prompt


def test_wrong_usage_goes_into_a_prompt_as_one_line(kernel, sandbox):
    number = kernel.run("%sophchat --unknown-option hi").reply["execution_count"]
    kernel.run(f"%sophchat {{Err[{number}]}}")
    assert sandbox.prompts() == [
        "UsageError: %%sophchat has no --unknown-option. %sophchat? lists its options."
    ]


def test_braces_that_name_nothing_stay(kernel, sandbox):
    kernel.run("secret = 'SECRET'; carrier = 'holds {secret}'")
    for prompt in ('{"a": {"b": 1}}', "{nobody} {carrier.nothing} {carrier['no']} {len(secret)}"):
        kernel.run(f"%sophchat {prompt}")
        assert sandbox.prompts()[-1] == prompt


def test_a_value_with_braces_pulls_in_nothing(kernel, sandbox):
    kernel.run("secret = 'SECRET'; carrier = 'holds {secret}'")
    kernel.run("%sophchat {carrier}")
    assert sandbox.prompts() == ["holds {secret}"]


def test_raw_sends_the_prompt_as_written(kernel, sandbox):
    kernel.run("secret = 'SECRET'")
    cell = kernel.run("%sophchat --raw {secret}")
    assert sandbox.prompts() == ["{secret}"]
    assert "with {secret}" not in cell.text


def test_a_conversation_remembers_and_other_cells_stand_alone(kernel):
    kernel.run("%sophchat -c trip My name is Ada")
    assert "Ada" in kernel.run("%sophchat -c trip What is my name?").text
    assert "conversation trip" in kernel.run("%sophchat -c trip Count to 5").text
    assert "Ada" not in kernel.run("%sophchat What is my name?").text
    assert "Ada" not in kernel.run("%sophchat -c trip --new What is my name?").text
    assert "Ada" not in kernel.run("%sophchat -c trip What is my name?").text


def test_a_failed_turn_is_no_part_of_the_conversation(kernel, sandbox):
    kernel.run("%sophchat -c talk My name is Ada")
    assert kernel.run("%sophchat -c talk -m no-such hi").status == "error"
    kernel.run("%sophchat -c talk What is my name?")
    said = [message["role"] for message in sandbox.seen()[-1]["body"]["messages"]]
    assert said == ["user", "assistant", "user"]
