"""crowd-kit's methods, in an environment of their own: reads a folder of .npz files, writes one beside each.

`<name>.npz` has task, worker, label and sizes (tasks, workers, labels); `<name>.out.npz` gets, for each method, a score
for each label of each task, and its CPU seconds. Methods that raise leave what they said in `<name>.failed.json`.
Run by bench/quality/peers.py; imports nothing of ours.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

METHODS = ("MajorityVote", "Wawa", "ZeroBasedSkill", "OneCoinDawidSkene", "DawidSkene", "GLAD", "MACE", "MMSR")
SMALL = 400_000
"""Answers beyond which only Dawid–Skene runs."""


def main(folder: Path) -> None:
    """Run every method on every file of the folder."""
    import crowdkit.aggregation as kit
    import numpy as np
    import pandas as pd

    warnings.simplefilter("ignore")
    for path in sorted(folder.glob("*.npz")):
        if path.name.endswith(".out.npz"):
            continue
        held = np.load(path)
        tasks, _, labels = (int(size) for size in held["sizes"])
        frame = pd.DataFrame({"task": held["task"], "worker": held["worker"], "label": held["label"]})
        scores: dict[str, Any] = {}
        failed: dict[str, str] = {}
        names = METHODS if len(frame) < SMALL else ("DawidSkene",)
        for name in names:
            before, at = _held(), time.process_time()
            try:
                method = getattr(kit, name)(
                    **({"n_iter": 100} if name.endswith("Skene") and len(frame) < SMALL else {})
                )
                answer = method.fit_predict(frame)
            except Exception as problem:
                failed[name] = f"{type(problem).__name__}: {problem}"[:200]
                continue
            scores[f"{name}.seconds"] = np.array([time.process_time() - at, _peak() - before])
            scores[name] = _scores(method, answer, tasks, labels, np, pd)
        np.savez(path.with_suffix(".out.npz"), **scores)
        path.with_suffix(".failed.json").write_text(json.dumps(failed))


def _scores(method: Any, answer: Any, tasks: int, labels: int, np: Any, pd: Any) -> Any:
    """Chances where the method has them, 1 for the label it named where it has not."""
    table = np.zeros((tasks, labels))
    chances = getattr(method, "probas_", None)
    if isinstance(chances, pd.DataFrame):
        for label in chances.columns:
            table[chances.index.to_numpy(), int(label)] = chances[label].fillna(0).to_numpy()
        return table
    table[answer.index.to_numpy(), answer.to_numpy().astype(int)] = 1.0
    return table


def _peak() -> int:
    """The most memory so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _held() -> int:
    """The memory held now, in KiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
