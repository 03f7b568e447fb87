"""Loading, loading again and taking away; and ``%sophnet``."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

TRACES = """
shell = get_ipython()
formatters = shell.display_formatter
traces = {
    "magics": sorted(
        n for kind in shell.magics_manager.magics.values() for n in kind if "soph" in n
    ),
    "transformers": sum(
        t.__module__.startswith("sophnet") for t in shell.input_transformers_cleanup
    ),
    "events": sum(
        getattr(c, "__module__", "").startswith("sophnet")
        for callbacks in shell.events.callbacks.values() for c in callbacks
    ),
    "formatters": [
        str(kind) for formatter in [formatters.ipython_display_formatter,
                                    formatters.mimebundle_formatter]
        for kind in [*formatter.type_printers, *formatter.deferred_printers]
        if "sophnet" in str(kind)
    ],
    "holders": sorted(
        type(c).__name__ for c in shell.configurables if "sophnet" in type(c).__module__
    ),
    "registry": sorted(n for n in shell.magics_manager.registry if "Chat" in n or "Soph" in n),
}
"""


def traces(kernel):
    """What the extension has left in the shell."""
    assert kernel.run(TRACES).status == "ok"
    return kernel.value("traces")


@pytest.fixture(scope="module")
def own(start_kernel, running_sandbox):
    """A kernel whose extension may come and go."""
    with start_kernel(SOPHNET_SANDBOX_URL=running_sandbox.root) as kernel:
        yield kernel


def test_loading_again_doubles_nothing(own):
    once = traces(own)
    assert (once["transformers"], once["events"]) == (1, 1)
    assert once["holders"] == sorted(set(once["holders"]))
    for code in (
        "%load_ext sophnet_jupyter",
        "%reload_ext sophnet_jupyter",
        "import importlib, sophnet_jupyter.magics.extension as ours; importlib.reload(ours)",
        "%reload_ext sophnet_jupyter",
    ):
        assert own.run(code).status == "ok"
        assert traces(own) == once
    assert own.run("%sophchat Count to 20").text.count("19, 20.") == 1


def test_a_reload_of_the_loop_keeps_it_working(own):
    own.run("import importlib, sophnet_jupyter.kernel.loop as loop; importlib.reload(loop)")
    own.run("%reload_ext sophnet_jupyter")
    assert "19, 20." in own.run("%sophchat Count to 20").text


def test_unloading_takes_everything_away(own):
    own.run("%reload_ext sophnet_jupyter")
    own.run("kept = %sophchat Count to 20")
    assert own.run("%unload_ext sophnet_jupyter").status == "ok"
    assert not any(traces(own).values())
    assert "not found" in own.run("%sophchat Count to 5").text
    assert own.value("kept.text").endswith("19, 20.")
    own.run("%load_ext sophnet_jupyter")


def test_loading_is_light(start_kernel):
    with start_kernel(load=False) as kernel:
        cell = kernel.run(
            "import sys\nbefore = set(sys.modules)\n%load_ext sophnet_jupyter\n"
            "new = sorted(set(sys.modules) - before)".replace("\\\n", "\n")
        )
        assert len(kernel.value("new")) <= 150
        heavy = {"httpx2", "markdown_it", "pydantic", "numpy", "PIL", "websockets", "anywidget"}
        assert not heavy & set(kernel.value("new"))
        assert cell.printed().count("\n") == 1
        assert "SANDBOX" in cell.printed()


def test_the_greeting_says_where_chat_goes(start_kernel):
    settings = {"SOPHNET_API_KEY": "sk-0123456789", "SOPHNET_MODEL": "GLM-5"}
    with start_kernel(load=False, **settings) as kernel:
        said = kernel.run("%load_ext sophnet_jupyter").printed()
        assert "https://www.sophnet.com with GLM-5" in said
        assert "key from environment" in said


def test_status_says_where_requests_go(kernel, sandbox):
    cell = kernel.run("%sophnet")
    [output] = cell.outputs
    assert "<table>" in output["data"]["text/html"]
    assert sandbox.root in output["data"]["text/plain"]
    assert "no real model" in cell.text
    assert kernel.run("%sophnet status").text == cell.text
    assert sandbox.seen() == []


def test_help_lists_all_magics(kernel):
    said = kernel.run("%sophnet help").text
    assert "%%sophchat" in said
    assert "%sophnet model" in said


def test_a_subject_that_does_not_exist_gets_a_hint(kernel):
    cell = kernel.run("%sophnet modle X")
    assert cell.status == "error"
    assert "Did you mean model?" in cell.printed("stderr")


def test_a_chosen_model_is_used_by_cells_and_clients(kernel, sandbox):
    assert "GLM-5.2" in kernel.run("%sophnet model GLM-5.2").text
    try:
        kernel.run("%sophchat Count to 3")
        kernel.run("import sophnet_jupyter; own = sophnet_jupyter.Client()")
        kernel.run("await own.chat.create('Count to 4')")
        kernel.run("%sophchat -m Kimi-K2.6 Count to 5")
        models = [request["body"]["model"] for request in sandbox.seen()]
        assert models == ["GLM-5.2", "GLM-5.2", "Kimi-K2.6"]
        assert "GLM-5.2" in kernel.run("%sophnet").text
    finally:
        kernel.run(
            "from sophnet_jupyter.settings import sophnet as settings; settings.session.clear()"
        )


LEFT = """
import gc, threading, comm
from sophnet_jupyter.client import sandbox as own_sandbox
_ = gc.collect()
left = {
    "threads": [t.name for t in threading.enumerate() if t.name.startswith("sophnet")],
    "targets": [name for name in comm.get_comm_manager().targets if "sophnet" in name],
    "sandbox": own_sandbox.running() or "",
    "hooks": [hook.__module__ for hook in hooks if "sophnet" in (hook.__module__ or "")],
}
"""


WATCH_HOOKS = """
import atexit
hooks, register, unregister = [], atexit.register, atexit.unregister
def noted(hook, *given, **named):
    hooks.append(hook)
    return register(hook, *given, **named)
