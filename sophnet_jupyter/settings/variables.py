"""
Our environment variables with their meaning, and warnings about unknown ones.

Nobody reads a variable with a slip in its name: SOPHNET_APIKEY would leave its user in the sandbox
without a word. So it is told, once in a process, and never with its value.
"""

from __future__ import annotations

import contextlib
import os
import re
import warnings
from collections.abc import Mapping
from urllib.parse import urlsplit

from ..language import tr

SERVICES = ("speech", "voice", "embeddings", "images", "videos", "ocr", "documents")

VARIABLES = {
    "SOPHNET_API_KEY": "the key; without one everything runs in the sandbox",
    "SOPHNET_API_KEY_FILE": "a file that holds it, read again when it changes; so each key's",
    "SOPHNET_API_KEY_COMMAND": "a program that prints it, run again when it is over; so each key's",
    "SOPHNET_BASE_URL": "root of the service, https://www.sophnet.com/api/open-apis if unset",
    "SOPHNET_PROJECT_ID": "project, for the longer paths and for voice chat",
    "SOPHNET_MODEL": "chat model to use when a call names none",
    "SOPHNET_EASYLLM_ID": "resource id for every service that wants one",
    "SOPHNET_<SERVICE>_EASYLLM_ID": "the same for one of `SERVICES`: SPEECH, VOICE, …",
    "SOPHNET_PROXY": "address of a proxy",
    "SOPHNET_CA_BUNDLE": "file or folder of certificates to trust",
    "SOPHNET_TRANSPORT": "``httpx2``: that library's own way to the network in place of ours",
    "HTTPS_PROXY": "as curl reads it, where SOPHNET_PROXY is not set; so HTTP_PROXY, ALL_PROXY",
    "NO_PROXY": "what is reached without them: names, endings, addresses, networks",
    "SSL_CERT_FILE": "where SOPHNET_CA_BUNDLE is not set; so REQUESTS_CA_BUNDLE, SSL_CERT_DIR",
    "SOPHNET_PROFILE": "profile a new kernel begins with, ``default`` if unset",
    "SOPHNET_POLICY": "file of a site's decisions, beside those on Jupyter's config path",
    "SOPHNET_USER": "who asks, told to the service; the user of a JupyterHub if unset",
    "SOPHNET_HEADERS": "further headers for the service: JSON, or ``Name: value`` a line",
    "SOPHNET_CONFIG_DIR": "folder of profiles.json; the system's own if unset, see `keystore`",
    "SOPHNET_CACHE_DIR": "folder of what can be made again, such as vectors; see `cache_folder`",
    "SOPHNET_DATA_DIR": "folder of what is kept on this machine, such as tasks; see `data_folder`",
    "SOPHNET_MEDIA": "``embed`` results in notebooks, or keep them as ``files`` beside them",
    "SOPHNET_MASK_PATTERNS": "file of further patterns of personal data, for masking",
    "SOPHNET_HISTORY": "``0``: magics and panels keep nothing of what is asked and answered",
    "SOPHNET_BUDGET": "what cells, runs and panels may spend: ``20 CNY per day``, ``1M-tokens``",
    "SOPHNET_CASSETTE": "file of recorded answers: replayed where it is there, else recorded",
    "SOPHNET_OUTPUT": "``stable``: outputs hold no seconds and dates, so that runs are equal",
    "SOPHNET_LANGUAGE": "``en`` or ``zh``: the language of panels and messages; else the system's",
    "SOPHNET_SANDBOX": "``1``: the sandbox is wanted, also in a run that nobody watches",
    "SOPHNET_NO_SANDBOX": "``1``: never start the sandbox, fail with a sentence instead",
    "SOPHNET_SANDBOX_URL": "a sandbox that runs already, to be used in place of one of our own",
    "SOPHNET_SANDBOX_KEY": "its key; unset, the one that it wrote into the data folder",
    "SOPHNET_SANDBOX_UPSTREAM_KEY": "read by the sandbox alone: the key of its --upstream",
    "SOPHNET_SANDBOX_WHISPER": "read by the sandbox alone: the Whisper model that it hears by",
    "DIFY_API_KEY": "key of a Dify app; without one `Client.dify` is an app of the sandbox",
    "DIFY_API_KEY_FILE": "a file that holds it; so DIFY_<NAME>_API_KEY_FILE",
    "DIFY_API_KEY_COMMAND": "a program that prints it; so DIFY_<NAME>_API_KEY_COMMAND",
    "DIFY_BASE_URL": "root of Dify, https://api.dify.ai/v1 if unset",
    "DIFY_USER": "who asks, to Dify; SOPHNET_USER, else one of this notebook's own, if unset",
    "DIFY_<NAME>_API_KEY": "a further app, with a key of its own",
    "DIFY_<NAME>_API_KEY_FILE": "a file that holds that key",
    "DIFY_<NAME>_API_KEY_COMMAND": "a program that prints it",
    "DIFY_<NAME>_BASE_URL": "its root, DIFY_BASE_URL if unset",
    "TELEAI_APP_ID": "TeleAI's id (买家中心-已购能力); without it and the key, the sandbox",
    "TELEAI_APP_KEY": "the key of that id",
    "TELEAI_APP_KEY_FILE": "a file that holds it",
    "TELEAI_APP_KEY_COMMAND": "a program that prints it",
    "TELEAI_REGION": "region that TeleAI's signature names, ``QG`` (all of China) if unset",
    "TELEAI_BASE_URL": "TeleAI's root, https://openapi.teleagi.cn if unset",
    "TELEAI_DEVICE_UUID": "device to name in each request, where one is registered",
    "TELEAI_AUTHORIZATION": "a ready ``Authorization``, to be sent in place of a signature of ours",
    "TELEAI_AUTHORIZATION_FILE": "a file that holds it",
    "TELEAI_AUTHORIZATION_COMMAND": "a program that prints it",
}

