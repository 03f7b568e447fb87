"""
One key, everything that we do with it, and then a search for it in everything that is left.

A new magic joins by a line in `EXAMPLES`; without one a test fails.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from sophnet_jupyter import Client, Dify, errors

pytestmark = pytest.mark.kernel

PIECE = 12
MODES = ["Context", "Plain", "Verbose", "Minimal", "Docs"]

# For each registered magic, cells that use it; {model} becomes a manner of refusing.
EXAMPLES = {
    "sophnet": [
        "%sophnet",
        "%sophnet help",
        "%sophnet doctor",
        "%sophnet profile",
        "%sophnet tasks all",
        *("%sophnet models", "%sophnet alias", "%sophnet jobs", "%sophnet account"),
        *("%sophnet prompts", "%sophnet runs", "%sophnet chats"),
        # What is on a cassette is shared, and searched as all that is left.
        *("%sophnet cassette record taped.jsonl", "%sophchat -m {model} hello"),
        *("await client.chat.create('hello', model='{model}')", "%sophnet cassette off"),
    ],
    "sophprompt": [
        "%%sophprompt asked -o asked\nSay {word}",
        *("%sophprompt asked", "await client.chat.create(asked, word='{model}')"),
    ],
    "explore": [
        *("names = ['a fox', 'a hen', 'a cat']", "%explore names -o map", "map.state"),
    ],
    "embed": ["%embed -m {model} 'a fox' 'a hen' -o near", "%embed --image lost.png"],
    "transcribe": ["%transcribe https://example.com/a.mp3", "%transcribe lost.wav"],
    "imagine": [
        "%imagine -m {model} -n 2 a fox",
        *("job = %imagine -b -m {model} a fox", "await job", "job"),
    ],
    "animate": [
        *("%animate --wait -m {model} a fox", "%animate -m {model} -o video a fox"),
        "await client.videos.list()",
    ],
    "dify": [
        *("%%dify -o dified\nhello", "%dify info", "%dify feedback dified like"),
        *("%dify site", "%dify annotations", "%dify feedbacks all", "%dify preview lost"),
        "await client.dify.complete('{model}', stream=True)",
    ],
    "ocr": [
        "from PIL import Image; Image.new('L', (64, 64), 255).save('page.png')",
        *("%ocr page.png -o read", "%ocr page.png -m {model}", "%ocr lost.png"),
    ],
    "speak": [
        *("%speak -o said hello", "%speak --voice {model} hello", "%speak --rate 3 hello"),
        *("await client.voice.speak('hello', model='{model}')", "said.audio[:4]"),
        "await client.chat.create('hello', model='{model}', voice='longwan')",
    ],
    "parse": ["open('notes.txt', 'w').write('notes')", "%parse notes.txt"],
    "knowledge": [
        *("%knowledge handbook files", "%knowledge handbook qa add 'who?' 'all'"),
        *("%knowledge handbook add notes.txt", "%knowledge handbook show notes.txt -o read"),
        "await client.knowledge('handbook').files.download(read.id)",
    ],
    "excel": [
        *("%excel files", "%excel name q3 d12fd037-19df-4973-a246-290673b6407a"),
        *("%excel put q3.xlsx", "%%excel --files q3 -o told\nwhat?"),
        "await client.excel.analyse('what?', file_uuids=['q3'], stream=False)",
    ],
    "listen": [
        "open('sound.raw', 'wb').write(bytes(32_000))",
        *("%listen sound.raw --pace 0 -o heard", "heard", "%listen"),
        "async for event in client.speech.live('sound.raw', pace=0): print(event)",
        *("live = client.speech.live('sound.raw')", "live"),
    ],
    "talk": [
        "open('question.raw', 'wb').write(bytes(32_000))",
        *("%talk question.raw --pace 0", "talk", "%talk"),
        "placed = sophnet_jupyter.Client(project_id='p')",
        "talking = sophnet_jupyter.VoiceChat(placed, 'question.raw', pace=0, "
        "asr_easyllm_id='ears', tts_easyllm_id='mouth')",
        *("talking.start(); await talking.until(within=30)", "talking"),
        "session = placed.voicechat.connect('m', 'ears', 'mouth')",
        *("async with session: await session.ping()", "session", "session.setup"),
    ],
    "sophchat": [
        *("%%sophchat -m {model} -o answer\nhello", "%sophchat -m {model} -c talk hello"),
        "%sophchat -m {model} --show-request hello",
        *("job = %sophchat -b -m {model} hello", "await job", "job"),
        *("%sophchat -m {model},other --grid temperature=0,1 -o c hello", "c", "c.diff(0, 1)"),
        *("c.to_frame().to_dict()", "c.errors", "%sophchat --keep 0 -c talk"),
        "rows = [{'word': 'hello', 'label': 'no'}]",
        *("%sophchat --each rows -m escaped -o ran Say {word}", "ran"),
        *("sophnet_jupyter.run('ran').rows", "sophnet_jupyter.run('ran').show()"),
        *("%sophchat --each rows --expect label -m escaped -o e Say {word}", "e.to_records()"),
    ],
}

LOGGED = """
import logging
class Everything(logging.Handler):
    def emit(self, record):
        with open("log", "a") as file:
            print(self.format(record), repr(record.args), record.__dict__, file=file)
