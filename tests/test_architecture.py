"""Who may import whom, and where SQL may stand: held by walking the syntax trees."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"bot", "handlers", "usecases", "domain", "storage", "files", "scheduler", "locales", "web", "emulator"}
STDLIB = set(sys.stdlib_module_names)

ALLOWED: dict[str, set[str]] = {
    "domain": {"domain", "numpy"},
    "files": {
        "files",
        "domain",
        "PIL",
        "matplotlib",
        "numpy",
        "segno",
        "isal",
        "fpdf",
        "schwifty",
        "phonenumbers",
        "sepaxml",
        "text_unidecode",
        "defusedxml",
        "rapidfuzz",
    },
    "storage": {"storage", "domain", "aiosqlite", "cryptography"},
    "usecases": {"usecases", "domain", "storage"},
    "locales": {"locales", "domain", "babel"},
    "handlers": {"handlers", "usecases", "domain", "locales", "telegram", "storage.database", "files.account_numbers"},
    "scheduler": {"scheduler", "usecases", "domain", "apscheduler", "structlog", "storage.database"},
    "web": {
        "web",
        "usecases",
        "domain",
        "aiohttp",
        "prometheus_client",
        "structlog",
        "orjson",
        "storage.database",
    },
    "emulator": {"emulator", "aiohttp", "PIL", "orjson"},
}
FORBIDDEN_STDLIB: dict[str, set[str]] = {
    "domain": {"asyncio", "sqlite3", "random", "time", "secrets", "os"},
    "usecases": {"asyncio", "sqlite3", "random", "time", "secrets", "os"},
    "files": {"asyncio", "sqlite3"},
    "handlers": {"sqlite3", "time", "random"},
}
CLOCKS = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns)|random\.random)\s*\(")
SQL = re.compile(
    r"^\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+(table|index|trigger)\s)",
    re.IGNORECASE | re.DOTALL,
)


def problems(folder: str, name: str, source: str) -> list[str]:
    """What a file of a folder must not do, each as a line."""
    tree = ast.parse(source)
    found = [f"{name} imports {module}" for module in _imports(tree, folder) if not _may_import(folder, module)]
    if folder != "storage":
        found += [f"{name}:{line} has SQL" for line in _sql(tree)]
    if folder not in ("bot", "emulator") and CLOCKS.search(source):
        found.append(f"{name} reads the clock or chance")
    return found


def _imports(tree: ast.Module, folder: str) -> list[str]:
    modules = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = f"{folder}.{base}".rstrip(".")
            modules += [f"{base}.{alias.name}" for alias in node.names]
    return modules


def _may_import(folder: str, module: str) -> bool:
    top = module.partition(".")[0]
    if folder == "bot":
        return top != "emulator"
    if any(module == allowed or module.startswith(allowed + ".") for allowed in ALLOWED[folder]):
        return True
    return top in STDLIB and top not in OURS and top not in FORBIDDEN_STDLIB.get(folder, set())


def _sql(tree: ast.Module) -> list[int]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and SQL.match(node.value)
    ]


@pytest.mark.parametrize("folder", sorted(OURS))
def test_every_file_keeps_to_its_folders_imports(folder: str) -> None:
    found = [
        line
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in problems(folder, str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("domain", "import telegram"),
        ("domain", "import asyncio"),
        ("domain", "from storage import people"),
        ("files", "from storage.database import Tx"),
        ("storage", "from usecases import work"),
        ("storage", "from telegram import Bot"),
        ("usecases", "import aiosqlite"),
        ("usecases", "from files import charts"),
        ("usecases", "from locales.words import Words"),
        ("usecases", "import time"),
        ("handlers", "from storage import people"),
        ("handlers", "from bot import app"),
        ("handlers", "from files import archives"),
        ("usecases", "from files import account_numbers"),
        ("scheduler", "from handlers import routes"),
        ("web", "from telegram import Update"),
        ("web", "from handlers import routes"),
        ("web", "from bot.receiver import Receiver"),
        ("web", "from storage import inbox"),
        ("web", "x = 'select id from inbox where state = 1'"),
        ("bot", "from emulator.server import Emulator"),
        ("emulator", "from domain.money import parse_amount"),
        ("domain", "import datetime\nx = datetime.datetime.now()"),
        ("usecases", "x = tx.all('select id from people')"),
        ("handlers", "x = 'insert into people (id) values (1)'"),
        ("bot", "x = f'update people set name = {1}'"),
    ],
)
def test_a_planted_breach_is_found(folder: str, line: str) -> None:
    assert problems(folder, "planted.py", line) != []


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("handlers", "from storage.database import Database"),
        ("handlers", "from files.account_numbers import read"),
        ("web", "from storage.database import Database"),
        ("domain", "import numpy"),
        ("storage", "x = 'select id from people'"),
        ("bot", "import telegram"),
        ("domain", '"""select what is due from the rest."""'),
    ],
)
def test_what_is_allowed_is_not_found(folder: str, line: str) -> None:
    assert problems(folder, "planted.py", line) == []


MAY_READ_SIGNALS = {
    "usecases": {"signals", "lookalikes", "refits", "asking", "coordinating", "quality_reports", "exports"},
    "storage": {"signals"},
    "handlers": {"signals", "quality", "routes"},
    "bot": {"rendering/__init__", "rendering/signals", "rendering/inspecting"},
}
"""Who records, shows or exports what stands out. Nobody else knows of it, so that it rejects, suspends and pays less
for nobody."""
SIGNALS = r"(signals|signal_workers|signal_words)\b"


def reads_signals(folder: str, name: str, source: str) -> list[str]:
    """What of a file reads signals, each as a line, unless it is one of those that may."""
    if name in MAY_READ_SIGNALS.get(folder, ()):
        return []
    tree = ast.parse(source)
    ways = {"storage.signals", "usecases.signals", "handlers.signals", "bot.rendering.signals"}
    found = [
        f"{folder}/{name} imports {module}"
        for module in _imports(tree, folder)
        if any(module == way or module.startswith(f"{way}.") for way in ways)
    ]
    tables = re.compile(rf"\b(from|join|into|update|table|on)\s+{SIGNALS}", re.IGNORECASE)
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return found + [f"{folder}/{name}:{one.lineno} reads them" for one in texts if tables.search(str(one.value))]


def test_no_path_leads_from_a_signal_to_money_work_or_standing() -> None:
    found = [
        line
        for folder in sorted(OURS)
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in reads_signals(
            folder, str(path.relative_to(ROOT / folder).with_suffix("")), path.read_text(encoding="utf-8")
        )
    ]
    assert found == []
    here = {str(path.relative_to(ROOT)) for folder in MAY_READ_SIGNALS for path in (ROOT / folder).rglob("*.py")}
    gone = [f"{folder}/{name}.py" for folder, names in MAY_READ_SIGNALS.items() for name in names]
    assert [name for name in gone if name not in here] == []


def test_no_trigger_and_no_other_table_knows_of_signals() -> None:
    schema = (ROOT / "storage" / "schema.sql").read_text(encoding="utf-8")
    made = re.split(r"^(?=create )", schema, flags=re.IGNORECASE | re.MULTILINE)
    theirs = re.compile(rf"create (table|index|unique index) {SIGNALS}|create index signal", re.IGNORECASE)
    others = [one for one in made if not theirs.match(one)]
    assert len(made) - len(others) >= 6
    assert sum(one.lower().startswith("create trigger") for one in others) > 5
    assert [one for one in others if re.search(rf"\b{SIGNALS}", one)] == []


@pytest.mark.parametrize(
    ("folder", "name", "line"),
    [
        ("usecases", "rejecting", "from storage import signals"),
        ("usecases", "assigning", "from storage.signals import count"),
        ("usecases", "payouts", "from usecases import signals"),
        ("storage", "offers", "x = 'select 1 from people p where p.id in (select worker_id from signal_workers)'"),
        ("storage", "exports", "x = 'select 1 from tasks t join signals g on g.batch_id = t.batch_id'"),
        ("scheduler", "ticks", "from usecases.signals import show"),
        ("bot", "broadcasts", "from storage import signals"),
    ],
)
def test_a_planted_use_of_a_signal_is_found(folder: str, name: str, line: str) -> None:
    assert reads_signals(folder, name, line) != []


def test_every_module_says_what_it_is_for() -> None:
    sources = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for folder in (*OURS, "tests", "bench")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    silent = [name for name, source in sources.items() if source.strip() and not ast.get_docstring(ast.parse(source))]
    assert silent == []
