"""What a run of the benchmark is told; each section takes from it what it needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds` of a measured row and round, `rounds` of the rows with taps, `people` who tap at once; `seed` of all.

    `sizes` are the sizes of single sections by name (`--size receivers=300`), where another than the full one is
    wanted; `only` keeps the rows of the steps with this in their name; `histories` is a CSV to replay pay rules on.
    """

    seconds: float = 4.0
    rounds: int = 3
    people: int = 64
    seed: int = 2026
    only: str = ""
    histories: str = ""
    sizes: tuple[tuple[str, int], ...] = ()

    def size(self, name: str, full: int) -> int:
        """The size called so, or the full one."""
        return dict(self.sizes).get(name, full)
