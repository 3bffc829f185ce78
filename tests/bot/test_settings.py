"""Settings: typed, explained, and the example file true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot import checks, keys
from bot.settings import Settings
from domain.rules import Payer

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
        ("webhook_url", "bot.example.org", "WEBHOOK_URL: give the whole public address"),
        ("webhook_url", "https://[bot", "WEBHOOK_URL: give the whole public address"),
        ("webhook_url", "https://bot.example.org:many/", "WEBHOOK_URL: give the whole public address"),
        ("webhook_url", "http://bot.example.org/x", "WEBHOOK_URL: Telegram sends updates over https alone"),
        ("webhook_url", "https://me@bot.example.org/x", "WEBHOOK_URL: the address must have no user"),
        ("webhook_url", "https://bot.example.org/x?secret=1", "WEBHOOK_URL: the address must have no user"),
        ("webhook_url", "https://bot.example.org/metrics", "WEBHOOK_URL: /metrics is taken"),
        ("webhook_url", "https://bot.example.org/telegram", "WEB_PORT: name the port your proxy passes WEBHOOK_URL on"),
        ("webhook_secret", "with spaces", "WEBHOOK_SECRET: has 1 to 256 characters of"),
        ("webhook_secret", "x" * 257, "WEBHOOK_SECRET: has 1 to 256 characters of"),
        ("webhook_max_connections", "101", "WEBHOOK_MAX_CONNECTIONS: "),
        ("web_port", "65536", "WEB_PORT: "),
    ],
)
def test_a_wrong_setting_gets_a_sentence(name: str, value: str, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make(**{name: value})
    assert any(sentence.startswith(says) for sentence in checks.sentences(caught.value))


def test_owner_ids_are_read_from_a_list_with_commas() -> None:
    assert make(owner_ids="12, 34").owner_ids == (12, 34)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"rails": "sepa"}, "RAILS: sepa cannot pay in USD, only in EUR"),
        ({"rails": "csv_paypal", "currency": "KES"}, "RAILS: csv_paypal cannot pay in KES"),
        ({"rails": "by_hand, pigeon"}, "RAILS: pigeon is no way to pay; there are by_hand, csv"),
        ({"rails": " ,"}, "RAILS: names no way to pay"),
        ({"rails": "sepa", "currency": "EUR"}, "SEPA_BIC: RAILS has sepa, so set SEPA_NAME and SEPA_IBAN"),
        ({"sepa_iban": "DE89370400440532013001"}, "SEPA_IBAN: is mistyped"),
        ({"payout_minimum": "one"}, "PAYOUT_MINIMUM: I cannot read “one” as an amount"),
    ],
)
def test_a_way_to_pay_that_cannot_be_is_refused_before_the_start(values: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make(**values)
    assert checks.sentences(caught.value)[0].startswith(says)


def test_rails_come_in_the_operators_order_with_the_account_that_pays() -> None:
    iban = "DE02 1203 0000 0000 2020 51"
    rules = make(rails="sepa, csv; by_hand", currency="EUR", sepa_name="Tally ", sepa_iban=iban).rules(bot_username="x")
    assert rules.rails == ("sepa", "csv", "by_hand")
    assert rules.payer == Payer("Tally", "DE02120300000000202051")
    assert (rules.payout_minimum, rules.payout_two_above) == (1_000_000, 1_000_000_000)


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


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"webhook_url": "http://127.0.0.1/x"}, "WEBHOOK_URL is http://127.0.0.1/x, where Telegram cannot reach you."),
        ({"webhook_url": "https://bot.example.org:8080/x"}, "WEBHOOK_URL names port 8080. Telegram sends updates to"),
        ({"webhook_secret": "short"}, "WEBHOOK_SECRET has fewer than 16 characters"),
        ({"web_host": "192.0.2.1"}, "WEB_HOST and WEB_PORT are 192.0.2.1:8099, and nothing can listen there"),
    ],
)
async def test_check_says_what_telegram_cannot_do_with_a_webhook(
    values: dict[str, str], says: str, tmp_path: Path
) -> None:
    found = await checks.problems(make(data_dir=tmp_path, web_port=8099, **values))
    assert [sentence for sentence in found if "BOT_TOKEN" not in sentence] == [found[0]]
    assert found[0].startswith(says)


@pytest.mark.parametrize("address", ["https://bot.example.org:8443/x", "https://bot.example.org", "off", ""])
async def test_check_is_content_with_an_address_telegram_can_send_to(address: str, tmp_path: Path) -> None:
    found = await checks.problems(make(data_dir=tmp_path, web_port=8099, webhook_url=address))
    assert [sentence for sentence in found if "BOT_TOKEN" not in sentence] == []


def test_the_path_of_the_webhook_is_that_of_its_address() -> None:
    paths = [make(webhook_url=f"https://b.org{end}", web_port=1).webhook_path for end in ("", "/", "/a/b", "/a/")]
    assert paths == ["/", "/", "/a/b", "/a/"]


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