_OURS = ("SOPHNET_", "DIFY_", "TELEAI_")
_KNOWN = re.compile(
    "|".join(VARIABLES)
    .replace("<SERVICE>", f"(?:{'|'.join(SERVICES).upper()})")
    .replace("<NAME>", ".+")
)
# So many names can be read in one line, and so much of each.
_MOST, _LONGEST = 3, 60

# What this process has told already.
_told: set[str] = set()


class SettingsWarning(UserWarning):
    """A setting that has no effect."""


def unknown_variables(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Unknown variables with our prefix, each with the closest known name, or none."""
    names = os.environ if environ is None else environ
    return {
        name: _nearest(name)
        for name in sorted(names)
        if name.upper().startswith(_OURS) and not _KNOWN.fullmatch(name)
    }


def given_variables() -> list[str]:
    """The names of the known variables that are set, without what they hold."""
    return sorted(name for name in os.environ if _KNOWN.fullmatch(name) and os.environ[name])


def given_hosts() -> set[str]:
    """The hosts that variables name, ours and those of proxies; in lower case."""
    proxies = [value for name, value in os.environ.items() if name.lower().endswith("_proxy")]
    values = [os.environ[name] for name in given_variables()] + proxies
    hosts = set()
    for value in values:
        with contextlib.suppress(ValueError):
            hosts.add((urlsplit(value.strip()).hostname or "").lower())
    return hosts - {""}


def notice() -> str:
    """A line about unknown variables not reported yet, or nothing."""
    found = {name: near for name, near in unknown_variables().items() if name not in _told}
    _told.update(found)
    if not found:
        return ""
    shown = [described(name, near) for name, near in list(found.items())[:_MOST]]
    more = tr(" and {count} more", count=len(found) - _MOST) if len(found) > _MOST else ""
    verb = (
        tr("are set, and nothing reads them")
        if len(found) > 1
        else tr("is set, and nothing reads it")
    )
    return f"{', '.join(shown)}{more} {verb}."


def described(name: str, near: str) -> str:
    """A variable's name, with the one that was meant."""
    name = name[:_LONGEST] if name.isidentifier() else ascii(name[:_LONGEST])
    return tr("{name} (did you mean {near}?)", name=name, near=near) if near else name


def tell() -> None:
    """Warn with the text of `notice`. Call it only from functions that users call."""
    if said := notice():
        # Above: the reading of settings, the making of a client, the check of its words.
        warnings.warn(f"sophnet_jupyter: {said}", SettingsWarning, stacklevel=5)


def _nearest(name: str) -> str:
    # Here, since hardly anybody has such a variable.
    from difflib import get_close_matches

    upper = name.upper()
    names = [one for one in VARIABLES if "<" not in one]
    names += [f"SOPHNET_{service.upper()}_EASYLLM_ID" for service in SERVICES]
    if upper.startswith("DIFY_"):
        # DIFY_WRITER_APIKEY is of the app WRITER.
        parts = upper.split("_")
        apps = ["_".join(parts[1:end]) for end in range(2, len(parts))]
        names += [f"DIFY_{app}_{what}" for app in apps if app for what in ("API_KEY", "BASE_URL")]
    return next(iter(get_close_matches(upper, names, n=1, cutoff=0.7)), "")
