"""Fields of a prompt that resolve to nothing are told, whatever shows the answer."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

TOLD = "left as written: {reviw} (review?)"


@pytest.mark.parametrize(
    "code",
    [
        "%%sophchat\nSummarise {reviw}",
        "%sophchat -s 'You know {reviw}' hi",
        "%sophchat --show-request Summarise {reviw}",
        "%%capture said\n%sophchat Summarise {reviw}",
        "%%imagine --size 256*256\na picture of {reviw}",
        "%%embed\nthe text {reviw}",
        "%%speak\nI say {reviw}",
        "%%dify\nSummarise {reviw}",
    ],
)
def test_a_misspelt_name_is_told_with_the_one_that_is_near(kernel, code):
    kernel.run("review = 'fine'")
    cell = kernel.run(code)
    said = kernel.run("said.show()").text if "capture" in code else cell.text
    assert TOLD in said


def test_a_name_that_resolves_is_told_as_put_in_and_nothing_as_left(kernel):
    kernel.run("review = 'fine'")
    text = kernel.run("%%sophchat\nSummarise {review}").text
    assert "with {review} 4 characters" in text
    assert "left as written" not in text


def test_a_column_is_embedded_before_what_the_frame_is_called_so(kernel):
    kernel.run("import pandas as pd\ndf = pd.DataFrame({'count': ['a fox', 'a hen'], 'n': [1, 2]})")
    kernel.run("%embed df.count -o columns")
    assert kernel.value("len(columns.vectors)") == 2
    kernel.run("%embed df.query -o words")
    assert kernel.value("len(words.vectors)") == 1
