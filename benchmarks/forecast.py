"""The K-LSTM beside seasonal naive and AutoETS on the Complete Journey.

Three test periods of four weeks each; for every one, network and model are built as of its first day.
Origins every third day, seven days ahead, all running campaigns; five seeds. Needs the whole data set
in the database (``make demo`` or ``groundswell import complete-journey``).
"""

import argparse
from datetime import date, timedelta

import numpy as np
import pandas as pd

from benchmarks.report import Row, write
from cli.console import bars
from forecasting.backtest import backtest, score
from forecasting.klstm import KLSTM, Configuration
from forecasting.series import History, read_history
from forecasting.training import BACKTEST_DAYS, BACKTEST_EVERY, BACKTEST_HORIZON
from graph.connection import connect
from graph.importing.adapters.complete_journey import DATASET
from graph.network.build import build_network
from graph.progress import Progress
from graph.settings import Settings

PERIODS = [date(2017, 7, 10), date(2017, 8, 21), date(2017, 10, 30)]
SEEDS = 5


def run_period(first: date, seeds: int, progress: Progress) -> tuple[pd.DataFrame, History]:
    """Back-test rows of one period with one KLSTM column per seed."""
    with connect(Settings()) as graph:
        network = build_network(graph, DATASET, progress, cutoff=first)
        history = read_history(graph, DATASET, network, first + timedelta(days=BACKTEST_DAYS), progress)
    parts = []
    for seed in range(seeds):
        model = KLSTM(Configuration(seed=1 + 10 * seed)).fit(history.before(first), progress)
        rows = backtest(model, history, first, BACKTEST_HORIZON, BACKTEST_EVERY, progress)
        parts.append(rows.assign(seed=seed, period=str(first)))
    return pd.concat(parts, ignore_index=True), history


def ratio_interval(rows: pd.DataFrame, peer: str) -> tuple[float, float]:
    """95% interval of the ratio of MAEs, by bootstrap over calendar weeks."""
    week = rows["ds"].dt.strftime("%G-%V")
    errors = pd.DataFrame(
        {
            "week": week,
            "ours": (rows["KLSTM"].round() - rows["y"]).abs(),
            "peer": (rows[peer].round() - rows["y"]).abs(),
        }
    )
    sums = errors.groupby("week")[["ours", "peer"]].sum().to_numpy()
    rng = np.random.default_rng(5)
    draws = sums[rng.integers(len(sums), size=(2000, len(sums)))].sum(axis=1)
    low, high = np.quantile(draws[:, 0] / draws[:, 1], [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Run all, write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one period, one seed; nothing is written")
    quick = parser.parse_args().quick
    rows: list[Row] = []
    everything = []
    with bars() as progress:
        for first in PERIODS[-1:] if quick else PERIODS:
            found, history = run_period(first, 1 if quick else SEEDS, progress)
            everything.append(found)
            scores = score(found, history).set_index("model")
            by_seed = [
                score(part, history).set_index("model")["mae"]["KLSTM"] for _, part in found.groupby("seed")
            ]
            for peer in ("SeasonalNaive", "AutoETS"):
                for figure in ("mae", "mase"):
                    low, high = ratio_interval(found, peer) if figure == "mae" else (None, None)
                    ours, theirs = float(scores[figure]["KLSTM"]), float(scores[figure][peer])
                    note = f"seeds {min(by_seed):.2f} to {max(by_seed):.2f}" if figure == "mae" else ""
                    rows.append(
                        Row(
                            f"{figure.upper()}, four weeks from {first}",
                            ours,
                            theirs,
                            peer,
                            "lower",
                            1.0,
                            low,
                            high,
                            note,
                        )
                    )
            covered = float(scores["coverage_80"]["KLSTM"])
            rows.append(Row(f"P10-P90 coverage from {first}", covered, 0.8, "nominal", "higher"))
    all_rows = pd.concat(everything, ignore_index=True)
    for peer in ("SeasonalNaive", "AutoETS"):
        ours, theirs = ((all_rows[name].round() - all_rows["y"]).abs().mean() for name in ("KLSTM", peer))
        low, high = ratio_interval(all_rows, peer)
        rows.append(Row("MAE, all periods", float(ours), float(theirs), peer, "lower", 1.0, low, high))
    write("forecast", rows, quick=quick)


if __name__ == "__main__":
    main()
