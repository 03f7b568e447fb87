"""``%explore`` in a real kernel."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def library(start_sandbox):
    with start_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def own(start_kernel, library, tmp_path_factory):
    """A kernel with a table."""
    cache = str(tmp_path_factory.mktemp("cache"))
    with start_kernel(SOPHNET_SANDBOX_URL=library.root, SOPHNET_CACHE_DIR=cache) as kernel:
        kernel.run("import pandas as pd")
        kernel.run("texts = [f'{a} {b}' for a in ('red fox', 'hen', 'rain') for b in range(20)]")
        kernel.run("df = pd.DataFrame({'my text': texts, 'n': range(60)})")
        yield kernel


def test_a_table_is_drawn_once_with_its_picture_and_its_clusters(own):
    cell = own.run("%explore df 'my text' --color n -o ex")
    assert cell.status == "ok"
    [html] = [
        data["text/html"]
        for output in cell.outputs
        if "<img" in (data := output.get("data", {})).get("text/html", "")
    ]
    assert html.count("<img") == 1
    assert "data:image/png;base64," in html
    assert "60 rows" in cell.text
    assert own.value("ex is _ and ex.state == 'ready'")
    assert len(html) < 420_000


def test_a_column_an_array_and_a_response_are_taken_too(own):
    own.run("%embed texts -o vectors")
    for line in ("%explore df['my text']", "%explore vectors", "%explore vectors.vectors"):
        assert own.run(line).status == "ok"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%explore", "Nothing to explore"),
        ("%explore nothing", "There is no nothing here"),
        ("%explore df words", "There is no column 'words'. There are: my text, n."),
        ("%explore df 'my text' n", "one column"),
        ("%explore df 'my text' --colour n", "--color"),
    ],
)
def test_a_mistake_is_one_sentence_and_costs_nothing(own, library, line, says):
    library.forget()
    cell = own.run(line)
    assert cell.status == "error"
    assert says in cell.text
    assert library.posted() == []


def test_it_works_on_the_kernels_loop_as_soon_as_it_is_shown(own):
    own.run("later = get_ipython().user_ns['__name__'] and None")
    own.run("from sophnet_jupyter import Client\nlater = Client().explore(df, 'my text')\nlater")
    own.run("import time\nwhile later.state != 'ready': time.sleep(.05)")
    assert own.value("later.state") == "ready"


def test_a_comparison_shows_two_maps_and_a_table(own):
    own.run("from sophnet_jupyter import Client\nmine = await Client().explore(df, 'my text')")
    cell = own.run("await mine.compare(dimensions=64)")
    assert cell.status == "ok"
    assert "neighbors under both" in str(cell.outputs)


def test_a_cell_that_is_run_again_ends_the_map_that_it_made_before(own):
    own.run("from sophnet_jupyter import Client\nclient, kept = Client(), []")
    make = "ex = client.explore(df, 'my text')\nother = client.explore(df, 'my text')\nkept += [ex]"
    own.run(make, cell="maker")
    assert own.value("kept[0]._closed") is False
    own.run("third = client.explore(df, 'my text')", cell="another")
    own.run(make, cell="maker")
    assert own.value("[each._closed for each in kept]") == [True, False]
    assert own.value("third._closed") is False
    assert own.value("other._closed") is False


def test_the_vectors_of_a_dask_frame_show_how_far_they_are_and_where(own, tmp_path):
    own.run("import dask.dataframe as dd\nfrom sophnet_jupyter import batch")
    own.run("job = batch.embed(dd.from_pandas(df, npartitions=3), 'my text', 'vectors/')")
    cell = own.run("await job;")
    assert cell.status == "ok"
    assert "3 of 3 parts" in cell.text
    assert "60 rows with their vectors" in cell.text
    assert own.value("job.state == 'done' and len(job.files) == 3")