logging.getLogger().addHandler(Everything())
logging.getLogger().setLevel(logging.DEBUG)
for name in list(logging.root.manager.loggerDict):
    if name.startswith(("sophnet", "httpx2", "httpcore2", "websockets")):
        logging.getLogger(name).setLevel(logging.DEBUG)
"""

PICKLED = """
import pickle as _pickle
for _name, _value in list(get_ipython().user_ns.items()):
    try:
        open("pickles", "ab").write(_pickle.dumps(_value))
    except Exception as _error:
        print(type(_error), _error)
    try:
        print(repr(_value), vars(_value))
    except Exception as _error:
        print(type(_error))
"""

SHOWN = [
    "%whos",
    "%config",
    "%config Magics",
    "%history -n",
    "%env",
    "%tb",
    "client",
    "vars(client)",
]

WIDGETS = """
import json as _json, ipywidgets
open("widgets", "w").write(_json.dumps(ipywidgets.Widget.get_manager_state(), default=repr))
"""


def traces(key: str) -> list[bytes]:
    """The key as it could stand anywhere: its pieces, forwards and backwards, and encoded."""
    found = [text[i : i + PIECE] for text in (key, key[::-1]) for i in range(len(key) - PIECE + 1)]
    # The edges of base64 depend on what stands beside, the middle only on the place.
    shifted = [base64.b64encode(b" " * start + key.encode()).decode() for start in range(3)]
    found += [text[4:-4] for text in shifted]
    return [text.encode() for text in found]


def leaks(data: bytes, key: str) -> list[str]:
    """Where the key stands in the data, with a little of what is around it."""
    places = [data.find(trace) for trace in traces(key)]
    return [repr(data[max(0, at - 90) : at + 40]) for at in sorted(places) if at >= 0][:1]


def saved(kernel: Any) -> bytes:
    """What a notebook of all these cells would be on disk."""
    book = nbformat.v4.new_notebook()
    for message in kernel.messages:
        kind, content = message["msg_type"], message["content"]
        cell = nbformat.v4.new_code_cell()
        if kind in ("stream", "display_data", "execute_result", "error"):
            cell["outputs"] = [nbformat.v4.output_from_msg(message)]
        book.cells.append(cell)
        # What is sent but not saved, such as updates of a display.
        cell["metadata"]["sent"] = json.loads(json.dumps(content, default=repr))
    return nbformat.writes(book).encode()


def left_on_disk(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for place, _, names in os.walk(folder):
        # A kept key stands in profiles.json: that is what the file is for.
        for path in (Path(place, name) for name in names if name != "profiles.json"):
            data = b""
            # A kernel that goes on takes away what it needs no more.
            with suppress(FileNotFoundError):
                data = path.read_bytes() if path.is_file() else b""
            yield path, data


@pytest.fixture(scope="module")
def examples(front_end: Callable[..., Any]) -> list[str]:
    """Cells that use every magic that the extension registers."""
    with front_end() as kernel:
        names = "sorted({n for k in get_ipython().magics_manager.magics.values() for n in k})"
        kernel.run(f"before = {names}")
        kernel.run("%load_ext sophnet_jupyter")
        said = kernel.run(f"print([n for n in {names} if n not in before])").text
    registered = set(re.findall(r"'(\w+)'", said))
    assert registered == set(EXAMPLES), "each magic needs an example line above"
    return [cell for name in sorted(registered) for cell in EXAMPLES[name]]


def teleai(key: str, url: str) -> dict[str, str]:
    """The settings of TeleAI with this key, at that address."""
    return {"TELEAI_APP_ID": "sandbox", "TELEAI_APP_KEY": key, "TELEAI_BASE_URL": url}


def use(kernel: Any, cells: list[str]) -> None:
    """Everything that a notebook could do between a start and a save."""
    kernel.run(LOGGED)
    kernel.run("%load_ext sophnet_jupyter")
    kernel.run("import sophnet_jupyter\nclient = sophnet_jupyter.Client()")
    for cell in cells:
        kernel.run(cell)
    for cell in [*SHOWN, PICKLED, WIDGETS]:
        kernel.run(cell)


def assert_nothing_is_left(kernel: Any, key: str) -> None:
    kernel.run("get_ipython().history_manager.writeout_cache()")
    assert not leaks(saved(kernel), key)
    for path, data in left_on_disk(kernel.folder):
        assert not leaks(data, key), path
    log = (kernel.folder / "log").read_text()
    # A search through nothing finds nothing.
    assert "HTTP Request: " in log
    assert "sophnet_jupyter.wire" in log
    for process in psutil.Process(kernel.manager.provisioner.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            assert not leaks(" ".join(process.cmdline()).encode(), key)


def test_a_service_that_accepts_the_key_leaves_no_trace_of_it(
    front_end: Callable[..., Any],
    start_sandbox: Callable[..., Any],
    examples: list[str],
    canary: str,
    tmp_path: Path,
) -> None:
    log = tmp_path / "sandbox.log"
    with (
        log.open("wb") as report,
        start_sandbox("--tokens-per-second", "0", key=canary, log=report) as sandbox,
    ):
        dify = {"DIFY_API_KEY": canary, "DIFY_BASE_URL": f"{sandbox.root}/v1"}
        others = dify | teleai(canary, sandbox.root)
        with front_end(SOPHNET_API_KEY=canary, SOPHNET_BASE_URL=sandbox.url, **others) as kernel:
            use(kernel, [cell.replace("{model}", "DeepSeek-V3.2") for cell in examples])
            assert kernel.run("print(answer.ending)").text.strip() == "complete"
            assert b"textdelta" in (kernel.folder / "taped.jsonl").read_bytes()
            assert_nothing_is_left(kernel, canary)
    assert not leaks(log.read_bytes(), canary)


def test_a_service_that_quotes_the_key_back_leaves_no_trace_of_it(
    front_end: Callable[..., Any], examples: list[str], parrot: Any, canary: str
) -> None:
    few = ["401", "middle", "broken", "nonsense"]
    cells = []
    for mode in MODES:
        cells.append(f"%xmode {mode}")
        manners = parrot.manners if mode == "Verbose" else few
        for cell in examples:
            asking = [cell.replace("{model}", manner) for manner in manners]
            cells += asking if "{model}" in cell else [cell]
            cells.append("%tb")
        cells += [f"await client.chat.create('hi', model={manner!r})" for manner in few]
    dify = {"DIFY_API_KEY": canary, "DIFY_BASE_URL": parrot.url}
    others = dify | teleai(canary, parrot.url)
    with front_end(SOPHNET_API_KEY=canary, SOPHNET_BASE_URL=parrot.url, **others) as kernel:
        parrot.seen.clear()
        use(kernel, cells)
        assert f"Bearer {canary}" in parrot.seen
        assert_nothing_is_left(kernel, canary)
        signed = [said for said in parrot.seen if said.startswith("teleai-cloud-auth-v1/")]
        assert_nothing_is_left(kernel, signed[-1].rpartition("/")[2])
    assert b"".join(parrot.elsewhere) == b"", "a redirect was followed"


AUDITED = """
import logging
logging.getLogger("sophnet_jupyter.audit").addHandler(logging.FileHandler("audit.jsonl"))
"""
# What a child of the kernel inherits, and what its environment is by then.
INHERITED = [
    "import os, subprocess, sys; print(dict(os.environ))",
    "print(subprocess.run([sys.executable, '-c', 'import os; print(os.environ)'], "
    "capture_output=True, text=True).stdout)",
    "vars(client.settings), client.settings.api_key, client.settings.asking",
]
TOKEN = "tok-canary-3Fv8Kq52WnTz61BxHs07"


@pytest.mark.parametrize("source", ["FILE", "COMMAND"])
def test_a_key_of_a_file_or_a_program_leaves_no_trace_in_audit_policy_and_children(
    source: str, front_end: Callable[..., Any], parrot: Any, canary: str, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(json.dumps({"api_key": canary, "expires_in": 1}))
    script = tmp_path / "key.py"
    script.write_text(
        "import pathlib, sys\n"
        f"said = pathlib.Path({str(tmp_path / 'key')!r}).read_text()\n"
        "print(said); print(said, file=sys.stderr)\n"
    )
    said = str(tmp_path / "key") if source == "FILE" else f'"{sys.executable}" "{script}"'
    names = ("SOPHNET_API_KEY", "DIFY_API_KEY", "TELEAI_APP_KEY")
    policy = tmp_path / "policy.toml"
    policy.write_text("[locked]\naudit_text = true\nmasking = true\n")
    others = {f"{name}_{source}": said for name in names}
    others |= {"TELEAI_APP_ID": "sandbox", "TELEAI_BASE_URL": parrot.url}
    others |= {"DIFY_BASE_URL": parrot.url, "SOPHNET_BASE_URL": parrot.url}
    others |= {"SOPHNET_POLICY": str(policy), "SOPHNET_USER": "ana"}
    others |= {"SOPHNET_HEADERS": json.dumps({"X-Team-Token": TOKEN})}
    manners = ("401", "okay_but", "middle", "broken", "nonsense")
    cells = ["%xmode Verbose", AUDITED]
    cells += [f"%sophchat -m {manner} hello" for manner in manners]
    cells += ["%tb", "%%dify\n401", "%embed -m 401 'a' 'b'", "%imagine -m 401 a fox", "%tb"]
    cells += ["await client.excel.analyse('what?', file_uuids=['q3'])", "%sophnet doctor", "%tb"]
    cells += ["await client.account.balance()", "client.knowledge('k').files", *INHERITED]
    with front_end(**others) as kernel:
        parrot.seen.clear()
        use(kernel, cells)
        assert f"Bearer {canary}" in parrot.seen
        lines = (kernel.folder / "audit.jsonl").read_text().splitlines()
        assert len(lines) >= len(manners)
        assert {json.loads(line)["user"] for line in lines} == {"ana"}
        assert any(json.loads(line).get("prompt") == "hello" for line in lines)
        assert_nothing_is_left(kernel, canary)
        # The variable itself stands in the environment, as its user has set it.
        for name in ("audit.jsonl", "log"):
            assert not leaks((kernel.folder / name).read_bytes(), TOKEN), name


# Each of them is cut off after so many turns of the loop, from before its first byte is sent.
CUT_OFF = """
import asyncio, sophnet_jupyter
async def chat(client):
    await client.chat.create("hi", model="slow", stream=True)
