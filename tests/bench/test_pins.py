"""That every run of the benchmark has the same peers: pinned exactly, installed as pinned, printed with the figures."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version

import pytest

from bench.process import ROOT
from bench.report import PACKAGES, machine

PINS: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["bench"]


@pytest.mark.parametrize("pin", PINS)
def test_a_package_of_the_peers_is_pinned_as_it_is_locked_and_installed(pin: str) -> None:
    name, exact, wanted = pin.partition("==")
    assert exact, f"{pin} names no exact version"
    assert version(name) == wanted
    locked = (ROOT / "requirements-dev.txt").read_text().lower()
    assert re.search(rf"^{re.escape(name.lower())}=={re.escape(wanted)} ", locked, re.MULTILINE)
    assert machine()[name] == wanted


def test_each_package_that_is_printed_has_one_version_in_the_locks() -> None:
    locked = "".join((ROOT / name).read_text().lower() for name in ("requirements.txt", "requirements-dev.txt"))
    for name in PACKAGES:
        assert set(re.findall(rf"^{re.escape(name.lower())}==(\S+)", locked, re.MULTILINE)) == {version(name)}
