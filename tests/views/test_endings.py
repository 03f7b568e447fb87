"""The line below an answer says in words how it ended, and only figures that there are."""

from __future__ import annotations

import struct

import pytest

from sophnet_jupyter.events import Usage, VectorsAsked, VectorsReady
from sophnet_jupyter.response import Response
from sophnet_jupyter.response.response import Timing
from sophnet_jupyter.response.vectors import Vectors
from sophnet_jupyter.views.answer.context import Context
from sophnet_jupyter.views.answer.figures import figures


@pytest.mark.parametrize(
    ("ending", "reason", "said"),
    [
        ("complete", "stop", "✓ complete"),
        ("complete", "", "✓ complete"),
        ("complete", "tool_calls", "✓ complete"),
        ("complete", "length", "… cut at the token limit"),
        ("complete", "llength", "… cut at the token limit"),
        ("complete", "content_filter", "… ended by the service's filter"),
        ("incomplete", "length", "… incomplete"),
        ("stopped", "", "■ stopped"),
        ("failed", "", "✕ failed"),
    ],
)
def test_an_ending_is_told_in_words(ending, reason, said) -> None:
    response = Response(text="a", ending=ending, finish_reason=reason)
    assert figures(response, Context()) == said
    assert response.ending == ending
    assert response.to_frame().ending[0] == said[2:]


def test_tokens_are_named_and_vectors_have_none_that_go_out() -> None:
    usage = Usage(prompt_tokens=66, completion_tokens=1078, total_tokens=1144)
    assert figures(Response(text="a", usage=usage), Context()).endswith("66 tokens in · 1,078 out")
    piece = VectorsReady(places=((0,),), dimensions=1, data=struct.pack("f", 1))
    vectors = Vectors(asked=VectorsAsked(texts=("a",))).grown(piece)
    asked = Usage(prompt_tokens=3, completion_tokens=0, total_tokens=3)
    assert figures(Response(embeddings=vectors, usage=asked), Context()).endswith("3 tokens in")
    assert figures(Response(text="", usage=asked), Context()).endswith("3 tokens in · 0 out")


@pytest.mark.parametrize(
    ("first", "total", "shown"), [(0.3, 2.0, True), (2.0, 2.0, False), (1.999, 2.0, False)]
)
def test_what_came_in_one_piece_has_no_first_token(first, total, shown) -> None:
    timing = Timing(first_token=first, total=total)
    assert ("first token" in figures(Response(text="a", timing=timing), Context())) == shown
