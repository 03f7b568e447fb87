from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter

from sophnet_jupyter import settings
from sophnet_jupyter.history.turns import ChatTurn
from sophnet_jupyter.magics import extension
from sophnet_jupyter.magics.catalogue import lazy_magics
from sophnet_jupyter.magics.chat.sophchat import ChatMagics
from sophnet_jupyter.magics.completion.complete import completed
from sophnet_jupyter.magics.options.services import MODELS
from sophnet_jupyter.prompt.file.prompt import Prompt
from sophnet_jupyter.providers.dify.form import parameters
from sophnet_jupyter.providers.sophnet.models import Models

from ...shells import bare_shell


@pytest.fixture
def loaded(monkeypatch, tmp_path):
    """A shell with the extension: ``.shell``, ``.session``, and what the user has in it."""
    monkeypatch.setenv("SOPHNET_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(extension, "WARM_UP_AFTER", 3600)
    shell = bare_shell()
    extension.load(shell)
    session = extension._loaded[id(shell)][0]
    session.aliases.add("v3", "DeepSeek-V3.2")
    for name in ("trip", "trip to Rome"):
        session.conversations.put(name, [ChatTurn(messages=({"role": "user", "content": "hi"},))])
    shell.user_ns.update(answer=SimpleNamespace(text="", usage=None), animals=["cat"])
    shell.user_ns["short_prompt"] = "Be brief."
    shell.user_ns.update(look_up=lambda town: 1, City=type("City", (), {}))
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("cat.PNG", "my dog.jpg", "notes.pdf", ".hidden.png"):
        (folder / name).touch()
    yield SimpleNamespace(shell=shell, session=session)
    extension.unload(shell)


@pytest.fixture
def complete(loaded):
    """What Tab offers at the ``|`` of a cell, each as the whole piece that stands there then."""

    def ask(cell: str) -> list[str]:
        begin = cell.index("|")
        text = cell[:begin] + cell[begin + 1 :]
        with provisionalcompleter():
            found = list(loaded.shell.Completer.completions(text, begin))
        start = {c.start for c in found}
        assert len(start) <= 1, "the pieces that are replaced differ"
        return [c.text for c in found]

    return ask


def test_inputs_of_an_app_are_known_once_its_form_is(loaded, complete, monkeypatch):
    monkeypatch.setenv("DIFY_WRITER_API_KEY", "app-one")
    assert "tone=" not in complete("%%dify --inputs t|")
    tone = {"select": {"variable": "tone", "options": ["plain", "pirate"]}}
    words = {"paragraph": {"variable": "topic"}}
    app = loaded.session.client.dify_app()
    app._form = parameters({"user_input_form": [tone, words]})
    assert complete("%%dify --inputs t|") == ["tone=", "topic="]
    assert complete("%%dify -i tone=pi|") == ["tone=pirate"]
    assert complete("%%dify --app w|") == ["writer"]
    assert complete("%dify anno|") == ["annotations", "annotation-reply"]
    assert complete("%%dify wri|") == ["writer"]
    loaded.session.dify_known["writer"] = {"annotations": ["one", "two"]}
    assert complete("%dify annotations remove |") == ["one", "two"]
    assert complete("%dify annotations remove o|") == ["one"]
    assert complete("%dify annotation-reply |") == ["on", "off", "status"]
    loaded.session.listed_tasks["6a1"] = "image"
    assert complete("%sophnet tasks --|") == ["--service"]
    assert complete("%sophnet tasks resume |") == ["6a1"]
    loaded.shell.user_ns["rows"] = [{"a": 1}]
    assert complete("%%dify --each |") == ["rows"]


def test_what_a_custom_model_knows_is_offered_once_it_was_listed(loaded, complete):
    loaded.session.models_seen.add("custom:staff")
    loaded.session.knowledge_files["handbook"] = ["rules.pdf", "two words.txt"]
    loaded.session.knowledge_pairs["handbook"] = ["79CNI1obN033Wi8mydOrZC"]
    assert complete("%knowledge |") == ["handbook", "staff"]
    assert complete("%knowledge handbook |") == ["files", "add", "show", "rm", "qa"]
    assert complete("%knowledge handbook add photos/|") == ["photos/notes.pdf"]
    assert complete("%knowledge handbook show ru|") == ["rules.pdf"]
    assert complete("%knowledge handbook rm rules.pdf |") == ["rules.pdf", '"two words.txt"']
    assert complete("%knowledge handbook qa |") == ["add", "set", "rm"]
    assert complete("%knowledge handbook qa set 7|") == ["79CNI1obN033Wi8mydOrZC"]
    assert complete("%knowledge handbook --no|") == ["--no-wait"]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("%%sophchat --mo|", ["--model"]),
        ("%sophchat --mo|", ["--model"]),
        ("x = %sophchat --mo|", ["--model"]),
        ("first, second = %sophchat --mo|", ["--model"]),
        ("if True:\n    %sophchat --mo|", ["--model"]),
        ("print()\nx = 1\n%sophchat -t 1 --mo|", ["--model"]),
        ("\n%%sophchat -o answer --mo|\nhello", ["--model"]),
        ("%%sophchat --model=De|", [name for name in MODELS if name.startswith("Deep")]),
        ("%sophchat -m deepseek-v3|", [name for name in MODELS if name.startswith("DeepSeek-V3")]),
        ("%sophchat -m v3|", ["v3"]),
        ("%sophchat -m coder|", ["Qwen3-Coder"]),
        ("%sophchat -m GLM-5,coder|", ["Qwen3-Coder"]),
        ("%sophchat --grid temp|", ["temperature="]),
        ("%sophchat --prompt nothing,shor|", ["short_prompt"]),
        ("%sophchat -c tri|", ["trip to Rome", "trip"]),
        ("%sophchat -c new --from tri|", ["trip to Rome", "trip"]),
        ("%sophnet chats un|", ["undo"]),
        ("%sophnet chats show tri|", ["trip to Rome", "trip"]),
        ("%sophnet chats fork trip a|", ["at", "as"]),
        ("%sophnet chats export trip mes|", ["messages"]),
        ("%sophchat -o ans|", ["answer"]),
        ("%sophchat -o=ans|", ["answer"]),
        ("%sophchat -s 'like {ani|", ["animals"]),
        ("%%sophchat\nWhat does {ani|", ["animals"]),
        ("%%sophchat\nWhat does\n\n{answer.|", ["text", "usage"]),
        ("%%sophchat\n{answer.te|} mean", ["text"]),
        ("%sophchat What does {answer.te|", ["text"]),
        ("%sophchat --tools loo|", ["look_up"]),
        ("%sophchat --tools=look_up,loo|", ["look_up"]),
        ("%sophchat --schema Cit|", ["City"]),
        ("%sophchat --schema list[Cit|", ["City"]),
        ("%sophchat --detail |", ["low", "high", "auto"]),
        ("%sophchat --image pho|", ["photos/"]),
        ("%sophchat --image photos/|", ["photos/cat.PNG", '"photos/my dog.jpg"']),
        ("%sophchat --image 'photos/my|", ["'photos/my dog.jpg'"]),
        ("%imagine --model |", ["qwen-image"]),
        ("%imagine a red fox --neg|", ["--negative"]),
        ("%animate -m Wan2.2-I|", ["Wan2.2-I2V-A14B"]),
        ("%animate --resolution 7|", ["720p"]),
        ("%animate --size 832|", ["832*480", "832*1088"]),
        ("%animate a fox --dur|", ["--duration"]),
        ("%parse photos/no|", ["photos/notes.pdf"]),
        ("%ocr photos/|", ["photos/cat.PNG", '"photos/my dog.jpg"']),
        ("%ocr ani|", ["animals"]),
        ("%ocr photos/cat.PNG --mo|", ["--model"]),
        ("%ocr -m Dee|", ["DeepSeek-OCR"]),
        ("%knowledge -o answer |", ["--out", "--no-wait"]),
        ("%sophnet mod|", ["model", "models"]),
        ("%sophnet model v3|", ["v3"]),
        ("%sophnet alias |", ["v3"]),
        ("%sophnet alias fast coder|", ["Qwen3-Coder"]),
        ("%sophnet doctor |", ["--report", "--stream"]),
        ("%sophnet login --s|", ["--service", "--session"]),
        ("%sophnet cancel |", ["all"]),
    ],
)
def test_tab_offers_exactly_what_fits(complete, cell: str, found: list[str]) -> None:
    assert sorted(complete(cell)) == sorted(found)


