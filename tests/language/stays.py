"""How texts begin that stay as they are in every language, and why."""

from __future__ import annotations

# By file or folder; None for all texts of it.
STAYS: dict[str, tuple[str, ...] | None] = {
    # Said before anything else is there; what is written for programmers.
    "__init__.py": ("sophnet_jupyter needs", "sophnet_jupyter.X is called"),
    # What a model reads, which is English in any language.
    "doctor/service.py": ("Count from 1 to 40",),
    "explore/session/prompts.py": None,
    "magics/chat/request.py": ("Not run: ",),
    "magics/chat/see.py": ("Its error:",),
    "magics/line/attachments.py": ("[image X]",),
    "magics/sophnet/explain.py": ("Explain this", "%sophchat --see"),
    "prompt/fill.py": ("X\n… (X characters left out)",),
    "prompt/forms/complaint.py": ("at X: X",),
    "prompt/forms/shape.py": ("Answer in JSON.", "Answer with one JSON object"),
    "prompt/table.py": (
        *("X of X rows", "X, X of X columns", "(a LazyFrame", " with", " of X", "(shown: "),
    ),
    "prompt/tools/call.py": None,
    "prompt/tools/docstring.py": ("other parameters", "keyword args", "see also"),
    "providers/sophnet/chat/question.py": ("Error: not run",),
    "providers/sophnet/chat/rounds.py": ("X, since the limit", "That answer does not fit", "none"),
    "runs/judging.py": ("Judge one", "Compare two", "X\n… (cut", "The answer:", "What was "),
    "runs/template.py": ("[image X]",),
    "widgets/chat/approval.py": ("the user did not allow",),
    # What others say, to be recognized.
    "cli.py": ("unrecognized arguments",),
    "commands/parser.py": (
        *("the following arguments", "unrecognized arguments", "expected ", "invalid choice: (?P"),
        *("ambiguous option: (?P", "ignored explicit", "argument (?P", "invalid (?P"),
    ),
    "errors.py": ("per minute", "per second", "rate limit"),
    "providers/endings.py": ("none",),
    "providers/reply.py": ("none",),
    "providers/sophnet/messages.py": ("unexpected end of data",),
    "providers/sophnet/speech/result.py": ("waiting",),
    "providers/sophnet/task_reply.py": ("waiting", "none"),
    "wire/http/engine": ("connect timeout", "no head"),
    "wire/reasons.py": None,
    "wire/websocket.py": ("keepalive ping timeout",),
    # In both languages beside each other.
    "providers/teleai/codes.py": None,
    "runs/evaluation/review.py": ("Read each answer and write", "X, kappa X"),
    "widgets/voice_studio/panel.py": ("Hello, this is my voice.", "waiting"),
    # Looked up with what is put in, or as the panel's own title.
    "magics/each/options.py": ("With --each: how many",),
    "magics/ocr.py": ("X if not said",),
    "magics/options/asks.py": ("Let the cell wait",),
    "widgets/voicechat/panel.py": ("Voice chat",),
    # For the documents, which are made of them.
    "settings/policy_values.py": (
        *("root of", "chat model", "models that", "services that", "whether ", "a file of"),
        *("what may be", "the most", "where ", "embed media"),
    ),
    "settings/variables.py": None,
    # Words of protocols and of files.
    "files/names.py": None,
    "history/cassette.py": ("Bearer X",),
    "providers/bearer.py": ("Bearer X",),
    "providers/literal.py": None,
    "wire/files/multipart.py": ("multipart/", "--X"),
    "wire/files/receive.py": ("none",),
    "wire/http/probe.py": ("Proxy-Authorization",),
    "wire/http/unpack.py": ("gzip, deflate",),
    # Names of kinds, states, lines and columns, for programs.
    "doctor/engines.py": ("engine X",),
    "doctor/other_services.py": ("dify X",),
    "doctor/report.py": ("sophnet_jupyter X, Python X",),
    "history/limits.py": ("X X per X",),
    "magics/dify/about.py": ("none", "%dify X"),
    "magics/dify/words.py": ("none",),
    "magics/knowledge/upload.py": ("waiting",),
    "prompt/tools/tools.py": ("none",),
    "providers/dify/access.py": ("X sandbox",),
    "providers/sophnet/access.py": ("X sandbox",),
    "providers/sophnet/speech/speech.py": ("waiting",),
    "providers/sophnet/voice/voice.py": ("X sandbox",),
    "providers/teleai/access.py": ("X sandbox",),
    "runs/compare/difference.py": ("only first", "only second"),
    "runs/evaluation/asked.py": ("prompt X",),
    "values/markdown.py": ("column X",),
    "values/transcript.py": ("Speaker X",),
    "views/compare/marked.py": ("only first", "only second"),
    "views/evaluation/answers.py": ("only first", "only second"),
    "views/live/progress.py": ("waiting",),
    "widgets": ("waiting", "none"),
    "widgets/evaluation/listing.py": ("no verdict", "not labeled", "waiting", "none"),
    "widgets/run/rows.py": ("not complete", "waiting"),
    # A repr, which is for programmers.
    "explore/exploration.py": (", X without a vector",),
    "response/response.py": (
        *("X videos", "X pictures", "X × X vectors", "X sentences", "X characters"),
    ),
    "values/image.py": (" · seed X",),
    "values/page.py": (" · X blocks",),
    "values/video.py": (" · seed X",),
    # Code: of Python, of magics, of SQL, of styles, of LaTeX.
    "commands/rehearse.py": ("from ",),
    "explore/export/svg.py": ("system-ui",),
    "history/merge.py": ("NOT EXISTS", "IN (SELECT"),
    "history/search.py": ("weight(", "held(", "model lane", "calls.at", "words JOIN"),
    "history/turns.py": ("id, at, model",),
    "magics/completion/describe.py": ("%sophnet X",),
    "magics/dify/dify.py": ("--app X",),
    "magics/sheet.py": ("th scope",),
    "magics/sophnet/account.py": ("%sophnet login",),
    "magics/sophnet/history.py": ("%sophnet history forget",),
    "magics/sophnet/sophnet.py": ("%sophnet X",),
    "runs/evaluation/written.py": ("X & X & X to X", "sophnet-jupyter X"),
    "settings/dify.py": ("%sophnet login",),
    "settings/sophnet.py": ("%sophnet login",),
    "views/report/page.py": ("default-src",),
    "views/safe": ("noopener noreferrer", ' href="X" rel="noopener', "sophnet colors", "1px solid"),
    "widgets/explorer/page.py": (":root {", "default-src"),
    "widgets/history/shown.py": ("%sophnet history rerun",),
    "widgets/panel/frame.py": ("``height``",),
    "widgets/panel/modules.py": None,
    "widgets/panel/twin.py": ("sophnet-twin",),
    "wire/files/moving.py": ("AsyncGenerator",),
    # A unit.
    "doctor/network_path.py": ("X ms",),
}


def beginnings(name: str) -> tuple[str, ...] | None:
    """How the texts of a file may begin; None where all of them stay."""
    begins: tuple[str, ...] = ()
    for place, texts in STAYS.items():
        if name == place or name.startswith(f"{place}/"):
            if texts is None:
                return None
            begins += texts
    return begins