def struck(hook):
    hooks[:] = [other for other in hooks if other != hook]
    unregister(hook)
atexit.register, atexit.unregister = noted, struck
"""


def left(kernel):
    """What the extension has left in the process."""
    assert kernel.run(LEFT).status == "ok"
    return kernel.value("left")


@pytest.fixture(scope="module")
def alone(start_kernel):
    """A kernel with a sandbox of its own, in which everything of ours has been at work."""
    with start_kernel(load=False) as kernel:
        assert kernel.run(WATCH_HOOKS).status == "ok"
        yield kernel


WORK = """
%load_ext sophnet_jupyter
_ = get_ipython().run_line_magic("sophchat", "Show me some Python code")
job = get_ipython().run_cell_magic("sophchat", "--background", "Count to 2000")
from sophnet_jupyter import ChatPanel, Microphone
panel, microphone = ChatPanel(), Microphone()
"""


def test_unloading_leaves_no_thread_target_hook_or_process(alone):
    assert alone.run(WORK).status == "ok"
    before = left(alone)
    assert before["threads"]
    assert sorted(before["targets"]) == ["sophnet.audio", "sophnet.lab", "sophnet.panel"]
    assert before["sandbox"]
    assert before["hooks"]
    alone.run("panel.close(); microphone.close(); del panel, microphone")
    assert alone.run("%unload_ext sophnet_jupyter").status == "ok"
    assert not any(traces(alone).values())
    # What does not end at once is not waited for.
    nothing = {"threads": [], "targets": [], "sandbox": "", "hooks": []}
    alone.follow(lambda: left(alone) == nothing)
    assert alone.value("job.state") == "stopped"


def test_what_was_unloaded_can_be_loaded_again(alone):
    alone.run("%reload_ext sophnet_jupyter")
    assert alone.run("%unload_ext sophnet_jupyter").status == "ok"
    assert alone.run("%load_ext sophnet_jupyter").status == "ok"
    assert "19, 20." in alone.run("%sophchat Count to 20").text


def test_a_client_outlives_the_extension(alone):
    alone.run("%load_ext sophnet_jupyter")
    alone.run("import sophnet_jupyter; kept = sophnet_jupyter.Client()")
    alone.run("first = await kept.chat.create('Count to 20')")
    alone.run("%unload_ext sophnet_jupyter")
    assert alone.run("again = await kept.chat.create('Count to 20')").status == "ok"
    assert alone.value("again.text").endswith("19, 20.")


def test_a_panel_that_is_open_keeps_its_line_over_a_reload(alone):
    alone.run("%load_ext sophnet_jupyter")
    alone.run("from sophnet_jupyter import ChatPanel; open_panel = ChatPanel()")
    alone.run("%reload_ext sophnet_jupyter")
    assert sorted(left(alone)["targets"]) == ["sophnet.lab", "sophnet.panel"]
