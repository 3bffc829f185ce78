"""The command line: `python -m bot` runs against Telegram with BOT_TOKEN, and the trial without it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from telegram.error import InvalidToken, NetworkError

from bot import app, books, checks, clock, dry_runs, importing, logs, trial
from bot.keys import KeyProblem
from bot.settings import Settings
from bot.webhook import WebhookRefused
from domain.refusals import Refusal
from domain.rules import instant
from files.journals import Format
from scheduler.runner import Scheduler
from storage import outbox
from storage.migrate import DatabaseTooNew, DatabaseTooOld
from web.server import CannotListen

SENTENCES = (
    KeyProblem,
    app.AlreadyRunning,
    books.BooksProblem,
    CannotListen,
    DatabaseTooNew,
    DatabaseTooOld,
    NetworkError,
    WebhookRefused,
    trial.TrialProblem,
)
"""What ends a command with its own text."""

cli = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, help=__doc__)

ledger = typer.Typer(help="The books: replayed, or written down. They only read, and may run beside the bot.")
cli.add_typer(ledger, name="ledger")


@cli.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Without a command: `run` when BOT_TOKEN is set, else `try`."""
    if context.invoked_subcommand is None:
        settings = _settings()
        if settings.bot_token:
            run()
        else:
            try_it()


@cli.command()
def run() -> None:
    """Run the bot against BOT_API_URL (Telegram, unless it says otherwise)."""
    settings = _settings()
    if not settings.bot_token:
        _stop("BOT_TOKEN is not set. Get one from @BotFather, or run `python -m bot try` to look around without.")
    secrets = (settings.bot_token, settings.secret_key, settings.webhook_token, settings.paypal_secret)
    logs.set_up(level=settings.log_level, as_json=settings.log_json, secrets=secrets)
    _run(app.serve(settings, say=typer.echo))


@cli.command(name="try")
def try_it(
    port: Annotated[int, typer.Option(help="Where the chat page is served.")] = 8081,
) -> None:
    """Try everything without Telegram: a local Bot API with a chat page, and a team that is ready to work."""
    logs.set_up(level="WARNING")
    _run(trial.serve(port=port, say=typer.echo))


@cli.command()
def check() -> None:
    """Say what is wrong with the settings, each in a sentence."""
    try:
        settings = Settings()
    except ValidationError as error:
        for sentence in checks.sentences(error):
            typer.echo(sentence)
        raise typer.Exit(1) from None
    problems = asyncio.run(checks.problems(settings))
    for sentence in problems or ["The settings are fine."]:
        typer.echo(sentence)
    if problems:
        raise typer.Exit(1)


@cli.command()
def tick(
    name: Annotated[str, typer.Argument(help="The tick's name; `python -m bot tick list` lists them.")],
    now: Annotated[datetime | None, typer.Option(help="Pretend it is this moment (UTC).")] = None,
) -> None:
    """Run one tick by hand, beside a running bot or without one. What it queues is sent by the running bot."""
    settings = _settings()
    logs.set_up(level="WARNING", secrets=(settings.bot_token,))
    _run(_tick(settings, name, now))


@cli.command()
def payouts(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what a run now would pay; change nothing.")] = False,
) -> None:
    """What the next payout run would pay, by rail, and whom it would leave out. Works beside a running bot."""
    settings = _settings()
    logs.set_up(level="WARNING", secrets=(settings.bot_token,))
    if not dry_run:
        _stop("Payouts are approved in the chat, with /payouts. Here there is `--dry-run`: what a run now would pay.")
    _run(dry_runs.run(settings, say=typer.echo))


@cli.command(name="import")
def import_folder(
    folder: Annotated[Path, typer.Argument(help="A folder with photos.")],
    owner: Annotated[int, typer.Option("--as", help="Telegram id of the coordinator whose draft it becomes.")],
    caption: Annotated[Path | None, typer.Option(help="A file with the caption (question, answers, price …).")] = None,
) -> None:
    """Make a draft from a folder on this machine: the way for more than 20 MB. Works beside a running bot."""
    settings = _settings()
    logs.set_up(level="WARNING", secrets=(settings.bot_token,))
    _run(importing.run(settings, folder, owner=owner, caption=caption, say=typer.echo))


@ledger.command()
def verify() -> None:
    """Replay every transfer; say what does not hold, a line each, and the sums. Exit code 1 if something does not."""
    settings = _settings()
    with _sentences():
        if not books.verify(settings, say=typer.echo, tell=_aside):
            raise typer.Exit(1)


@ledger.command()
def export(
    form: Annotated[Format, typer.Option("--format", help="Whose plain-text accounting.")],
    to: Annotated[Path | None, typer.Option(help="The file to write; standard output without it.")] = None,
) -> None:
    """Write the whole ledger as plain-text accounting, with the balances for the tool to check."""
    settings = _settings()
    with _sentences():
        books.export(settings, form, to, tell=_aside)


async def _tick(settings: Settings, name: str, now: datetime | None) -> None:
    db = await app.open_database(settings)
    try:
        scheduler = Scheduler(db, clock=clock.now)
        if name not in scheduler.names:
            typer.echo("Ticks: " + ", ".join(scheduler.names))
            return
        at = clock.now() if now is None else instant(now.astimezone() if now.tzinfo else now.replace(tzinfo=UTC))
        await scheduler.run_once(name, at)
        if now is not None:
            await db.write(outbox.shift, queued_at=at, by=clock.now() - at)
        typer.echo(f"{name}: done.")
    finally:
        await db.close()


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        _stop("\n".join(checks.sentences(error)))


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def _aside(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _run(work: Coroutine[Any, Any, None]) -> None:
    with _sentences():
        asyncio.run(work)


@contextmanager
def _sentences() -> Iterator[None]:
    """What ends a command ends it with a sentence."""
    try:
        yield
    except SENTENCES as error:
        _stop(str(error))
    except InvalidToken:
        _stop("The Bot API does not know this token. Copy BOT_TOKEN from @BotFather once more, whole.")
    except Refusal as refusal:
        _stop(refusal.text.format(**refusal.params))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    cli()
