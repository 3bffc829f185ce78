"""The documents are kept true: settings, commands, links, paths, words, limits and tables are those of the code."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from bot.__main__ import cli
from bot.settings import Settings
from domain.brief import MAX_ANSWER, MAX_OVERLAP, MAX_QUESTION, Brief, Scale, read_brief, write_brief
from domain.brief.settings import split_setting
from domain.drafts import MAX_TASKS, not_yet
from domain.kinds.base import MAX_TEXT
from domain.money import MICRO
from domain.rules import Rules
from files.archives import ArchiveLimits
from files.pictures import PictureLimits
from files.tables import TableLimits
from handlers.routes import COMMANDS
from scheduler.ticks import TICKS
from storage import batches
from storage.database import Database, Tx
from storage.migrate import migrate
from tests.builders import NOON, make_batch, make_owner, make_rated, make_worker, publish_all
from tests.steps import answer, write
from tests.test_architecture import ALLOWED
from usecases import exports
from usecases.peer_scores import ASKING, ask
from web.server import PATHS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "emulator" / "README.md", *DOCS.rglob("*.md")])
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py")) and path.name[0] != "."}
CODE = sorted(FOLDERS - {"tests", "bench", "emulator"})
LATER = "## Not yet"


def page(name: str) -> str:
    """A page's text; without what it says is not there yet."""
    return (ROOT / name).read_text(encoding="utf-8").partition(LATER)[0]


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no heading {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of all tables of a text, without headings."""
    found = []
    for table in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        lines = table.strip().splitlines()
        found += [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return found


def spans(text: str) -> list[str]:
    """What stands in backticks, outside of blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def sources(*folders: str, endings: tuple[str, ...] = (".py",)) -> str:
    """The code of these folders in one text."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.suffix in endings)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def named(path: Path) -> str:
    """A page's name for a test."""
    return str(path.relative_to(ROOT))


every_page = pytest.mark.parametrize("path", PAGES, ids=named)


def test_every_setting_is_in_the_table_with_its_default() -> None:
    documented = {
        cells[0].strip("`"): cells[1].strip("`") for cells in rows(section(page("docs/operations.md"), "Settings"))
    }
    assert documented == {name.upper(): _shown(field.default) for name, field in Settings.model_fields.items()}


def _shown(default: Any) -> str:
    if default is None or default == ():
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_every_command_is_explained_to_who_may_use_it() -> None:
    explained = spans(page("docs/workers.md")) + spans(page("docs/coordinators.md"))
    words = {span.split()[0] for span in explained if span.startswith("/")}
    assert words == {f"/{name}" for name in COMMANDS}


@pytest.mark.parametrize("path", [path for path in PAGES if path.parent.name != "emulator"], ids=named)
def test_no_page_promises_a_command_there_is_not(path: Path) -> None:
    found = {match[1] for span in spans(page(named(path))) if (match := re.fullmatch(r"/([a-z]+)(?: .*)?", span))}
    assert found - COMMANDS.keys() - {path.strip("/") for path in PATHS} == set()


def test_every_make_target_is_explained_and_every_one_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", page("Makefile"), re.MULTILINE))
    explained = {cells[0].strip("`").split()[1] for cells in rows(section(page("docs/developers.md"), "Set up"))}
    assert explained | {"help"} == targets
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    assert set(re.findall(r"(?:`|^ {4})make ([a-z-]+)", text, re.MULTILINE)) <= targets


def test_every_command_line_is_explained_and_every_one_named_is_there() -> None:
    groups = {"": cli} | {f"{one.name} ": one.typer_instance for one in cli.registered_groups}
    commands = {
        before + (one.name or one.callback.__name__)
        for before, group in groups.items()
        if group is not None
        for one in group.registered_commands
        if one.callback is not None
    }
    names = "|".join(before for before in groups if before)
    called = rf"python -m bot ((?:{names})?[a-z]+)"
    table = "\n".join(cells[0] for cells in rows(section(page("docs/operations.md"), "Commands")))
    assert set(re.findall(called, table)) == commands
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    assert set(re.findall(rf"`(?:\.venv/bin/)?{called}", text)) <= commands


def test_every_module_that_is_run_is_there() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    for module in set(re.findall(r"python -m ([a-z_]+(?:\.[a-z_]+)*)", text)) - {"pytest", "venv"}:
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module


@every_page
def test_every_link_and_picture_is_there(path: Path) -> None:
    broken = [link for link in re.findall(r"\]\(([^)\s]+)\)", page(named(path))) if not _leads_somewhere(path, link)]
    assert broken == []


def _leads_somewhere(path: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    name, _, anchor = link.partition("#")
    target = path.parent / name if name else path
    return target.exists() and (not anchor or anchor in set(_anchors(target.read_text(encoding="utf-8"))))


def _anchors(text: str) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@every_page
def test_every_path_in_backticks_is_there(path: Path) -> None:
    text = page(named(path))
    paths = [span for span in spans(text) if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", span) and _is_ours(span)]
    assert [span for span in paths if not (ROOT / span).exists()] == []
    pairs = re.findall(r"`(\w+)`\s+in\s+`([\w/]+\.py)`", text)
    assert [pair for pair in pairs if pair[0] not in (ROOT / pair[1]).read_text(encoding="utf-8")] == []


def _is_ours(span: str) -> bool:
    return span.partition("/")[0] in {*FOLDERS, "docs", ".ci"} or span.endswith((".toml", ".example"))


def test_the_words_of_the_glossary_are_used_in_the_code() -> None:
    text = page("docs/glossary.md")
    code = sources(*CODE, "bench", endings=(".py", ".sql"))
    words = [cells[0] for cells in rows(text)]
    unused = [word for word in words if not re.search(rf"\b{re.sub('[ -]', '[ _-]', word)}", code, re.IGNORECASE)]
    assert unused == []
    assert len(words) == len(set(words))


def test_the_folders_of_the_house_are_those_there_are_with_their_imports() -> None:
    table = {
        spans(cells[0])[0].strip("/"): cells[2] for cells in rows(section(page("docs/architecture.md"), "The folders"))
    }
    assert set(table) == FOLDERS | {"docs"}
    for folder, imports in ALLOWED.items():
        assert set(spans(table[folder])) == imports, folder


def test_the_ticks_are_those_there_are() -> None:
    documented = [cells[0].strip("`") for cells in rows(section(page("docs/operations.md"), "The clock"))]
    assert documented == [tick.name for tick in TICKS]


def test_every_warning_in_the_logs_is_explained_and_every_event_named_is_there() -> None:
    code = sources("bot", "scheduler", "web")
    events = set(re.findall(r"log\.\w+\(\s*\"(\w+)\"", code))
    grave = set(re.findall(r"log\.(?:warning|error|exception)\(\s*\"(\w+)\"", code))
    explained = {span for cells in rows(section(page("docs/operations.md"), "Logs")) for span in spans(cells[0])}
    assert explained - events == set()
    assert grave - explained == set()


def test_every_query_named_runs_on_the_schema() -> None:
    text = page("docs/operations.md")
    quoted = [one for block in blocks(text, "sh") for one in re.findall(r'"((?:select|pragma)[^"]+)"', block)]
    named_in_text = [span for span in spans(text) if span.startswith("select ")]
    assert quoted and named_in_text
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    for query in (*quoted, *named_in_text):
        connection.executescript(query)


def test_the_example_of_a_caption_is_read_without_a_problem() -> None:
    (caption,) = blocks(page("docs/coordinators.md"), "caption")
    brief = read_brief(caption, currency="USD", for_kind="photos")
    assert (*brief.problems, *not_yet(brief)) == ()
    assert brief.translations["fr"].answers == ("Chat", "Chien", "Autre chose")


def test_every_setting_of_a_caption_is_explained() -> None:
    every = Brief("What?", (), "", MICRO, 2, 2, "en", 9, 50, 86_400, 7, MICRO, "FR", 5, True, 80, 10, scale=Scale(1, 5))
    settings = {found[0] for line in write_brief(every).splitlines() if (found := split_setting(line))}
    examples = [spans(cells[0])[0] for cells in rows(section(page("docs/coordinators.md"), "A batch in one message"))]
    explained = {found[0] for example in examples if (found := split_setting(example))}
    assert explained == settings - {"deadline"}, "a deadline is read and not possible yet: README, Not yet"


@pytest.mark.parametrize("name", ["docs/workers.md", "docs/coordinators.md"])
def test_what_is_bold_is_a_button_there_is(name: str) -> None:
    with (ROOT / "locales/fr/LC_MESSAGES/tallyhand.po").open("rb") as file:
        texts = {one for message in read_po(file) for one in (message.id if message.pluralizable else (message.id,))}
    assert [word for word in re.findall(r"\*\*(.+?)\*\*", page(name)) if word not in {*texts, "bold"}] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("docs/workers.md", f"up to {MAX_TEXT:,} characters"),
        ("docs/workers.md", f"for {Rules().sent_back_seconds // 3600} hours"),
        ("docs/workers.md", f"from {Rules().payout_minimum / MICRO:.2f} of the currency"),
        ("docs/coordinators.md", f"up to {MAX_QUESTION} characters"),
        ("docs/coordinators.md", f"up to {MAX_ANSWER} characters"),
        ("docs/coordinators.md", f"1 to {MAX_OVERLAP} (1)"),
        (
            "docs/coordinators.md",
            f"up to {PictureLimits().bytes // 10**6} MB and {PictureLimits().pixels // 10**6} megapixels",
        ),
        ("docs/coordinators.md", f"{ArchiveLimits().photos:,} in one ZIP"),
        ("docs/coordinators.md", f"at most {PictureLimits().side:,} pixels"),
        ("docs/coordinators.md", f"up to {TableLimits().rows:,} rows of up to {TableLimits().characters:,} characters"),
        ("docs/coordinators.md", f"up to {MAX_TASKS:,} tasks"),
        ("docs/security.md", f"ratio ({ArchiveLimits().ratio})"),
    ],
)
def test_limits_are_those_of_the_code(name: str, said: str) -> None:
    assert said in " ".join(page(name).split())


async def test_the_columns_of_an_export_are_those_there_are(db: Database) -> None:
    text = section(page("docs/coordinators.md"), "What an export holds")
    explained = {span for cells in rows(text) for span in (*spans(cells[0]), *spans(" ".join(cells[:1])))}
    assert await db.write(_exported) == explained


def _exported(tx: Tx) -> set[str]:
    make_owner(tx)
    worker = make_worker(tx)
    columns: set[str] = set()
    for kind in ("choose_one", "rate", "write_reply"):
        batch = make_rated(tx, 1) if kind == "rate" else make_batch(tx, kind, 1)
        if kind == "write_reply":
            write(tx, worker, batch, "A reply.", now=NOON)
            ask(tx, by=make_owner(tx), batch=batch, said={"en": ASKING}, now=NOON)
            publish_all(tx, priced(tx))
        else:
            answer(tx, worker, batch, now=NOON)
        plan = exports.plan(tx, batch)
        for read in (exports.submissions_page, exports.tasks_page, exports.workers_page):
            found = read(tx, plan, after=0, upto=plan.upto)
            columns |= {name for row in (*found.rows, *found.flat) for name in row}
    return columns


def priced(tx: Tx) -> int:
    """The newest draft, with a price."""
    draft = int(tx.value("select max(id) from batches"))
    batches.change(tx, draft, price=MICRO)
    return draft


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    assert [int(path.name[:4]) for path in pages] == list(range(1, len(pages) + 1))
    headings = [path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in pages]
    assert [int(heading.partition(".")[0]) for heading in headings] == list(range(1, len(pages) + 1))
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", page("docs/decisions/README.md"), re.MULTILINE)
    assert listed == [(heading, path.name) for heading, path in zip(headings, pages, strict=True)]
