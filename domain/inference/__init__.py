"""What labels are right, how sure that is, and how reliable who gave them: see docs/quality.md.

`fit` and what it gives are loaded when they are first used: the tap path imports `streaming` and `stopping` from here
and must not wait for numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.inference.calibration import Calibration
    from domain.inference.fitting import RULE, Fit, fit
    from domain.inference.skills import Skills
    from domain.inference.votes import UNKNOWN, Votes

__all__ = ["RULE", "UNKNOWN", "Calibration", "Fit", "Skills", "Votes", "fit"]

_HOMES = {
    "RULE": "fitting",
    "Fit": "fitting",
    "fit": "fitting",
    "Calibration": "calibration",
    "Skills": "skills",
    "UNKNOWN": "votes",
    "Votes": "votes",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
