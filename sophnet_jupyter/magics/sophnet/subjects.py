"""The subcommands of ``%sophnet``, with their help."""

from __future__ import annotations

SUBJECTS = {
    "status": "where requests go, where the key came from, and which model answers",
    "login": "ask for a key and keep it; with a name, for a profile of that name",
    "logout": "forget a kept key",
    "profile": "the keys that are kept; with a name, use that one in this kernel",
    "model": "the default chat model; with a name, that one from now on",
    "models": "the models of the service; with a text, those that have it in their names",
    "alias": "short names for models; with a name and a model, one more",
    "prompts": "the prompt files beside the notebook; diff NAME OTHER shows what changed",
    "history": "what was asked and answered, found by words; show, diff, rerun, keep, forget",
    "chats": "the conversations of -c; show, fork, undo, export, forget",
    "explain": "the last error with its source, to be looked at; a click sends it to a model",
    "cassette": "record FILE, replay FILE: answers in a file, given again without key and network",
    "cache": "clear: what is kept is no longer given in the place of new answers",
    "usage": "tokens and cost by model, day, notebook or run",
    "budget": "what may be spent a day or a month, by all kernels together",
    "jobs": "the answers that run in the background, and those that did",
    "runs": "runs over many rows; with a name, that one with all its rows",
    "cancel": "stop the background answer of a cell, or all of them",
    "tasks": "long work that services go on with, to be resumed after a restart",
    "upload": "a file to an address of the service; its name gets the address, which expires",
    "account": "what is left of the account; with a day, or two, what was spent",
    "doctor": "check versions, network, key and clock, and say what to do",
    "require": "check what a notebook needs: a version, extras, key, microphone",
    "stage": "panels, answers and players a third larger, without hints; off ends it",
    "language": "the language of panels, help and messages; en, zh, or auto for the system's",
    "panels": "the panels, and how each is made",
    "help": "this list",
}

# What follows one of these means nothing.
ALONE = ("status", "jobs", "panels", "help")
LOGIN = ("--session", "--base-url", "--project-id", "--easyllm-id", "--service")
