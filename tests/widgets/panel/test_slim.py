"""Scripts without comments and indentation say what they said with them."""

from __future__ import annotations

import json

import pytest

from sophnet_jupyter.widgets.panel.slim import slim

from .test_modules import SCRIPTS

# What looks like a comment, or like an indentation, and is none; and the other way round.
CASES = [
    r'"// no comment"',
    r"'/* none */ it\'s'",
    "`// none\n    ${ /* gone */ 1 + `/* kept ${ { a: `}` }.a }` }\n  * kept */`",
    r"`\`// none ${'`'} \${ // none`",
    r"/[/*]\/\// .source /* gone */ + /'/.source // gone '",
    "[8 / 2 / 1, (8) / 2 // gone\n/ 1, [8][0] / 2 /* '\n */ / 1]",
    '["a/b".split(/\\//), "x".replace(/x/g, "/*")]',
    "(() => {\n  let a = 1\n  // gone\n  const b = 2 /* it's\n */ a++\n  return [a, b]\n})()",
    "(() => { return /a\\/*b/.test('a/b') })()",
    "{ a: { b: `${[1, 2].map((n) => `<${n}>`)}` }, c: 4 /2/ 1 }.a.b + typeof /x/",
    "1 /* gone */+ +1 - -1 + 1/* gone */",
    "((a) => a\n  ? 'yes' // gone\n  : `no`)(0)",
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_a_script_means_the_same_without_comments(case: int, in_node) -> None:
    source = f"// gone\nexport default (\n    {CASES[case]}\n);\n"
    less = slim(source)
    assert "gone" not in less
    say = 'import a from "./a.mjs"; import b from "./b.mjs"; console.log(JSON.stringify([a, b]));'
    before, after = in_node(say, a=source, b=less)
    assert before == after
    assert before is not None


def test_nothing_is_left_to_take_out_of_any_script() -> None:
    for path in SCRIPTS:
        less = slim(path.read_text(encoding="utf-8"))
        assert slim(less) == less, path
        assert "/**" not in less, path


def test_what_a_script_says_stays_as_it_is() -> None:
    said = "`\n   two  spaces\n\n   \n`"
    assert said in slim(f"const a = {said};  // gone")
    assert json.dumps("a  b") in slim('  f("a  b");')
