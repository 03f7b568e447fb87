from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

COMMAND = [sys.executable, "-m", "sophnet_jupyter.sandbox"]
CHILD = [*COMMAND, "--parent"]
# A parent that starts a sandbox as a kernel does, says its port and waits.
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([*sys.argv[1:], str(os.getpid())],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
sys.stdout.buffer.write(child.stdout.readline())
sys.stdout.flush()
FORK
input()
"""

posix = pytest.mark.skipif(os.name != "posix", reason="signals and forks of POSIX")


def serves(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
            return answer.status == 200
    except OSError:
        return False


def run(*arguments, **environment):
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
    )


def test_the_first_line_is_json_and_the_rest_is_for_people(started):
    with started() as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{sandbox.port}/api/open-apis"
        sandbox.process.send_signal(signal.SIGINT)
        assert sandbox.process.wait(60) == 0
        assert sandbox.process.stdout.read() == b""
        told = sandbox.process.stderr.read().decode()
    assert sandbox.url in told
    assert "Traceback" not in told


def test_ctrl_c_ends_it_even_with_an_answer_in_the_air(started):
    with started("--tokens-per-second", "20") as sandbox:
        body = {"model": "m", "stream": True}
        body["messages"] = [{"role": "user", "content": "count to 500"}]
        with sandbox.http.stream("POST", "/v1/chat/completions", json=body) as answer:
            next(answer.iter_raw())
            sandbox.process.send_signal(signal.SIGINT)
            assert sandbox.process.wait(60) == 0
        assert b"Traceback" not in sandbox.process.stderr.read()


def test_a_port_in_use_is_one_line_and_exit_2(sandbox):
    ended = run("--port", str(sandbox.port))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1


def test_missing_packages_are_named_before_any_port(tmp_path):
    # An import hook stands in for an environment without the extra.
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text(
        "import importlib.util\nfind = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, package=None: "
        "None if name == 'uvicorn' else find(name, package)\n"
    )
    ended = run(PYTHONPATH=str(tmp_path))
    assert ended.returncode == 3
    assert ended.stdout == ""
    assert 'pip install "sophnet-jupyter[sandbox]"' in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["--quirk", "odd"], ["--fault", "odd"], ["--fault", "cut=x"]]
)
def test_an_unknown_switch_ends_the_start(arguments):
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""


def test_the_switches_can_be_listed():
    ended = run("--list-quirks")
    assert ended.returncode == 0
    assert "error_200" in ended.stdout
    assert "busy_once" in ended.stdout


def test_the_key_may_come_from_the_environment(started):
    with started(SOPHNET_SANDBOX_KEY="another") as sandbox:
        assert sandbox.http.get("/v1/models").status_code == 401
        headers = {"Authorization": "Bearer another"}
        assert sandbox.http.get("/v1/models", headers=headers).status_code == 200


def test_a_child_leaves_when_its_stdin_closes():
    child = subprocess.Popen(
        [*CHILD, str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        port = json.loads(child.stdout.readline())["port"]
        assert serves(port)
        child.stdin.close()
        assert child.wait(60) == 0
        assert not serves(port)


@posix
def test_a_child_ignores_interrupts_and_closes_its_stdout():
    child = subprocess.Popen(
        [*CHILD, str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        port = json.loads(child.stdout.readline())["port"]
        child.send_signal(signal.SIGINT)
        assert serves(port)
        child.send_signal(signal.SIGINT)
        assert serves(port)
        assert child.stdout.read() == b""
        child.stdin.close()


@posix
@pytest.mark.parametrize("fork", ["", "os.fork() or (os.close(1), __import__('time').sleep(4))"])
def test_a_child_leaves_when_its_parent_is_killed(eventually, fork):
    source = PARENT.replace("FORK", fork)
    parent = subprocess.Popen(
        [sys.executable, "-c", source, *CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        port = json.loads(parent.stdout.readline())["port"]
        assert serves(port)
        parent.kill()
        parent.wait()
        eventually(lambda: not serves(port))


def test_no_request_waits_for_a_delayed_acknowledgement(sandbox):
    took = []
    for _ in range(25):
        started = time.perf_counter()
        sandbox.http.get("/v1/models")
        took.append(time.perf_counter() - started)
    # Nagle's algorithm would make each of them 40 ms; a busy machine slows only some.
    assert min(took) < 0.035


def test_it_listens_before_it_says_so(started):
    with started() as sandbox, socket.create_connection(("127.0.0.1", sandbox.port)):
        pass
