"""Calibration of the combination's intervals: coverage, pinball loss and charts."""

import numpy as np
import pandas as pd
from plotly.subplots import make_subplots
from scipy.stats import nbinom

from benchmarks.pictures import COLOURS, save
from benchmarks.report import Row, weekly_row
from network.participation_history import Floats

_LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
_BINS = 10


def calibration_rows(rows: pd.DataFrame) -> list[Row]:
    """Return coverage, and the pinball loss of five quantiles (about half the CRPS) against AutoETS and
    AutoTheta.
    """
    result = []
    for h, part in rows.groupby("h"):
        pit = _pit(part)
        for level in (0.8, 0.95):
            inside = float((np.abs(pit - 0.5) < level / 2).mean())
            what = f"coverage of the {level:.0%} interval, deviation, h={h}"
            deviation, note = abs(inside - level), f"{inside:.1%} of {len(part)} points"
            result.append(Row(what, deviation, 0.02, "tolerance", "lower", 1.0, note=note))
        loss = part.assign(a=_pinball(part, "Combination", "Combination"))
        for model in ("AutoETS", "AutoTheta"):
            both = loss.assign(b=_pinball(part, model, model))
            result.append(weekly_row(f"pinball loss, h={h}", both, model, 0.95))
    return result


def _pit(rows: pd.DataFrame) -> Floats:
    """Randomised probability integral transform of each observation, between 0 and 1.

    It is uniform for calibrated forecasts, whereas intervals of whole numbers cover more than their
    level where counts are small (Czado, Gneiting and Held, Biometrics 2009).
    """
    size = 1 / rows["dispersion"]
    distribution = nbinom(size, size / (size + rows["Combination"]))
    below, at = distribution.cdf(rows["y"] - 1), distribution.pmf(rows["y"])
    return np.asarray(below + np.random.default_rng(7).random(len(rows)) * at)


def _pinball(rows: pd.DataFrame, name: str, median: str) -> Floats:
    columns = [f"{name}-lo-95", f"{name}-lo-80", median, f"{name}-hi-80", f"{name}-hi-95"]
    total = np.zeros(len(rows))
    for column, level in zip(columns, _LEVELS, strict=True):
        error = (rows["y"] - rows[column].clip(lower=0)).to_numpy()
        total += np.maximum(level * error, (level - 1) * error)
    return total / len(_LEVELS)


def draw_bands(rows: pd.DataFrame) -> None:
    """Draw coverage by level, and the distribution of the probability integral transform."""
    figure = make_subplots(cols=2, subplot_titles=["Inside the band", "Place in the distribution"])
    levels = np.linspace(0.05, 0.99, 48)
    diagonal = {"x": levels, "y": levels, "name": "calibrated", "line": {"dash": "dot", "color": "gray"}}
    figure.add_scatter(**diagonal, row=1, col=1)
    for (h, part), colour in zip(rows.groupby("h"), COLOURS, strict=True):
        pit = _pit(part)
        inside = [float((np.abs(pit - 0.5) < level / 2).mean()) for level in levels]
        style = {"name": f"h={h}", "legendgroup": str(h)}
        figure.add_scatter(x=levels, y=inside, line_color=colour, **style, row=1, col=1)
        shares = np.histogram(pit, _BINS, (0.0, 1.0))[0] / len(pit)
        centres = (np.arange(_BINS) + 0.5) / _BINS
        figure.add_bar(x=centres, y=shares, marker_color=colour, **style, showlegend=False, row=1, col=2)
    figure.add_hline(y=1 / _BINS, line_dash="dot", line_color="gray", row=1, col=2)
    figure.update_xaxes(title="level of the band", tickformat=".0%", row=1, col=1)
    figure.update_yaxes(title="points inside", tickformat=".0%", row=1, col=1)
    figure.update_xaxes(title="0 below all that was expected, 1 above", row=1, col=2)
    figure.update_yaxes(title="points", tickformat=".0%", row=1, col=2)
    save(figure, "bands")
