"""Settings: typed, explained, and the example file true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot import checks, keys
from bot.settings import Settings

ROOT = Path(__file__).parent.parent.parent


def make(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type, call-arg]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_the_example_file_has_every_setting_and_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)) == sorted(
        name.upper() for name in Settings.model_fields
    )
    assert Settings(_env_file=ROOT / ".env.example") == make()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("bot_token", "abc", "BOT_TOKEN: a token looks like 123456:ABC-def"),
        ("bot_api_url", "api.telegram.org", "BOT_API_URL: give a whole address"),
        ("timezone", "Mars/Olympus", "TIMEZONE: is not a time zone"),
        ("currency", "DOLLAR", "CURRENCY: is not a currency we know"),
        ("review_tap_seconds", "-1", "REVIEW_TAP_SECONDS: "),
        ("owner_ids", "me", "OWNER_IDS: "),
    ],
)
def test_a_wrong_setting_gets_a_sentence(name: str, value: str, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make(**{name: value})
    assert any(sentence.startswith(says) for sentence in checks.sentences(caught.value))


def test_owner_ids_are_read_from_a_list_with_commas() -> None:
    assert make(owner_ids="12, 34").owner_ids == (12, 34)


async def test_check_says_that_the_token_is_missing_and_the_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = await checks.problems(make(data_dir=tmp_path / "file"))
    assert len(found) == 2
    assert found[0].startswith("DATA_DIR is ")
    assert found[1].startswith("BOT_TOKEN is not set.")


async def test_check_says_that_no_server_answers(tmp_path: Path) -> None:
    settings = make(bot_token="1:ABC", bot_api_url="http://127.0.0.1:9", data_dir=tmp_path)
    assert await checks.problems(settings) == [
        "BOT_API_URL is http://127.0.0.1:9, and no Bot API server answers there."
    ]


def test_a_new_database_gets_a_key_file_only_its_owner_can_read(tmp_path: Path) -> None:
    settings = make(bot_token="55:ABC", data_dir=tmp_path)
    secret, path = keys.find(settings, database_exists=False)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.find(settings, database_exists=True) == (secret, None)


def test_a_database_whose_key_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyProblem, match="Bring the key back"):
        keys.find(make(bot_token="56:ABC", data_dir=tmp_path), database_exists=True)


def test_an_empty_key_file_seals_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "key"
    empty.write_bytes(b"")
    with pytest.raises(keys.KeyProblem, match="is empty"):
        keys.find(make(bot_token="55:ABC", data_dir=tmp_path, secret_key_file=empty), database_exists=False)