async def whole(client):
    await client.chat.create("hi", model="slow", stream=False)
async def upload(client):
    await client.dify.upload(b"x" * 200_000, name="a.txt")
async def live(client):
    async with client.speech.live(None, sample_rate=16_000, easyllm_id="e"):
        pass
async def talk(client):
    async with client.voicechat.connect("m", voice="v"):
        pass
async def dify(client):
    await client.dify.complete("slow", stream=True)
async def excel(client):
    await client.excel.analyse("what?", file_uuids=["q3"])
for turns in range(TURNS):
    client = sophnet_jupyter.Client()
    asking = asyncio.ensure_future(CALL(client))
    for _ in range(turns):
        await asyncio.sleep(0.001 * turns * (turns % 2))
    asking.cancel()
    try:
        await asking
    except asyncio.CancelledError:
        get_ipython().showtraceback()
    except sophnet_jupyter.errors.SophNetError:
        pass
    await client.aclose()
"""
CUT = ("chat", "whole", "upload", "live", "talk", "dify", "excel")


def test_a_call_that_is_cut_off_at_any_moment_shows_no_header_in_its_traceback(
    front_end: Callable[..., Any], parrot: Any, canary: str
) -> None:
    keys = dict.fromkeys(("SOPHNET_API_KEY", "DIFY_API_KEY", "TELEAI_APP_KEY"), canary)
    places = dict.fromkeys(("SOPHNET_BASE_URL", "DIFY_BASE_URL", "TELEAI_BASE_URL"), parrot.url)
    others = {"TELEAI_APP_ID": "a", "SOPHNET_PROJECT_ID": "p"}
    with front_end(**keys, **places, **others) as kernel:
        kernel.run("%xmode Verbose")
        for call in CUT:
            said = kernel.run(CUT_OFF.replace("CALL", call).replace("TURNS", "16"))
            assert said.status == "ok", said.text
            assert "CancelledError" in said.text, call
            assert not leaks(said.text.encode(), canary), call


def test_a_typed_key_leaves_no_trace_of_it(
    front_end: Callable[..., Any], parrot: Any, canary: str
) -> None:
    with front_end(SOPHNET_BASE_URL=parrot.url) as kernel:
        kernel.run(LOGGED)
        kernel.run("%load_ext sophnet_jupyter")
        kernel.run("%sophnet login", typed=canary)
        kernel.run("%sophnet login --session", typed=canary)
        use(kernel, ["%sophnet", "%sophchat -m 401 hi", "%sophnet logout", "%history -g"])
        assert_nothing_is_left(kernel, canary)


@pytest.mark.anyio
@pytest.mark.parametrize("stream", [True, False])
async def test_no_error_carries_the_key_to_whoever_looks_into_it(
    parrot: Any, canary: str, stream: bool
) -> None:
    quick = [manner for manner in parrot.manners if manner not in ("429", "500", "503")]
    async with Client(api_key=canary, base_url=parrot.url) as client:
        for manner in quick:
            with pytest.raises(errors.SophNetError) as caught:
                await client.chat.create("hi", model=manner, stream=stream, strict=True)
            assert not leaks(looked_into(caught.value).encode(), canary), manner


@pytest.mark.anyio
@pytest.mark.parametrize("stream", [True, False])
async def test_no_error_of_a_dify_app_carries_its_key(
    parrot: Any, canary: str, stream: bool
) -> None:
    quick = [manner for manner in parrot.manners if manner not in ("429", "500", "503")]
    async with Dify(canary, parrot.url, user="u") as app:
        for manner in quick:
            with pytest.raises(errors.SophNetError) as caught:
                await app.complete(manner, stream=stream, strict=True)
            assert not leaks(looked_into(caught.value).encode(), canary), manner


@pytest.mark.anyio
async def test_nor_does_one_of_a_connection_that_could_not_be_made(canary: str) -> None:
    async with Client(api_key=canary, base_url="http://127.0.0.1:9") as client:
        with pytest.raises(errors.Unreachable) as caught:
            await client.chat.create("hi")
        assert not leaks(looked_into(caught.value).encode(), canary)


def looked_into(error: BaseException) -> str:
    """All that a debugger, a crash reporter or a logger could say of an error, causes included."""
    seen: list[str] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        if (current := waiting.pop()) is None:
            continue
        waiting += [current.__cause__, current.__context__]
        seen += [repr(current), str(current), repr(vars(current))]
        for frame, _ in traceback.walk_tb(current.__traceback__):
            # Above the wire a body is decoded, and what a service says is all there.
            folders = Path(frame.f_code.co_filename).parts[-3:-1]
            if not {"sophnet", "dify", "security"} & set(folders):
                seen.append(repr(frame.f_locals))
    return "\n".join(seen)


def test_the_history_of_a_terminal_has_no_trace_of_it(
    tmp_path: Path, parrot: Any, canary: str
) -> None:
    variables = {
        "IPYTHONDIR": str(tmp_path),
        "SOPHNET_API_KEY": canary,
        "SOPHNET_BASE_URL": parrot.url,
    }
    cells = ["%load_ext sophnet_jupyter", "%sophnet", "%sophnet login", "%sophchat -m 401 hi", ""]
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--colors=NoColor", "--no-banner"],
        input="\n".join(cells),
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "KeyRejected" in done.stdout + done.stderr
    assert "nobody can answer" in done.stdout + done.stderr
    assert not leaks((done.stdout + done.stderr).encode(), canary)
    for path, data in left_on_disk(tmp_path):
        assert not leaks(data, canary), path
