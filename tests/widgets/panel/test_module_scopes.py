"""What the files of one module see of each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sophnet_jupyter.widgets.panel import modules
from sophnet_jupyter.widgets.panel.modules import inlined, style

SAY = 'import made from "./made.mjs"; console.log(JSON.stringify(made));'


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Put a file where modules are made from."""
    folder = tmp_path / "files"
    monkeypatch.setattr(modules, "FOLDER", folder)

    def write(file: str, text: str) -> None:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")

    return write


def test_two_files_may_give_their_own_things_the_same_name(write, in_node) -> None:
    write("a/one.js", 'const NAME = "one";\nexport const one = () => NAME;\n')
    write("b/two.js", 'const NAME = "two";\nexport const two = () => NAME;\n')
    write(
        "b/all.js",
        'import { one } from "../a/one.js";\n'
        'import { two } from "./two.js";\n'
        'const NAME = "all";\n'
        "export default [NAME, one(), two()];\n",
    )
    assert in_node(SAY, made=inlined("b/all.js")) == ["all", "one", "two"]


def test_a_file_sees_of_another_only_what_it_imports(write, in_node) -> None:
    write("one.js", "export const seen = 1;\nexport const unseen = 2;\nconst secret = 3;\n")
    write(
        "all.js",
        'import { seen } from "./one.js";\n'
        "export default [typeof seen, typeof unseen, typeof secret];\n",
    )
    assert in_node(SAY, made=inlined("all.js")) == ["number", "undefined", "undefined"]


def test_a_file_that_two_others_import_is_run_once_and_before_them(write, in_node) -> None:
    write("count.js", "globalThis.runs = (globalThis.runs ?? 0) + 1;\nexport const ONE = 1;\n")
    write("a.js", 'import { ONE } from "./count.js";\nexport const A = ONE + 1;\n')
    write("b.js", 'import { ONE as one } from "./count.js";\nexport const B = one + 2;\n')
    write(
        "all.js",
        'import {\n  B,\n} from "./b.js";\n'
        'import { A } from "./a.js";\n'
        "export default [A, B, globalThis.runs];\n",
    )
    assert in_node(SAY, made=inlined("all.js")) == [2, 3, 1]


def test_a_module_exports_what_its_own_file_exports_and_nothing_of_the_others(
    write, in_node
) -> None:
    write("one.js", "export function one() {}\n")
    write(
        "all.js", 'import { one } from "./one.js";\nexport const two = one;\nexport class Six {}\n'
    )
    say = 'import * as made from "./made.mjs"; console.log(JSON.stringify(Object.keys(made)));'
    assert in_node(say, made=inlined("all.js")) == ["Six", "two"]


def test_comments_of_a_file_are_not_sent(write) -> None:
    write("text.js", "// A text.\n")
    write(
        "all.js",
        'import text from "./text.js?text";\n\n// A comment.\nexport const two = [\n  text,\n];\n',
    )
    made = inlined("all.js")
    assert "A comment" not in made
    assert "\nconst two = [\ntext,\n];\n" in made
    assert json.dumps("// A text.\n") in made


def test_text_is_no_code_of_the_module(write, in_node) -> None:
    write("worklet.js", 'export const strange = "</script> ` ${1} \\\\";\nimport "nowhere";\n')
    write("all.js", 'import text from "./worklet.js?text";\nexport default text;\n')
    said = in_node(SAY, made=inlined("all.js"))
    assert said == (modules.FOLDER / "worklet.js").read_text(encoding="utf-8")


def test_files_that_import_each_other_are_named_in_the_error(write) -> None:
    write("all.js", 'import { a } from "./a.js";\nexport default a;\n')
    write("a.js", 'import { b } from "./b.js";\nexport const a = () => b;\n')
    write("b.js", 'import { a } from "./a.js";\nexport const b = () => a;\n')
    with pytest.raises(ValueError, match=r"circle: a\.js → b\.js → a\.js\.$"):
        inlined("all.js")


def test_sheets_that_import_each_other_are_named_in_the_error(write) -> None:
    write("panel/panel.css", "p {}\n")
    write("a.css", '@import "./b.css";\n')
    write("b.css", '@import "./a.css";\n')
    with pytest.raises(ValueError, match=r"circle: a\.css → b\.css → a\.css\.$"):
        style("a.css")


def test_a_name_that_is_not_exported_is_not_imported(write) -> None:
    write("one.js", "const one = 1;\n")
    write("all.js", 'import { one } from "./one.js";\nexport default one;\n')
    with pytest.raises(ValueError, match=r"^all\.js imports one, which one\.js does not export\.$"):
        inlined("all.js")


@pytest.mark.parametrize(
    "line",
    [
        'import * as all from "./one.js";',
        'import one from "./one.js";',
        'import { one } from "./one.js?text";',
        'import "./one.js";',
        'import { one } from "elsewhere";',
        "export let changes = 1;",
        'export { one } from "./one.js";',
    ],
)
def test_what_would_come_out_wrong_is_refused(write, line: str) -> None:
    write("one.js", "export const one = 1;\n")
    write("all.js", f"{line}\n")
    with pytest.raises(ValueError, match=r"^all\.js: modules\.py does not understand "):
        inlined("all.js")
