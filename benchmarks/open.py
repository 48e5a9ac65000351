"""Generated shops: does every campaign get a forecast, and is the combination shown ever far behind one of
its members?

300 shops differ in all that shops differ in (``generated_histories``): 1 to 40 campaigns, open, targeted
or both, sparse or not, with bursts and gaps, by hours, days, weeks or months. For each, a model is
trained on the steps before the last quarter or so, and the combination and its members are compared on
these, as in every back-test: the same origins, forecasts up to half the model's horizon, medians of a
Poisson distribution. The best member is chosen afterwards, with the outcomes known, so a combination can
be behind it by chance: only shops with at least 100 forecasts and 50 participants in these steps count,
and a second row counts those whose 95% interval (bootstrap over origins) lies above 1.

With ``--hashtags``, real campaigns by hour are compared, too (``benchmarks.hashtags``).
"""

import argparse
import os
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import xlogy
from scipy.stats import poisson

from benchmarks.generated_histories import Shop, generate_shop
from benchmarks.report import Row, ratio_interval, write
from cli.console import progress_bars
from forecasting.combination.members import MEMBERS
from forecasting.evaluation.backtest import COMBINATION, MODELS, backtest
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from graph.progress import Silent

_SHOPS, _QUICK_SHOPS = 300, 60
_MIN_FORECASTS, _MIN_PARTICIPANTS = 100, 50
_FAR = 1.05
_ORIGINS_PER_HORIZON = 3
_MIN_MEAN = 0.01


@dataclass(frozen=True)
class Result:
    """The comparison in one shop; `crash` is the traceback of an error, and the rest is missing then."""

    shop: str
    step: str
    crash: str = ""
    forecasts: int = 0
    participants: int = 0
    best: str = ""
    ratio: float = np.nan
    low: float = np.nan
    deviance_ratio: float = np.nan

    @property
    def counts(self) -> bool:
        """Whether enough was held out to compare."""
        return self.forecasts >= _MIN_FORECASTS and self.participants >= _MIN_PARTICIPANTS


def compare(seed: int, configuration: Configuration) -> Result:
    """Generate a shop, train, and compare the combination with its members on the held-out steps."""
    shop = generate_shop(seed)
    try:
        rows = held_out_forecasts(shop, configuration)
    except Exception:
        return Result(shop.name, shop.history.step.name, traceback.format_exc())
    if rows.empty:
        return Result(shop.name, shop.history.step.name)
    errors = pd.DataFrame({model: np.abs(_median(rows[model]) - rows["y"]) for model in MODELS})
    best = errors[[*MEMBERS]].mean().idxmin()
    by_origin = errors.groupby(rows["cutoff"])[[COMBINATION, best]].sum()
    deviances = pd.Series({model: _deviance(rows["y"], rows[model]) for model in (COMBINATION, *MEMBERS)})
    mean = errors.mean()
    tie = mean[COMBINATION] == mean[best]
    return Result(
        shop=shop.name,
        step=shop.history.step.name,
        forecasts=len(rows),
        participants=int(rows["y"].sum()),
        best=best,
        ratio=1.0 if tie else float(mean[COMBINATION] / max(mean[best], 1e-9)),
        low=1.0 if tie else ratio_interval(*by_origin.to_numpy().T)[0],
        deviance_ratio=float(deviances[COMBINATION] / deviances[[*MEMBERS]].min()),
    )


def held_out_forecasts(shop: Shop, configuration: Configuration) -> pd.DataFrame:
    """The rows of a back-test on the held-out steps of a shop; also asks for what a forecast shows."""
    history = shop.history
    first = history.step.origin(shop.first)
    model = KLSTM(configuration).fit(history.before(first), Silent())
    horizon = max(history.step.horizon // 2, 3)
    rows, _ = backtest(model, history, first, horizon, max(horizon // _ORIGINS_PER_HORIZON, 1), Silent())
    model.predict(history, 1)
    return rows


def _median(mean: pd.Series) -> np.ndarray:
    return np.asarray(poisson.ppf(0.5, mean.clip(lower=_MIN_MEAN)))


def _deviance(y: pd.Series, mean: pd.Series) -> float:
    """Mean Poisson deviance."""
    mean = mean.clip(lower=_MIN_MEAN)
    return float((2 * (xlogy(y, y / mean) - (y - mean))).mean())


def shop_rows(results: list[Result]) -> list[Row]:
    """The rows of the record."""
    crashes = [result for result in results if result.crash]
    compared = [result for result in results if result.counts]
    rows = [Row("shops with a crash", len(crashes), len(results), "shops", "lower", 0.0)]
    for step in ("", *sorted({result.step for result in compared})):
        part = [result for result in compared if step in ("", result.step)]
        ratios = np.array([result.ratio for result in part])
        suffix = f", {step}s" if step else ""
        worse, clearly = (ratios > _FAR).sum(), sum(result.low > 1 for result in part)
        behind = f"shops in which the best member is ahead by over 5%{suffix}"
        rows += [
            Row(behind, worse, len(part), "shops compared", "lower", None if step else 0.05),
            Row(f"{behind}, 95% interval above 1", clearly, len(part), "shops compared", "lower"),
            Row(f"error, geometric mean{suffix}", np.exp(np.log(np.maximum(ratios, 0.01)).mean()), 1.0,
                "best member of each shop, known afterwards", "lower"),
            Row(f"Poisson deviance, geometric mean{suffix}",
                np.exp(np.mean(np.log([result.deviance_ratio for result in part]))), 1.0,
                "best member of each shop, known afterwards", "lower"),
        ]  # fmt: skip
    return rows


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="60 shops; nothing is written")
    parser.add_argument("--shops", type=int, help="another number of shops; nothing is written")
    parser.add_argument("--epochs", type=int, default=Configuration().epochs, help="to look for crashes: 1")
    parser.add_argument("--hashtags", type=Path, help="folder with participations.parquet, compared, too")
    arguments = parser.parse_args()
    shops = arguments.shops or (_QUICK_SHOPS if arguments.quick else _SHOPS)
    results, configuration = [], Configuration(epochs=arguments.epochs)
    one = partial(compare, configuration=configuration)
    with progress_bars() as progress, ProcessPoolExecutor(os.cpu_count()) as pool:
        advance = progress.stage(f"Forecasting {shops} shops", shops)
        for seed, result in enumerate(pool.map(one, range(shops))):
            results.append(result)
            advance(1)
            if result.crash or (result.counts and result.ratio > _FAR):
                print(seed, result.crash or result)  # noqa: T201 (what to look at)
        of_hashtags = []
        if arguments.hashtags is not None:
            # Imported here because only it needs the peers.
            from benchmarks.hashtags import hashtag_rows

            # A quick run tests a fifth of them.
            share = 0.2 if arguments.quick else 1.0
            of_hashtags = hashtag_rows(arguments.hashtags, progress, configuration, share)
    quick = arguments.quick or arguments.shops is not None
    write("open", [*shop_rows(results), *of_hashtags], quick=quick)


if __name__ == "__main__":
    main()
