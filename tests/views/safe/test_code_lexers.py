from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from sophnet_jupyter.views.safe import code_lexers
from sophnet_jupyter.views.safe.code_colors import colored, colored_so_far
from sophnet_jupyter.views.safe.code_lexers import LANGUAGES, LONGEST, MOST_OPEN, is_tame
from sophnet_jupyter.views.safe.markdown import render

PROGRAMS = {
    "python": "def f(x):\n    return 'a' if x else 1  # b\n",
    "javascript": "const a = async () => `${b}`; // c\n/* d */",
    "typescript": "interface A { b: string }\n",
    "json": '{"a": [1, true]}',
    "bash": 'for a in *; do echo "$a"; done\n',
    "sql": "SELECT a FROM b WHERE c = 'd'; -- e\n",
    "html": '<p class="a">b</p><!-- c -->',
    "css": "a:hover { color: red } /* b */",
    "java": "public class A {\n    int b(String c) { return 1; } // d\n}\n",
    "c": "#include <a.h>\nint main(void) { return 0; }\n",
    "c++": "template<typename T> T a(T b) { return b; }\n",
    "c#": "class A { int B() => 1; } // c\n",
    "go": 'func main() { fmt.Println("a") }\n',
    "rust": "fn main() { let a = 1; } // b\n",
    "yaml": "a: 'b' # c\n",
    "toml": '[a]\nb = "c"\n',
    "ini": "[a]\nb = c\n",
    "diff": "-a\n+b\n",
    "r": "a <- function(b) 1 # c\n",
    "julia": "function a(b) 1 end # c\n",
    "kotlin": "fun a(): Int = 1 // b\n",
    "swift": 'func a() -> Int { return 1 } // "b"\n',
    "php": "<?php echo 'a'; // b\n",
    "ruby": "def a\n  'b' # c\nend\n",
    "scala": "def a(b: Int): Int = 1 // c\n",
    "lua": "local a = 1 -- b\n",
    "perl": "my $a = 'b'; # c\n",
    "dockerfile": "FROM a\nRUN b # c\n",
    "make": "a: b\n\techo c # d\n",
    "xml": "<a b='c'>d</a>",
    "markdown": "# A\n\n`b` **c**\n",
    "powershell": "function A { return 1 } # b\n",
    "latex": "\\begin{a} % b\n\\end{a}\n",
}


@pytest.mark.parametrize("language", PROGRAMS)
def test_the_languages_of_every_day_are_colored(language):
    assert "<span style" in colored(PROGRAMS[language], language)


def test_a_language_whose_lexer_is_a_square_of_its_lines_is_plain():
    assert "sed" not in LANGUAGES
    assert "<span" not in colored("\\begin{align}\n" * 20, "sed")


def test_each_language_on_the_list_is_one_of_pygments():
    assert set(code_lexers._names().values()) == LANGUAGES


@pytest.mark.parametrize(
    "code",
    [
        "a = 1\n" * LONGEST,
        "a = 1" + "\n" * 1_000 + "b = 2",
        "a = 1\n" + "#" * 900,
        "a = '" + "bc" * 600 + "'",
        "/* a\n" * (MOST_OPEN + 1),
        "<!-- a\n" * (MOST_OPEN + 1),
    ],
)
def test_code_that_a_lexer_would_be_slow_at_is_plain(code):
    assert not is_tame(code, "python")
    assert "<span" not in colored(code, "python")


def test_ordinary_code_is_tame():
    for language, code in PROGRAMS.items():
        assert is_tame(code, code_lexers._names()[language])


def test_a_lexer_that_stands_still_is_left():
    # Of the empty tokens that it yields without end, none is kept.
    said = list(code_lexers.read("<!-- a", "mcschema"))
    assert sum(len(text) for _, text in said) < len("<!-- a")


def test_no_lexer_runs_on_the_thread_that_asks(monkeypatch):
    ran_on = []

    def read(code, language):
        ran_on.append(threading.current_thread())
        return iter([("Keyword", code)])

    monkeypatch.setattr("sophnet_jupyter.views.safe.code_colors.tokens", read)
    assert "<span" in colored("asked for here", "python")
    assert "asked for here" in colored_so_far("asked for here too\n", "python")
    assert ran_on
    assert threading.current_thread() not in ran_on


def test_growing_code_never_waits_and_a_beginning_keeps_its_color(monkeypatch):
    go_on = threading.Event()
    asked = []

    def read(code, language):
        asked.append(code)
        go_on.wait(60)
        return iter([("Keyword", code)])

    monkeypatch.setattr("sophnet_jupyter.views.safe.code_colors.tokens", read)
    lines = [f"grown {number}\n" for number in range(40)]
    for end in range(1, 10):
        # Its lexer has not come to an end, and it is shown.
        assert colored_so_far("".join(lines[:end]), "python") == "".join(lines[:end])
    go_on.set()
    whole = "".join(lines)
    colored(asked[0], "python")
    begun = colored_so_far(whole, "python")
    assert begun.startswith("<span")
    assert begun.endswith("grown 39\n")
    colored(whole, "python")
    assert colored_so_far(whole, "python") == colored(whole, "python")


def test_all_the_colorings_of_a_growing_program_cost_a_few_times_the_last(monkeypatch):
    read = []

    def tokens(code, language):
        if language == "python":
            read.append(len(code))
        return iter([("Keyword", code)])

    monkeypatch.setattr("sophnet_jupyter.views.safe.code_colors.tokens", tokens)
    code = "".join(f"line_{number} = {number}\n" for number in range(800))
    for end in range(0, len(code), 20):
        colored_so_far(code[:end], "python")
        # As the next repaint, which comes when the last has its color.
        colored(code[: code.rfind("\n", 0, max(read, default=0)) + 1], "none")
    assert len(read) < 60
    assert sum(read) < 8 * len(code)


def test_a_growing_answer_ends_with_the_colors_of_a_settled_one():
    text = "Words\n\n```python\ndef f():\n    return 1\n```\n"
    for end in range(len(text)):
        render(text[:end], growing=True)
    assert "<span style" in render(text)
    assert render(text, growing=True) == render(text)


def test_of_much_code_in_one_text_the_first_is_colored():
    text = ("```python\n" + "a = 'b'\n" * 1_000 + "```\n\n") * 20
    html = render(text)
    assert 10 <= sum("<span" in block for block in html.split("</pre>")) <= 13
    assert html.count("<pre") == 20


FORKED = """
import os, sys
from sophnet_jupyter.views.safe.code_colors import colored
assert "<span" in colored("def f(): pass", "python")
if os.fork() == 0:
    os._exit(0 if "<span" in colored("def g(): pass", "python") else 1)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_forked_process_colors_code_too():
    assert subprocess.run([sys.executable, "-c", FORKED], timeout=60).returncode == 0


def test_no_thread_is_left_when_there_is_nothing_to_color():
    colored("def left(): pass", "python")
    for thread in threading.enumerate():
        if thread.name == "sophnet colors":
            thread.join(60)
            assert not thread.is_alive()
