"""The command line: ``python -m sophnet_jupyter.sandbox``."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import math
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence

from . import child
from .engines.texts.choice import CHOICES, vectors_engine
from .server import key
from .server.places import usual
from .switches import faults, quirks
from .switches.options import Options

# Nothing heavier may be imported up here: the port is told before starlette and uvicorn load.


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted, or until the parent is gone; returns the exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.list_quirks:
        print(_switch_table())
        return 0
    if wrong := _found_upstream(given):
        print(wrong, file=sys.stderr)
        return 2
    chosen = bool(given.api_key)
    given.api_key = given.api_key or key.random_key()
    try:
        options = _options(given)
    except ValueError as error:
        parser.error(str(error))
    if given.upstream and given.api_key.lower() in key.GUESSABLE:
        parser.error("--upstream spends another key, and this --api-key is guessed: leave it out")
    if missing := _missing(options):
        print(
            f'{missing} is not installed: pip install "sophnet-jupyter[sandbox]"', file=sys.stderr
        )
        return 3
    if given.parent is not None:
        child.ignore_interrupts()
    try:
        listener = _listen(given.host, given.port)
    except OSError as error:
        reason = error.strerror or error
        print(f"cannot serve on {given.host} port {given.port}: {reason}", file=sys.stderr)
        return 2
    with contextlib.ExitStack() as stack:
        stack.enter_context(listener)
        if given.parent is None:
            # Ctrl-C may come as soon as somebody has read that it is there, and the file of the key
            # is not to stay behind. No KeyboardInterrupt: one that meets the making of a dataclass
            # while modules load is handled, and Python dies of it all the same at its end.
            for each in (signal.SIGINT, signal.SIGTERM):
                signal.signal(each, lambda *_: sys.exit(0))
        _report(listener, given, None if chosen else stack)
        # A client may connect from here on: it waits in the backlog while the rest loads.
        _serve(listener, options, given.parent)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sophnet_jupyter.sandbox",
        description="A local server that speaks SophNet's protocol, with a scripted model.",
        epilog=_switch_table(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to serve on (default: %(default)s)")
    add("--port", type=int, default=0, metavar="N", help="0, the default, picks a free one")
    add(
        "--api-key",
        metavar="K",
        default=os.environ.get("SOPHNET_SANDBOX_KEY"),
        help="the key clients must send; default: $SOPHNET_SANDBOX_KEY, else a random one",
    )
    add("--allow-host", action="append", default=[], metavar="NAME", help="a name it is called by")
    add("--parent", type=int, metavar="PID", help="live as long as this process and its pipe")
    add("--tokens-per-second", type=_amount, default=40.0, metavar="N", help="40; 0: at once")
    add("--first-token", type=_amount, default=0.3, metavar="S", help="seconds before it, 0.3")
    add("--task-seconds", type=_amount, default=2.0, metavar="S", help="for one task, 2")
    add("--voice-speed", type=_amount, metavar="N", help="1: as fast as spoken; 0: at once")
    add("--vectors", choices=CHOICES, default=CHOICES[0], help="by a model, or by words: cheap")
    add(
        "--whisper",
        metavar="MODEL",
        default=os.environ.get("SOPHNET_SANDBOX_WHISPER"),
        help="hear by this Whisper model, a folder or a name in the local cache; default: "
        "$SOPHNET_SANDBOX_WHISPER, else a recogniser of a few sentences",
    )
    add("--lines", type=int, default=usual(), metavar="N", help="live ones at once (%(default)s)")
    add("--quirk", action="append", default=[], metavar="NAME", help="repeatable, see below")
    add("--fault", action="append", default=[], metavar="NAME[=N]", help="repeatable, see below")
    add("--list-quirks", action="store_true", help="print the quirks and faults, and leave")
    add(
        "--upstream",
        metavar="URL",
        help="relay chat to an OpenAI-compatible server, …/v1; local: one on this machine "
        "(Ollama, LM Studio, llama.cpp)",
    )
    add(
        "--upstream-key-env",
        default="SOPHNET_SANDBOX_UPSTREAM_KEY",
        metavar="VAR",
        help="environment variable with its key (default: %(default)s)",
    )
    return parser


def _found_upstream(given: argparse.Namespace) -> str:
    """Put in what ``--upstream`` means: its key and its name; a sentence where it means nothing."""
    given.upstream_key = os.environ.get(given.upstream_key_env)
    given.upstream_name = ""
    if given.upstream == "local":
        from .server import local

        try:
            found = local.find()
        except local.NotOne as error:
            return str(error)
        # What is on this machine needs no key, and gets none.
        given.upstream, given.upstream_key, given.upstream_name = found.url, None, found.name
    elif given.upstream:
        given.upstream_name = given.upstream.split("://")[-1].split("/")[0].rpartition("@")[2]
    return ""


def _amount(text: str) -> float:
    number = float(text)
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(f"{text} is not 0 or more")
    return number


def _switch_table() -> str:
    lines = []
    for kind, known in (("quirks", quirks.QUIRKS), ("faults", faults.FAULTS)):
        lines += [f"{kind}:", *(f"  {name:<19} {what}" for name, what in known.items())]
    lines.append("A request may ask for its own by the headers X-Sandbox-Quirks: a, b and")
    lines.append("X-Sandbox-Faults: a, b=3, and for its pace by X-Sandbox-Tokens-Per-Second.")
    return "\n".join(lines)


def _options(given: argparse.Namespace) -> Options:
    return Options(
        api_key=given.api_key,
        shared=not _is_here(given.host),
        allow_hosts=frozenset(given.allow_host),
        tokens_per_second=given.tokens_per_second,
        first_token=given.first_token,
        task_seconds=given.task_seconds,
        voice_speed=given.voice_speed,
        vectors=given.vectors,
        lines=given.lines,
        quirks=quirks.parse(given.quirk),
        faults=faults.parse(given.fault),
        upstream=given.upstream,
        upstream_key=given.upstream_key,
        upstream_name=given.upstream_name,
        whisper=given.whisper or "",
    )


def _missing(options: Options) -> str | None:
    needed = ["starlette", "uvicorn", *(["httpx2"] if options.upstream else [])]
    return next((name for name in needed if importlib.util.find_spec(name) is None), None)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise OSError("a port is a number from 0 to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named; without
    # that, every second write of an answer waits 40 ms for the client's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # On Windows this option would let two servers share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _report(
    listener: socket.socket, given: argparse.Namespace, stack: contextlib.ExitStack | None
) -> None:
    """Say where it is; a random key goes to the parent, or into a file while ``stack`` is open."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}/api/open-apis"
    told = {"port": port, "pid": os.getpid(), "url": url, "vectors": vectors_engine(given.vectors)}
    where = "the one you set"
    if stack and given.parent is not None:
        told["key"] = given.api_key
    elif stack:
        path = stack.enter_context(key.kept(given.api_key, port, os.environ))
        where = f"in {path}" if path else "could not be kept: set one by --api-key"
        told["key_file"] = str(path or "")
    print(json.dumps(told), flush=True)
    if given.parent is not None:
        child.silence_stdout()
        return
    print(f"SophNet sandbox at {told['url']}\nAPI key: {where}. Ctrl-C stops it.", file=sys.stderr)
    if given.upstream:
        print(f"Chat is answered by {given.upstream_name}.", file=sys.stderr)
    if not _is_here(host):
        print("It can be reached from other machines. Callers are kept apart.", file=sys.stderr)


def _is_here(host: str) -> bool:
    return host.startswith("127.") or host in ("::1", "localhost")


def _serve(listener: socket.socket, options: Options, parent: int | None) -> None:
    import uvicorn

    from .app import make_app

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn would take back the interrupts that a child ignores.
            if parent is not None:
                yield
                return
            with super().capture_signals():
                yield

    config = uvicorn.Config(
        make_app(options),
        loop="asyncio",
        http="h11",
        ws="websockets-sansio",
        # A fault that cuts a connection is no error to report.
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = Server(config)
    stopped = threading.Event()

    def stop() -> None:
        server.should_exit = True

    if parent is not None:
        child.watch(parent, stop, stopped)
    server.run(sockets=[listener])
    stopped.set()


if __name__ == "__main__":
    sys.exit(main())