def test_the_variables_of_a_prompt_file_are_offered_behind_it(complete, loaded) -> None:
    Path("prompts").mkdir()
    Path("prompts/reviews.md").write_text("Rate {review} in a {tone} tone, for {reader}.")
    loaded.shell.user_ns["short"] = Prompt.from_text("Tell {animals_of} of {review}", name="short")
    assert complete("%sophchat -p reviews |") == ["review=", "tone=", "reader="]
    assert complete("%sophchat -p reviews to|") == ["tone="]
    assert complete("%sophchat -m v3 --prompt=reviews re|") == ["review=", "reader="]
    assert complete("%sophchat -p reviews review='it broke' |") == ["tone=", "reader="]
    assert complete("%sophchat -p reviews,short a|") == ["animals_of="]
    assert complete("%sophchat -p reviews review={ani|") == ["animals"]
    assert "--model" in complete("%sophchat -p reviews review=1 tone=2 reader=3 |")


def test_every_option_of_a_magic_is_offered(complete) -> None:
    offered = complete("%%sophchat |")
    parser = ChatMagics.sophchat.parser
    assert {a.option_strings[-1] for a in parser._actions if a.option_strings} == set(offered)
    assert "--background" in offered
    assert "-m" in complete("%%sophchat -|")


@pytest.mark.parametrize(
    "cell",
    [
        "%sophchat tell me --mo|",
        "%sophchat -- --mo|",
        "%sophchat -p reviews Tell me of re|",
        "%sophchat -p lost a|",
        "%%sophchat\n--mo|",
        "%%sophchat\n%sophchat --mo|",
        "%sophchat {{ani|",
        "%%sophchat\ntell me {answer.text.|",
    ],
)
def test_a_prompt_is_not_taken_for_options(loaded, cell: str) -> None:
    magics = lazy_magics(loaded.session)
    lines = cell.removesuffix("|").split("\n")
    assert completed(lines, loaded.session, magics)[1] == []


