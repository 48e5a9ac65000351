"""Training alone and next to one busy process, with the program's number of threads and with torch's default.

The examples are random, of the size of those of the Complete Journey before November 2017.
"""

import argparse
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from benchmarks.report import Row, write
from forecasting.history.campaign_users import NODE_FEATURES
from forecasting.history.time_step import DAY
from forecasting.klstm.batches import Example
from forecasting.klstm.samples import FUTURE_FEATURES, PAST_FEATURES
from forecasting.klstm.trainer import THREADS, Configuration, limited_threads, train_network

_EXAMPLES, _USERS, _EDGES, _GROUPS = 900, 270, 2400, 12
_EPOCHS = 10
_MAX_RATIO = 2.0


def random_example(rng: np.random.Generator) -> Example:
    """An example with random values."""
    users = rng.integers(_USERS, size=(2, _EDGES))
    base = rng.uniform(1.0, 20.0, DAY.horizon)
    counts = rng.poisson(base)
    arrays = {
        "x": rng.random((_USERS, NODE_FEATURES)),
        "edge_weight": rng.random(_EDGES),
        "key_score": rng.random(_USERS),
        "past": rng.normal(size=(DAY.lookback, PAST_FEATURES)),
        "future": rng.normal(size=(DAY.horizon, FUTURE_FEATURES)),
        "baseline": base,
        "level_baseline": base,
        "participants": counts,
        "level": counts,
        "known": np.ones(DAY.horizon),
        "level_known": np.ones(DAY.horizon),
    }
    return Example(
        edge_index=torch.from_numpy(users[:, np.argsort(users[1])]),
        group=torch.from_numpy(rng.integers(_GROUPS, size=_USERS)),
        **{name: torch.from_numpy(array.astype(np.float32)) for name, array in arrays.items()},
    )


def seconds_per_epoch(examples: list[Example], threads: int, epochs: int) -> float:
    """Wall time of one epoch of training."""
    ends: list[float] = []
    with limited_threads(threads):
        train_network(examples, Configuration(), 1, epochs + 1, lambda _: ends.append(time.perf_counter()))
    return (ends[-1] - ends[0]) / epochs  # The first epoch warms up.


@contextmanager
def busy_process() -> Iterator[None]:
    """A process that keeps one core busy within the context."""
    process = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _spin() -> None:
    while True:
        pass


def main() -> None:
    """Run it and record it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rng = np.random.default_rng(1)
    examples = [random_example(rng) for _ in range(_EXAMPLES // 4 if quick else _EXAMPLES)]
    epochs = 2 if quick else _EPOCHS
    rows = []
    default = torch.get_num_threads()
    alone = {}
    for threads, target in {default: None, THREADS: _MAX_RATIO}.items():
        alone[threads] = seconds_per_epoch(examples, threads, epochs)
        with busy_process():
            beside = seconds_per_epoch(examples, threads, epochs)
        what = f"seconds an epoch beside a busy process, {threads} thread{'s' if threads > 1 else ''}"
        rows.append(Row(what, beside, alone[threads], "alone", "lower", target))
    what = f"seconds an epoch alone, {THREADS} thread"
    rows.append(Row(what, alone[THREADS], alone[default], f"{default} threads", "lower"))
    write("training-load", rows, quick=quick)


if __name__ == "__main__":
    main()
