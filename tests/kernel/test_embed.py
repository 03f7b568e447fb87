"""``%embed`` in real kernels."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def library(start_sandbox):
    with start_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def own(start_kernel, library):
    """A kernel with a few things to embed."""
    with start_kernel(SOPHNET_SANDBOX_URL=library.root) as kernel:
        kernel.run("import pandas as pd\nfrom PIL import Image")
        kernel.run("animals = ['a red fox', 'a fox in snow', 'a hen', 'the hen is red']")
        kernel.run("df = pd.DataFrame({'my text': animals * 10, 'n': range(40)})")
        kernel.run("red, blue = (Image.new('RGB', (32, 32), name) for name in ('red', 'blue'))")
        yield kernel


def test_a_few_texts_become_a_heat_map_that_out_and_the_name_hold(own):
    cell = own.run('%embed "a red fox" "a fox in snow" "stock prices fell" -o near')
    [output] = cell.outputs
    assert output["data"]["text/html"].count("<td") == 9
    assert "a fox in snow" in cell.text
    assert "sandbox ✓ complete · text-embeddings" in cell.text
    number = cell.reply["execution_count"]
    assert own.value(f"near is _ and near is Out[{number}]")
    assert own.value("near.vectors.shape") == (3, 1024)
    assert own.value("bool(near.similarity()[0, 1] > .3 > near.similarity()[0, 2])")


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("%embed animals", ["a red fox", "a fox in snow", "a hen", "the hen is red"]),
        ("%embed animals[0] 'the sea'", ["a red fox", "the sea"]),
        ("%embed 今天天气很好 明天呢", ["今天天气很好", "明天呢"]),
        ("%embed --raw animals", ["animals"]),
        ("%embed 'animals'", ["animals"]),
        (
            "%%embed\nfirst: {animals[2]}\n\n  second {nothing}",
            ["first: a hen", "second {nothing}"],
        ),
        ("%%embed --raw\n{animals[2]}", ["{animals[2]}"]),
    ],
)
def test_texts_are_words_variables_or_lines_of_the_cell(own, library, line, texts):
    library.forget()
    assert own.run(line).status == "ok"
    assert library.posted()[0]["input_texts"] == texts


def test_a_column_is_embedded_in_batches_and_summed_up(own, library):
    library.forget()
    cell = own.run("%embed df['my text'] -d 64 -o rows")
    assert "40 texts × 64 dimensions" in cell.text
    assert "nearest to each other" in cell.text
    assert len(library.posted()) == 1, "equal texts were sent twice"
    assert own.value("rows.vectors.shape, list(rows.to_frame().columns)") == (
        (40, 64),
        ["input", "kind", "vector"],
    )
    assert own.value("bool((rows.vectors[0] == rows.vectors[4]).all())")


def test_pictures_go_beside_texts_with_their_thumbnails(own, library):
    library.forget()
    cell = own.run("%embed --image blue red 'the colour red' -o both")
    [body] = library.posted()
    assert body["model"] == "clip-embeddings"
    assert (len(body["input_texts"]), len(body["input_images"])) == (1, 2)
    assert cell.html.count("<img") == 2
    assert "1 text and 2 images × 1024 dimensions" in cell.text
    assert "32×32" in cell.text


def test_many_come_with_progress_in_one_display(own):
    cell = own.run("%embed [f'row {n}' for n in range(3)]")
    assert cell.status == "ok", "words without quotes are texts"
    cell = own.run("many = [f'row number {n}' for n in range(3000)]\n%embed many -d 64 -o found")
    assert len({display for _, display, _ in cell.updates}) == 1
    assert own.value("found.vectors.shape") == (3000, 64)


def test_a_text_that_is_too_long_costs_only_itself(own):
    own.run("rows = ['狐 ' * 9000 if n == 4 else f'row {n}' for n in range(20)]")
    cell = own.run("%embed rows -o kept")
    [error] = cell.errors
    assert "18000 tokens" in str(error)
    assert "texts[4]: " in cell.text
    assert own.value("kept.embeddings.missing") == [4]
    assert own.value("_ is kept")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%embed", "Nothing to embed"),
        ("%%embed\n\n", "Nothing to embed"),
        ("%embed df", "has the columns my text, n: name one, as df['my text']"),
        ("%embed df.n", "texts[0] is a int"),
        ("%embed a --dimension 64", "Did you mean --dimensions"),
        ("%embed a -d many", "-d"),
        ("%embed --image lost.png", "lost.png"),
        ("%embed red -m bge-m3", "bge-m3 takes texts only"),
        ("%embed pd.Series(['a',None])", ""),
    ],
)
def test_a_mistake_is_one_sentence_and_costs_nothing(own, library, line, says):
    library.forget()
    cell = own.run(line)
    assert says in cell.text + cell.printed("stderr")
    if says:
        assert cell.status == "error"
        assert library.posted() == []


def test_a_missing_value_of_a_column_is_named_by_its_place(own, library):
    library.forget()
    cell = own.run("gaps = pd.Series(['a', None, 'b'])\n%embed gaps")
    assert "texts[1] is missing" in cell.text
    assert ".dropna()" in cell.text
    assert library.posted() == []


def test_what_the_service_refuses_is_its_sentence(own):
    cell = own.run("%embed fox -d 1000")
    assert "one of 1024, 768" in cell.text
    assert len(re.findall("one of 1024", "".join(map(str, cell.errors)))) <= 3