def test_what_the_service_and_the_user_have_named_is_offered(complete, loaded) -> None:
    loaded.session.models_seen.add("mine-7B")
    assert complete("%sophchat -m mine|") == ["mine-7B"]
    loaded.session.client.known_models = Models(["listed-9B"])
    assert complete("%sophchat -m listed|") == ["listed-9B"]
    settings.session["model"] = "chosen-1B"
    assert complete("%sophchat -m chosen|") == ["chosen-1B"]


def test_what_runs_in_the_background_can_be_cancelled_by_tab(complete, loaded) -> None:
    job: Any = SimpleNamespace(done=False, cell=7)
    loaded.session.jobs._listed.append(job)
    assert sorted(complete("%sophnet cancel |")) == ["7", "all"]
    loaded.session.jobs._listed.remove(job)


def test_profiles_are_offered_by_name(complete, loaded) -> None:
    settings.store().save("work", settings.Secret("sk-0123456789"), base_url="https://x.example")
    assert complete("%sophnet login w|") == complete("%sophnet profile |") == ["work"]


def test_other_magics_and_python_are_left_alone(complete) -> None:
    assert "animals" in complete("anim|")
    assert "%sophnet" in complete("%soph|")
    assert complete("%timeit animals.appe|")


def test_an_attribute_is_found_without_running_any_code(complete, loaded) -> None:
    class Trap:
        inside = 1

        def __dir__(self) -> list[str]:
            raise AssertionError

        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(name)

        @property
        def secret(self) -> str:
            raise AssertionError

        def method(self) -> None:
            raise AssertionError

    loaded.shell.user_ns["trap"] = Trap()
    assert complete("%sophchat {trap.|") == ["inside", "secret"]


def test_variables_that_say_nothing_in_a_prompt_are_not_offered(complete, loaded) -> None:
    loaded.shell.user_ns.update(zoo_function=len, zoo_module=time, zoo_class=int, zoo=1)
    assert complete("%sophchat {zoo|") == ["zoo"]


def test_tab_is_answered_at_once(complete) -> None:
    complete("%%sophchat --mo|")
    took = []
    for _ in range(20):
        began = time.perf_counter()
        complete("%%sophchat -t 1 -m deep|")
        took.append(time.perf_counter() - began)
    assert min(took) < 0.02


def test_tab_opens_no_connection(complete, monkeypatch) -> None:
    def refuse(*arguments: Any) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("subprocess.Popen.__init__", refuse)
    assert complete("%sophchat -m De|")
    assert complete("%sophnet model De|")


def test_the_matcher_comes_once_and_goes_with_the_extension(loaded) -> None:
    def ours() -> int:
        matchers = loaded.shell.Completer.custom_matchers
        return sum(getattr(m, "matcher_identifier", "") == "sophnet" for m in matchers)

    extension.load(loaded.shell)
    assert ours() == 1
    extension.unload(loaded.shell)
    assert ours() == 0
