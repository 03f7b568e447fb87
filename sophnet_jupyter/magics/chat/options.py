"""The options of a chat cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...views.answer.formats import FORMATS
from ..options.manner import MANNER
from ..options.option import grouped, option
from ..options.services import conversations, models, voices
from ..options.variables import functions, schemas
from .axes import columns, named_prompts, settings
from .file_values import values_of_prompts
from .measuring import named_scores
from .see import seeable

_ASKING = grouped(
    "Question",
    option(
        "-m",
        "--model",
        action="append",
        completes=models,
        between=",",
        help="Model to ask; %%sophnet model sets the default. Several, A,B, answer side by side.",
    ),
    option("-s", "--system", metavar="TEXT", help="System message, in quotes."),
    option("-t", "--temperature", type=float, help="0 to 2: how random the answer is."),
    option("--top-p", type=float, help="0 to 1: how much of the likely words to consider."),
    option("--max-tokens", type=int, help="Longest answer, in tokens."),
    option("--stop", action="append", metavar="TEXT", help="Stop before this text; up to 4 times."),
    option("--think", action="store_true", help="Let the model think aloud first."),
    option("--no-think", action="store_true", help="Switch thinking off."),
    option("--seed", type=int, metavar="N", help="The same seed, much the same answer."),
    option(
        "--logprobs",
        nargs="?",
        const=0,
        type=int,
        metavar="N",
        help="Show how likely each token was, and with N what else it could have been.",
    ),
    option("--show-request", action="store_true", help="Show the JSON; nothing is sent."),
)
_CONVERSATION = grouped(
    "Conversation",
    option(
        "-c",
        "--conversation",
        metavar="NAME",
        completes=conversations,
        help="Go on with the conversation of this name. Without it each cell stands alone.",
    ),
    option("--new", action="store_true", help="Begin the conversation of -c anew."),
    option(
        "--from",
        dest="origin",
        metavar="OTHER[:N]",
        completes=conversations,
        help="Begin the conversation of -c with the turns of another one, or its first N.",
    ),
    option(
        "--last",
        action="store_true",
        help="Go on from the last answer, also one of an earlier kernel; without words, show it.",
    ),
)
_COMPARING = grouped(
    "Side by side",
    option(
        "--grid",
        action="append",
        metavar="NAME=A,B",
        completes=settings,
        help="Compare values of an option side by side: temperature=0,0.7.",
    ),
    option("--repeat", type=int, metavar="N", help="Ask so often, and count equal answers."),
    option(
        "-p",
        "--prompt",
        action="append",
        metavar="V1,V2",
        completes=named_prompts,
        between=",",
        behind=values_of_prompts,
        help="A prompt file, or a variable that holds a prompt; its values stand behind it, as "
        'review="…". Several are compared.',
    ),
    option(
        "--keep",
        metavar="N",
        completes=columns,
        help="Go on with column N of the last comparison, as the conversation of -c.",
    ),
)
_EVALUATING = grouped(
    "Measured, with --each",
    option(
        "--expect",
        metavar="COLUMN",
        help="With --each: measure the answers by what this column expects, and compare prompts "
        "and models.",
    ),
    option(
        "--score",
        action="append",
        metavar="A,B",
        completes=named_scores,
        between=",",
        help="With --each: measure by these too: exact, similar, or variables with scores or "
        "functions of (row, answer).",
    ),
    option(
        "--judge",
        metavar="QUESTION",
        help='With --each: let a model say yes or no to this of each answer, as "Is it polite?".',
    ),
    option("--judge-model", completes=models, help="The model that judges; best another one."),
)
_PICTURES = grouped(
    "Images",
    option(
        "--see",
        action="append",
        metavar="X",
        completes=seeable,
        help="Put a result, a figure or a cell behind the question: Out[5], fig, cell:12.",
    ),
    option("--detail", choices=("low", "high", "auto"), help="How closely to look at images."),
    option("--max-side", type=int, metavar="PIXELS", help="Shrink images to this size."),
)
_FORM = grouped(
    "Answer",
    option(
        "-f",
        "--format",
        choices=FORMATS,
        help="How to show the answer; json and table are read into .parsed.",
    ),
    option("--json", action="store_true", help="Ask for JSON, and read it into .parsed."),
    option(
        "--schema",
        metavar="NAME",
        completes=schemas,
        between="[",
        help="Ask for JSON of this form: a dataclass, model or schema; list[NAME] for several.",
    ),
    option("--repair", action="store_true", help="Let the model correct a wrong form once."),
    option("--voice", metavar="NAME", completes=voices, help="Hear the answer too, in this voice."),
    *MANNER,
)
_TOOLS = grouped(
    "Functions",
    option(
        "--tools",
        action="append",
        metavar="F,G",
        completes=functions,
        between=",",
        help="Functions that the model may call. It only says so, unless --run-tools runs them.",
    ),
    option("--run-tools", action="store_true", help="Run what it calls, and let it go on."),
    option("--max-rounds", type=int, metavar="N", help="Requests that --run-tools may make."),
)


_ALL = (
    *_ASKING,
    *_CONVERSATION,
    *_FORM,
    *_TOOLS,
    *_PICTURES,
    *_COMPARING,
    *_EVALUATING,
)


def chat_options(magic: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator with the options of a chat request, beside those shared by many magics."""
    # Decorators apply from the bottom up.
    for each in reversed(_ALL):
        magic = each(magic)
    return magic
