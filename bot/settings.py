"""Every setting, typed, in one class; from the environment and `.env`. `.env.example` is tested against it."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import schwifty
from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from schwifty.exceptions import SchwiftyException

from bot.pacing import Limits
from domain.money import MINOR_DIGITS, parse_amount
from domain.rails import RAILS
from domain.refusals import Refusal
from domain.rules import Payer, Rules
from web.server import PATHS

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """What an operator may set. Only BOT_TOKEN is needed; everything else has a default that works."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    bot_token: str = Field(default="", description="The bot's token from @BotFather.")
    bot_api_url: str = Field(default="https://api.telegram.org", description="The Bot API server.")
    data_dir: Path = Field(default=Path("data"), description="Database, photos and exports; one process at a time.")
    owner_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(), description="Telegram ids of the owners, separated by commas. Without any, a claim link is printed."
    )
    secret_key: str = Field(default="", description="Seals names and updates. Keep it apart from the database.")
    secret_key_file: Path | None = Field(default=None, description="A file with the key, instead of SECRET_KEY.")
    currency: str = Field(default="USD", description="The installation's one currency; cannot be changed later.")
    timezone: str = Field(default="UTC", description="Of the installation: quiet hours, paydays, summaries.")
    floor: str = Field(default="15", description="Nobody should earn less an hour, in the currency; 0: no floor.")
    region_floors: str = Field(default="", description="Floors of regions, such as MX=6,FR=14.")
    topup_percent: int = Field(default=50, ge=0, le=1_000, description="Kept back for top-ups, in per cent of the pay.")
    fee_basis_points: int = Field(
        default=200, ge=0, le=10_000, description="And for what paying out costs: 200 is 2 % of both."
    )
    work_for: str = Field(default=Rules.work_for, description="Who asks for the work, for the consent.")
    review_tap_seconds: int = Field(default=86_400, ge=1, le=14 * 86_400, description="Review period of one-tap work.")
    review_written_seconds: int = Field(default=259_200, ge=1, le=14 * 86_400, description="And of written work.")
    rails: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("by_hand",), description="How people are paid: by_hand, csv, csv_paypal, csv_mobile, sepa, paypal."
    )
    payout_minimum: str = Field(default="1", description="Smaller payouts wait, in the currency.")
    payout_two_above: str = Field(default="1000", description="A payout run of more is approved by two people.")
    sepa_name: str = Field(default="", description="Of the rail `sepa`: in whose name the account is.")
    sepa_iban: str = Field(default="", description="And its IBAN.")
    sepa_bic: str = Field(default="", validate_default=True, description="And its BIC, where the bank asks for one.")
    payout_weekday: int = Field(default=2, ge=0, le=6, description="Payday: 0 is Monday.")
    payout_hour: int = Field(default=10, ge=0, le=23, description="The hour of payday, in TIMEZONE.")
    summary_hour: int = Field(default=8, ge=0, le=23, description="The hour of the daily summary, in TIMEZONE.")
    statement_weekday: int = Field(default=0, ge=0, le=6, description="Of weekly statements: 0 is Monday.")
    every_seconds: int | None = Field(
        default=None, ge=1, description="For trying: payday and summary every so many seconds instead."
    )
    quiet_hours: bool = Field(default=True, description="No news or offers between 21:00 and 08:00.")
    pause_seconds: int = Field(default=300, ge=0, description="News wait until a worker has been idle so long.")
    quick_tap_millis: int = Field(default=300, ge=0, le=5_000, description="A tap sooner after a new card is ignored.")
    sends_per_second: float = Field(default=29.7, gt=0, le=1_000, description="Messages a second over all chats.")
    pacing: bool = Field(default=True, description="Off only for benchmarks against a local Bot API server.")
    send_slots: int = Field(default=128, ge=1, le=512, description="Messages in flight at once.")
    handle_slots: int = Field(default=64, ge=1, le=512, description="People whose updates are handled at once.")
    paypal_client_id: str = Field(default="", description="Of the rail `paypal`: the REST app's client id.")
    paypal_secret: str = Field(default="", description="And its secret. It is in no log.")
    paypal_url: str = Field(default="https://api-m.paypal.com", description="PayPal, or its sandbox.")
    webhook_url: str = Field(default="", description="Where Telegram sends updates; empty or `off`: they are fetched.")
    webhook_secret: str = Field(default="", description="What Telegram shows with each; empty: made from the token.")
    webhook_max_connections: int = Field(default=40, ge=1, le=100, description="Updates Telegram sends at once.")
    web_host: str = Field(default="127.0.0.1", description="Where the web server listens.")
    web_port: int = Field(
        default=0, ge=0, le=65_535, validate_default=True, description="Its port; 0: no web server. Webhooks need one."
    )
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")
    log_json: bool = Field(default=False, description="One JSON object a line instead of readable lines.")

    @field_validator("owner_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(int(part) for part in value.replace(";", ",").split(",") if part.strip())
        return value

    @field_validator("bot_token")
    @classmethod
    def _looks_like_a_token(cls, value: str) -> str:
        number, colon, rest = value.partition(":")
        if value and not (number.isdigit() and colon and rest):
            raise ValueError("a token looks like 123456:ABC-def; copy it from @BotFather whole")
        return value

    @field_validator("bot_api_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("give a whole address, such as https://api.telegram.org")
        return value.rstrip("/")

    @field_validator("paypal_url")
    @classmethod
    def _is_a_safe_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in LOOPBACK):
            raise ValueError("give a whole https address, such as https://api-m.sandbox.paypal.com")
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not a time zone; write one such as Europe/Paris or UTC") from error
        return value

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, value: str) -> str:
        if value not in MINOR_DIGITS:
            raise ValueError("is not a currency we know; write its three letters, such as USD or EUR")
        return value

    @field_validator("rails", mode="before")
    @classmethod
    def _split_rails(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(dict.fromkeys(part.strip().lower() for part in re.split("[,; ]", value) if part.strip()))
        return value

    @field_validator("rails")
    @classmethod
    def _are_rails_for_the_currency(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not value:
            raise ValueError("names no way to pay; write by_hand")
        for name in value:
            if name not in RAILS:
                raise ValueError(f"{name} is no way to pay; there are {', '.join(RAILS)}")
            currency = info.data.get("currency", "USD")
            if not RAILS[name].takes(currency):
                known = " ".join(sorted(RAILS[name].currencies or ()))
                raise ValueError(f"{name} cannot pay in {currency}, only in {known}; take it out")
        return value

    @field_validator("payout_minimum", "payout_two_above")
    @classmethod
    def _is_an_amount(cls, value: str, info: ValidationInfo) -> str:
        try:
            parse_amount(value, currency=info.data.get("currency", "USD"))
        except Refusal as refusal:
            raise ValueError(refusal.text.format(**refusal.params)) from None
        return value

    @field_validator("sepa_iban", "sepa_bic")
    @classmethod
    def _is_an_account(cls, value: str, info: ValidationInfo) -> str:
        plain = value.replace(" ", "").upper()
        try:
            if plain:
                schwifty.IBAN(plain) if info.field_name == "sepa_iban" else schwifty.BIC(plain)
        except SchwiftyException as error:
            raise ValueError("is mistyped; compare it with your bank's papers") from error
        missing = not (info.data.get("sepa_name", "").strip() and info.data.get("sepa_iban"))
        if info.field_name == "sepa_bic" and "sepa" in info.data.get("rails", ()) and missing:
            raise ValueError("RAILS has sepa, so set SEPA_NAME and SEPA_IBAN, the account that pays")
        return plain

    @field_validator("floor")
    @classmethod
    def _is_a_rate(cls, value: str, info: ValidationInfo) -> str:
        _micros(value, info.data.get("currency", "USD"))
        return value

    @field_validator("region_floors")
    @classmethod
    def _are_rates(cls, value: str, info: ValidationInfo) -> str:
        _by_region(value, info.data.get("currency", "USD"))
        return value

    @field_validator("webhook_url")
    @classmethod
    def _is_a_public_address(cls, value: str) -> str:
        if value in ("", "off"):
            return ""
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host, parts = None, urlsplit("")
        if parts.scheme not in ("http", "https") or not host or re.search(r"\s", value):
            raise ValueError("give the whole public address, such as https://bot.example.org/telegram")
        if parts.scheme == "http" and host not in LOOPBACK:
            raise ValueError("Telegram sends updates over https alone; begin the address with https://")
        if parts.username or parts.query or parts.fragment:
            raise ValueError("the address must have no user, no ? and no #; the secret goes in WEBHOOK_SECRET")
        if parts.path in PATHS:
            raise ValueError(f"{parts.path} is taken; end the address with another path, such as /telegram")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _is_a_secret_token(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value):
            raise ValueError("has 1 to 256 characters of A-Z, a-z, 0-9, _ and -; leave it empty to have one made")
        return value

    @field_validator("web_port")
    @classmethod
    def _is_there_for_a_webhook(cls, value: int, info: ValidationInfo) -> int:
        if not value and info.data.get("webhook_url"):
            raise ValueError("name the port your proxy passes WEBHOOK_URL on to, such as 8080")
        return value

    @property
    def webhook_path(self) -> str:
        """The path of WEBHOOK_URL, which the proxy passes on as it is."""
        return urlsplit(self.webhook_url).path or "/"

    @property
    def webhook_token(self) -> str:
        """WEBHOOK_SECRET, or one that only who has the bot's token can make."""
        if self.webhook_secret:
            return self.webhook_secret
        return hmac.new(self.bot_token.encode(), b"tallyhand webhook secret", hashlib.sha256).hexdigest()

    @property
    def bot_id(self) -> int:
        """The number in front of the token's colon."""
        return int(self.bot_token.partition(":")[0])

    def rules(self, *, bot_username: str) -> Rules:
        """The installation's rules as use cases see them."""
        return Rules(
            bot_username=bot_username,
            currency=self.currency,
            timezone=self.timezone,
            floor=_micros(self.floor, self.currency),
            region_floors=_by_region(self.region_floors, self.currency),
            topup_percent=self.topup_percent,
            fee_basis_points=self.fee_basis_points,
            review_tap_seconds=self.review_tap_seconds,
            review_written_seconds=self.review_written_seconds,
            quick_tap_millis=self.quick_tap_millis,
            rails=self.rails,
            payout_minimum=parse_amount(self.payout_minimum, currency=self.currency),
            payout_two_above=parse_amount(self.payout_two_above, currency=self.currency),
            payer=Payer(self.sepa_name.strip(), self.sepa_iban, self.sepa_bic) if "sepa" in self.rails else None,
            payout_weekday=self.payout_weekday,
            payout_hour=self.payout_hour,
            summary_hour=self.summary_hour,
            statement_weekday=self.statement_weekday,
            every_seconds=self.every_seconds,
            quiet_hours=self.quiet_hours,
            pause_seconds=self.pause_seconds,
            sends_per_second=self.sends_per_second,
            work_for=self.work_for,
        )

    def limits(self) -> Limits:
        """The sender's pace."""
        return Limits(all_per_second=self.sends_per_second, enabled=self.pacing)


def _micros(rate: str, currency: str) -> int:
    """An hourly floor in micro-units; 0 is none. Raises ValueError with what to write."""
    if re.fullmatch(r"0([.,]0*)?", rate.strip()):
        return 0
    try:
        return parse_amount(rate, currency=currency)
    except Refusal as refusal:
        raise ValueError(refusal.text.format(**refusal.params)) from None


def _by_region(value: str, currency: str) -> dict[str, int]:
    """`MX=6,FR=14.50` as micro-units by region. Raises ValueError."""
    found: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in re.split(r"[,;]", value))):
        region, sign, rate = (one.strip() for one in part.partition("="))
        if not sign or not re.fullmatch(r"[A-Za-z]{2}", region):
            raise ValueError("write two letters and a floor for each region, such as MX=6,FR=14.50")
        found[region.upper()] = _micros(rate, currency)
    return found
