"""Several files in one ZIP, for sending."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path


def bundle(target: Path, members: Sequence[tuple[Path, str]]) -> int:
    """Write the files, under the names given, to a ZIP at `target`, whole or not at all; returns its size in bytes."""
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, name in members:
            archive.write(path, name)
    part.replace(target)
    return target.stat().st_size
