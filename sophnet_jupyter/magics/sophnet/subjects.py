"""The subcommands of ``%sophnet``, with their help."""

from __future__ import annotations

from ...language import mark

SUBJECTS = {
    "status": mark("where requests go, where the key came from, and which model answers"),
    "login": mark("ask for a key and keep it; with a name, for a profile of that name"),
    "logout": mark("forget a kept key"),
    "profile": mark("the keys that are kept; with a name, use that one in this kernel"),
    "model": mark("the default chat model; with a name, that one from now on"),
    "models": mark("the models of the service; with a text, those that have it in their names"),
    "alias": mark("short names for models; with a name and a model, one more"),
    "prompts": mark("the prompt files beside the notebook; diff NAME OTHER shows what changed"),
    "history": mark("what was asked and answered, found by words; show, diff, rerun, keep, forget"),
    "chats": mark("the conversations of -c; show, fork, undo, export, forget"),
    "explain": mark("the last error with its source, to be looked at; a click sends it to a model"),
    "cassette": mark(
        "record FILE, replay FILE: answers in a file, given again without key and network"
    ),
    "cache": mark("clear: what is kept is no longer given in the place of new answers"),
    "usage": mark("tokens and cost by model, day, notebook or run"),
    "budget": mark("what may be spent a day or a month, by all kernels together"),
    "jobs": mark("the answers that run in the background, and those that did"),
    "runs": mark("runs over many rows; with a name, that one with all its rows"),
    "cancel": mark("stop the background answer of a cell, or all of them"),
    "tasks": mark("long work that services go on with, to be resumed after a restart"),
    "upload": mark("a file to an address of the service; its name gets the address, which expires"),
    "account": mark("what is left of the account; with a day, or two, what was spent"),
    "doctor": mark("check versions, network, key and clock, and say what to do"),
    "require": mark("check what a notebook needs: a version, extras, key, microphone"),
    "stage": mark("panels, answers and players a third larger, without hints; off ends it"),
    "language": mark("the language of panels, help and messages; en, zh, or auto for the system's"),
    "panels": mark("the panels, and how each is made"),
    "help": mark("this list"),
}

# What follows one of these means nothing.
ALONE = ("status", "jobs", "panels", "help")
LOGIN = ("--session", "--base-url", "--project-id", "--easyllm-id", "--service")
