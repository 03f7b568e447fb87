"""What a site decides holds, and whoever meets it is told who decided."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter import Client, SettingsError
from sophnet_jupyter.client.keeping import tapes
from sophnet_jupyter.settings import (
    DifySettings,
    Settings,
    TeleAIAccount,
    cache_folder,
    cache_size,
    cassette_path,
    history_on,
    media_folder,
    media_in_files,
    model_name,
    policy,
    spending_limit,
)

GATEWAY = "https://gateway.example/api/open-apis"
KEY = "sk-policy-0123456789abcdef"


@pytest.fixture
def decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a policy, and have it read."""
    path = tmp_path / "policy.toml"
    monkeypatch.setenv("SOPHNET_POLICY", str(path))

    def write(text: str) -> Path:
        path.write_text(f'contact = "data@example.org"\n{text}')
        return path

    return write


def test_a_locked_address_holds_and_another_one_is_refused(
    decide: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = decide(f'[locked]\nbase_url = "{GATEWAY}"')
    settings = Settings.read(api_key=KEY)
    assert settings.base_url == GATEWAY
    assert str(path) in settings.setting
    assert Settings.read(api_key=KEY, base_url=f"{GATEWAY}/v1/chat/completions").base_url == GATEWAY
    with pytest.raises(SettingsError, match=r"decided by your site's policy .*data@example\.org"):
        Settings.read(api_key=KEY, base_url="https://elsewhere.example/api/open-apis")
    monkeypatch.setenv("SOPHNET_BASE_URL", "https://elsewhere.example/api/open-apis")
    with pytest.raises(SettingsError, match="The only address here is"):
        Settings.read(api_key=KEY)


def test_a_default_holds_until_the_user_says_otherwise(
    decide: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(f'[defaults]\nbase_url = "{GATEWAY}"\nmodel = "GLM-5"\nhistory = false')
    assert (Settings.read(api_key=KEY).base_url, model_name()) == (GATEWAY, "GLM-5")
    assert not history_on()
    monkeypatch.setenv("SOPHNET_BASE_URL", "https://other.example/api/open-apis")
    monkeypatch.setenv("SOPHNET_MODEL", "Kimi-K2.5")
    monkeypatch.setenv("SOPHNET_HISTORY", "1")
    assert Settings.read(api_key=KEY).base_url == "https://other.example/api/open-apis"
    assert model_name() == "Kimi-K2.5"
    assert history_on()


def test_each_service_has_an_address_of_its_own(decide: Any) -> None:
    decide(
        '[locked]\ndify_base_url = "https://gateway.example/v1"\n'
        'teleai_base_url = "https://gateway.example"'
    )
    assert DifySettings.read(api_key=KEY).base_url == "https://gateway.example/v1"
    account = TeleAIAccount.read(app_id="a", app_key=KEY)
    assert account.base_url == "https://gateway.example"
    with pytest.raises(SettingsError, match="decided by"):
        DifySettings.read(api_key=KEY, base_url="https://api.dify.ai/v1")
    with pytest.raises(SettingsError, match="decided by"):
        TeleAIAccount.read(app_id="a", app_key=KEY, base_url="https://openapi.teleagi.cn")


def test_what_is_off_says_who_decided(
    decide: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = decide(
        "[locked]\nsandbox = false\nhistory = false\ncassettes = false\nrun_tools = false\n"
        'models = ["GLM-*"]\nservices = ["chat", "dify"]'
    )
    for read in (Settings.read, DifySettings.read, TeleAIAccount.read):
        with pytest.raises(SettingsError, match=rf"sandbox is off .*{path.name}"):
            read()
    monkeypatch.setenv("SOPHNET_HISTORY", "1")
    assert not history_on()
    client = Client(KEY, "http://127.0.0.1:9/api/open-apis")
    offs: list[Any] = [
        lambda: client.cassette(tmp_path / "tape.json"),
        lambda: tapes.use(tmp_path / "tape.json", "record"),
        lambda: client.chat.stream("hello", model="GLM-5", tools=[len], run_tools=True),
        lambda: client.chat.request("hello", model="GLM-5", tools=[len], run_tools=True),
        lambda: client.chat.stream("hello", model="DeepSeek-V3.2"),
        lambda: client.images,
        lambda: client.excel,
        lambda: client.knowledge("service"),
        lambda: client.explore(["a", "b"]),
    ]
    for off in offs:
        with pytest.raises(SettingsError, match=r"decided by your site's policy"):
            off()
    monkeypatch.setenv("SOPHNET_CASSETTE", str(tmp_path / "tape.json"))
    with pytest.raises(SettingsError, match="decided by"):
        cassette_path()
    assert client.chat.request("hello", model="GLM-4.7")


def test_budget_cache_and_media_follow_the_site(
    decide: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOPHNET_USER", "ana")
    decide(
        f'[locked]\nbudget = "20 CNY per day"\ncache_size = "1.5 GB"\nmedia = "files"\n'
        f'cache_folder = "{tmp_path}/{{user}}/cache"\nmedia_folder = "{tmp_path}/media"'
    )
    monkeypatch.setenv("SOPHNET_BUDGET", "100 CNY per day")
    monkeypatch.setenv("SOPHNET_MEDIA", "embed")
    assert spending_limit() == "20 CNY per day"
    assert cache_size() == 1_500_000_000
    assert cache_folder() == tmp_path / "ana" / "cache"
    assert media_in_files()
    assert media_folder() == str(tmp_path / "media")


def test_what_a_stronger_file_locks_no_weaker_one_unlocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {
        "site": '[locked]\nhistory = false\n[defaults]\nmodel = "GLM-5"',
        "own": '[locked]\nhistory = true\nsandbox = false\n[defaults]\nmodel = "Kimi-K2.5"',
    }.items():
        folder = tmp_path / name / "sophnet_jupyter"
        folder.mkdir(parents=True)
        (folder / "policy.toml").write_text(text)
    environ = {
        "JUPYTER_CONFIG_PATH": str(tmp_path / "site"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "own"),
    }
    found = policy(environ)
    assert found.forbids("history")
    assert found.forbids("sandbox")
    assert found.default("model") == "Kimi-K2.5"
    assert len(found.files) == 2


def test_a_policy_is_read_again_when_it_changes(decide: Any) -> None:
    path = decide("[locked]\nhistory = false")
    assert not history_on()
    path.write_text("[locked]\nhistory = true\n")
    os.utime(path, ns=(1, 1))
    assert history_on()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[locked", "cannot be read"),
        ('[locked]\nhistory = "no"', "history is true or false"),
        ('[locked]\nservices = ["chats"]', "no service 'chats'"),
        ('[locked]\nbase_url = "gateway"', "must be an address"),
        ('[locked]\ncache_size = "much"', "is a size"),
        ("locked = 1", "is a table"),
        ('[defaults]\nmodels = ["A"]', r"belongs into \[locked\]"),
    ],
)
def test_nothing_is_asked_while_a_policy_cannot_be_read(decide: Any, text: str, said: str) -> None:
    decide(text)
    for read in (Settings.read, DifySettings.read, TeleAIAccount.read):
        with pytest.raises(SettingsError, match=said):
            read()


def test_what_only_a_newer_version_knows_is_told_and_stops_nobody(decide: Any) -> None:
    decide("version = 2\n[locked]\nhistory = false\ntelepathy = false\n[rooms]\nopen = true")
    assert not history_on()
    told = "\n".join(policy().notices)
    assert "is of form 2" in told
    assert "telepathy" in told
    assert "[rooms]" in told
    policy().check()


def test_a_file_that_is_named_and_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_POLICY", "/nowhere/policy.toml")
    with pytest.raises(SettingsError, match="SOPHNET_POLICY names /nowhere/policy"):
        Settings.read(api_key=KEY)
