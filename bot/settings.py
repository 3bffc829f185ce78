"""Every setting, typed, in one class; from the environment and `.env`. `.env.example` is tested against it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.pacing import Limits
from domain.money import MINOR_DIGITS, parse_amount
from domain.rules import Rules


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
    floor: str = Field(default="15", description="Nobody should earn less an hour, in the currency.")
    work_for: str = Field(default=Rules.work_for, description="Who asks for the work, for the consent.")
    review_tap_seconds: int = Field(default=86_400, ge=1, le=14 * 86_400, description="Review period of one-tap work.")
    review_written_seconds: int = Field(default=259_200, ge=1, le=14 * 86_400, description="And of written work.")
    payout_weekday: int = Field(default=2, ge=0, le=6, description="Payday: 0 is Monday.")
    payout_hour: int = Field(default=10, ge=0, le=23, description="The hour of payday, in TIMEZONE.")
    summary_hour: int = Field(default=8, ge=0, le=23, description="The hour of the daily summary, in TIMEZONE.")
    every_seconds: int | None = Field(
        default=None, ge=1, description="For trying: payday and summary every so many seconds instead."
    )
    quiet_hours: bool = Field(default=True, description="No news or offers between 21:00 and 08:00.")
    pause_seconds: int = Field(default=300, ge=0, description="News wait until a worker has been idle so long.")
    quick_tap_millis: int = Field(default=300, ge=0, le=5_000, description="A tap sooner after a new card is ignored.")
    sends_per_second: float = Field(default=29.7, gt=0, le=1_000, description="Messages a second over all chats.")
    pacing: bool = Field(default=True, description="Off only for benchmarks against a local Bot API server.")
    send_slots: int = Field(default=64, ge=1, le=512, description="Messages in flight at once.")
    handle_slots: int = Field(default=64, ge=1, le=512, description="People whose updates are handled at once.")
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
            floor=parse_amount(self.floor, currency=self.currency),
            review_tap_seconds=self.review_tap_seconds,
            review_written_seconds=self.review_written_seconds,
            quick_tap_millis=self.quick_tap_millis,
            payout_weekday=self.payout_weekday,
            payout_hour=self.payout_hour,
            summary_hour=self.summary_hour,
            every_seconds=self.every_seconds,
            quiet_hours=self.quiet_hours,
            pause_seconds=self.pause_seconds,
            work_for=self.work_for,
        )

    def limits(self) -> Limits:
        """The sender's pace."""
        return Limits(all_per_second=self.sends_per_second, enabled=self.pacing)
