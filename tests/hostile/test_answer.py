"""Whatever a service says beside its answer is shown as words too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sophnet_jupyter.errors import AnswerUnreadable, ConnectionLost, error_class
from sophnet_jupyter.events import Reference, Usage
from sophnet_jupyter.response import Response
from sophnet_jupyter.response.rounds import ToolCall
from sophnet_jupyter.views.answer import Context, answer, bundle
from sophnet_jupyter.views.answer.answer import closing, figures, references, waiting

from .allowed import strict, typeset
from .corpus import ATTACKS, FORBIDDEN, armed

NAMES = list(ATTACKS)
FORBIDDEN_ONE = re.compile(f"[{FORBIDDEN}]")


def everywhere(text: str) -> Response:
    """A response that says the same in each of its parts."""
    kinds = ("web", "file", text)
    return Response(
        text=text,
        thinking=text,
        model=text,
        notices=(text,),
        tool_calls=(ToolCall(id=text, name=text, arguments=text),),
        references=tuple(
            Reference(index=n, title=title, content=text, type=kind, url=text, id=text)
            for n, (kind, title) in enumerate((kind, t) for kind in kinds for t in (text, ""))
        ),
        usage=Usage(prompt_tokens=1, completion_tokens=2),
        finish_reason=text,
        request_id=text,
        ending="complete",
        sandbox=True,
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_a_response_is_shown_as_words(name):
    said = bundle(everywhere(armed(name)), Context(conversation=armed(name)))
    parser = strict(said["text/html"], framed=True)
    assert not FORBIDDEN_ONE.search(parser.text + said["text/plain"])


@pytest.mark.parametrize("name", NAMES)
def test_no_formula_is_typeset_outside_the_answer_and_the_thought(name):
    response = everywhere(armed(name))
    shown = closing(response, Context(conversation=armed(name))) + waiting(armed(name))
    assert not typeset(shown)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_meant_to_be_short_stays_on_its_line(name):
    line = figures(everywhere(armed(name)), Context())
    assert "\n" not in line
    assert len(line) < 200


@pytest.mark.parametrize("name", NAMES)
def test_an_error_says_nothing_that_commands(name):
    text = armed(name)
    errors = [
        error_class(status)(service="S", status=status, message=text, code=text, request_id=text)
        for status in (400, 401, 429, 500)
    ]
    more = [AnswerUnreadable(service="S", what="x", quote=text)]
    for error in [*errors, *more, ConnectionLost(service="S", reason=text)]:
        [line] = error._render_traceback_()
        assert not re.search(f"[\n\t{FORBIDDEN}]", line)
        assert len(line) < 1_500


@pytest.mark.parametrize("name", NAMES)
def test_the_repr_of_a_response_says_nothing_that_commands(name):
    assert not re.search(f"[\n\t{FORBIDDEN}]", repr(Response(text=armed(name))))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x", ["https://a.example/x"]),
        ("HTTP://a.example", ["HTTP://a.example"]),
        ("http://а.example", ["http://xn--80a.example"]),
        ("http://a.example/\"onclick='1'", ["http://a.example/%22onclick='1'"]),
        ("http://[::1", []),
        ("http://a\tb.example", []),
        ("http:a.example", []),
        ("//a.example", []),
        ("javascript:alert(1)", []),
        ("mailto:a@b.example", []),
        ("https://a.example/" + "x" * 5_000, []),
        ("", []),
    ],
)
def test_a_source_is_linked_only_where_it_can_be_shown_where_it_leads(url, shown):
    html = references([Reference(index=1, title="t", type="web", url=url)])
    parser = strict(html, framed=True)
    assert parser.links == shown


def test_a_source_shows_the_host_that_is_reached():
    source = Reference(index=1, title="bank.example", type="web", url="http://bank.example@evil.cc")
    assert strict(references([source]), framed=True).text == "bank.example (evil.cc)"


def test_the_last_line_of_an_answer_is_never_the_models():
    response = everywhere("✓ complete · 0.4 s")
    html = bundle(response)["text/html"]
    footer = html[html.rindex("<div") :]
    assert "border-top" in footer
    assert strict(footer, framed=True).text.startswith("sandbox ✓ complete")


RAW = {"Markdown", "HTML", "SVG", "Javascript", "Latex", "HTMLMath", "display_html"}
RAW_KINDS = {"text/markdown", "text/latex", "image/svg+xml", "application/javascript"}


def _looked_up(node: ast.AST) -> list[ast.expr]:
    """The arguments of ``mapping.get(…)``."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.args if called and node.func.attr == "get" else []


def test_nothing_is_handed_to_jupyter_in_a_form_that_it_would_carry_out():
    package = Path(answer.__file__).parents[2]
    for path in [*package.glob("*.py"), *package.glob("[kmvw]*/**/*.py")]:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        # What is looked up in an output is read from it, and handed to nobody.
        read = {id(one) for node in nodes for one in _looked_up(node)}
        for node in nodes:
            if isinstance(node, ast.Call):
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert called not in RAW, f"{path}:{node.lineno}"
            elif isinstance(node, ast.Constant) and id(node) not in read:
                assert node.value not in RAW_KINDS, f"{path}:{node.lineno}"
