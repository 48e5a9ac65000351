"""The result of a benchmark: rows that compare a value with a reference, as JSON and as a table."""

import json
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

from network.participation_history import Floats

RESULTS = Path(__file__).with_name("results")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_PICTURES = {
    "forecast": {"images/benchmarks/bands.svg": "Coverage by level, and distribution within the forecast"},
    "who": {
        "images/benchmarks/who-at-launch.svg": "Predicted probabilities at launch and observed frequencies",
        "images/benchmarks/who-in-a-week.svg": "Predicted weekly probabilities and observed frequencies",
    },
}


@dataclass(frozen=True)
class Row:
    """One comparison; `ratio` is value / reference, with the 95% interval [low, high] if there is one."""

    measure: str
    value: float
    reference: float
    reference_name: str
    better: str
    """lower or higher"""
    target: float | None = None
    """The ratio to reach."""
    low: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        """value / reference."""
        return self.value / self.reference

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; None without a target."""
        if self.target is None:
            return None
        return self.ratio <= self.target if self.better == "lower" else self.ratio >= self.target


def _formatted(value: float) -> str:
    """Format with four significant digits, and whole numbers without decimals."""
    return f"{value:,.0f}" if value == round(value) else f"{value:.4g}"


def ratio_interval(values: Floats, references: Floats) -> tuple[float, float]:
    """95% interval of the ratio of means over the same cases, by bootstrap over the cases."""
    resample = np.random.default_rng(5).integers(len(values), size=(2000, len(values)))
    low, high = np.quantile(values[resample].mean(axis=1) / references[resample].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def weekly_row(measure: str, both: pd.DataFrame, reference_name: str, target: float | None) -> Row:
    """Compare column a with the reference in column b, lower being better; interval by bootstrap over
    column week.
    """
    means = float(both["a"].mean()), float(both["b"].mean())
    sums = both.groupby("week")[["a", "b"]].sum().to_numpy()
    interval = ratio_interval(*sums.T)
    return Row(measure, *means, reference_name, "lower", target, *interval, f"{len(both)} points")


def write(name: str, rows: list[Row], *, quick: bool) -> None:
    """Write results/<name>.json and update the page; a quick run is only printed."""
    record: dict[str, Any] = {
        "name": name,
        "version": version("groundswell"),
        "machine": f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, "
        f"{psutil.virtual_memory().total // 1024**3} GiB",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": [{**asdict(row), "ratio": row.ratio, "met": row.met} for row in rows],
    }
    print(_table(record))  # noqa: T201 (a benchmark's output is its table)
    if not quick:
        (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(_page(), encoding="utf-8")


def _page() -> str:
    records = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(RESULTS.glob("*.json"))]
    parts = [
        "# Benchmarks\n\n"
        "`make bench` generates this page. The ratio is Groundswell's value divided by that of the "
        "alternative (or limit), from one run on one machine, with a 95% interval in brackets. "
        "Rows that miss their target stay.\n"
    ]
    for record in records:
        parts.append(f"## {record['name']}\n\n{record['machine']}, {record['at'][:10]}\n\n{_table(record)}\n")
        for picture, caption in _PICTURES.get(record["name"], {}).items():
            if (PAGE.parent / picture).exists():
                parts.append(f"![{caption}]({picture})\n")
    return "\n".join(parts)


def _table(record: dict[str, Any]) -> str:
    lines = [
        "| measure | Groundswell | alternative | its value | ratio | target | result |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in record["rows"]:
        interval = f" [{row['low']:.2f}, {row['high']:.2f}]" if row["low"] is not None else ""
        bound = "at most" if row["better"] == "lower" else "at least"
        target = f"{bound} {row['target']:g}" if row["target"] is not None else ""
        met = {True: "met", False: "**missed**", None: ""}[row["met"]]
        lines.append(
            f"| {row['measure']} | {_formatted(row['value'])} | {row['reference_name']} "
            f"| {_formatted(row['reference'])} | {row['ratio']:.3f}{interval} | {target} "
            f"| {', '.join(filter(None, [met, row['note']]))} |"
        )
    return "\n".join(lines)
