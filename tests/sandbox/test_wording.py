"""What is talk is put otherwise by each model, and by chance where the temperature lets it."""

from __future__ import annotations

import pytest

from sophnet_jupyter.sandbox.sophnet.models import NAMES

MODELS = [name for name in NAMES if ":" not in name]
TALK = ["Tell me something about tea.", "Plan a trip to the mountains.", "介绍一下你自己，一句话。"]
EXACT = ["what is 17*23?", "count to 5", "Write a Python function for primes", "Give me JSON"]


@pytest.mark.parametrize("prompt", TALK)
def test_no_two_models_say_the_same(sandbox, prompt):
    assert len({sandbox.text(prompt, model=model) for model in MODELS}) == len(MODELS)


@pytest.mark.parametrize("prompt", [*TALK, "Tell me a story of 40 words"])
@pytest.mark.parametrize("model", ["DeepSeek-V3.2", "GLM-5.2"])
def test_at_temperature_0_a_model_always_says_the_same(sandbox, prompt, model):
    said = {sandbox.text(prompt, model=model, temperature=0) for _ in range(3)}
    assert said == {sandbox.text(prompt, model=model)}


@pytest.mark.parametrize("prompt", [*TALK, "Tell me a story of 40 words"])
def test_a_seed_says_what_is_said_above_it(sandbox, prompt):
    def said(**fields) -> str:
        return sandbox.text(prompt, model="GLM-5.2", **fields)

    assert said(temperature=0.7, seed=7) == said(temperature=0.7, seed=7)
    assert len({said(temperature=0.7, seed=seed) for seed in range(12)}) > 1
    assert len({said(temperature=each / 10, seed=7) for each in range(1, 20)}) > 1
    assert len({said(seed=seed) for seed in range(12)}) > 1
    assert len({said(temperature=0, seed=seed) for seed in range(4)}) == 1


def test_without_a_seed_a_warm_model_says_it_in_several_ways(sandbox):
    # Of some thirty ways: that all forty are one is as likely as nothing.
    assert len({sandbox.text(TALK[0], temperature=1) for _ in range(40)}) > 1


@pytest.mark.parametrize("prompt", EXACT)
def test_what_has_one_answer_is_the_same_from_all(sandbox, prompt):
    asked = [sandbox.text(prompt, model=model, temperature=1) for model in MODELS[:6]]
    assert set(asked) == {sandbox.text(prompt)}


def test_a_story_is_as_long_as_asked_whoever_tells_it(sandbox):
    for model in MODELS[:6]:
        story = sandbox.text("Tell me a story of 40 words", model=model, temperature=1, seed=3)
        assert len(story.split()) == 40
