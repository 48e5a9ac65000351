"""Do past discounts predict the weekly purchases after a launch?

The discount exponent b is estimated from the weeks before each launch. With the discounts of the first
eight weeks of the campaign, it predicts how each product's purchases are distributed over these weeks.
The alternatives are no discount effect, and a placebo with the discounts of other weeks.
"""

import argparse
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from benchmarks.own_server import own_server
from benchmarks.report import Row, ratio_interval, write
from forecasting.history.campaigns import campaign_list
from forecasting.history.user_days import read_activity
from forecasting.plans.discounts import RECENT_WEEKS, Weeks, deviance, exponent, read_weeks
from graph.connection import Graph, connect
from graph.datasets import describe_dataset
from graph.importing.adapters.complete_journey import DATASET, complete_journey
from graph.importing.job import import_prepared
from graph.progress import Silent

_MIN_WEEKS = 2 * RECENT_WEEKS
"""Weeks of data needed before a launch."""


def weeks_around_launches(graph: Graph) -> list[Weeks]:
    """For each campaign with enough weeks before its launch: these weeks and the eight from the launch on."""
    dataset = describe_dataset(graph, DATASET)
    activity = read_activity(graph, dataset=DATASET, before=dataset.moment(dataset.end))
    windows = []
    for campaign in campaign_list(graph, DATASET).itertuples():
        launch: date = campaign.starts.date()
        end = launch + timedelta(weeks=RECENT_WEEKS)
        if (launch - dataset.first_day).days // 7 < _MIN_WEEKS or end > dataset.end:
            continue
        activity_before = activity[activity["ds"] < campaign.starts + np.timedelta64(RECENT_WEEKS, "W")]
        weeks = read_weeks(graph, DATASET, campaign.id, end, activity_before)
        if len(weeks.depth):
            windows.append(weeks)
    return windows


def deviances(weeks: Weeks, rng: np.random.Generator) -> tuple[float, float, float]:
    """Deviance of the weeks from the launch on: with discounts, without, and with the placebo."""
    launch = weeks.depth.shape[1] - RECENT_WEEKS
    estimate = exponent(weeks.within(0, launch))
    after = weeks.within(launch, launch + RECENT_WEEKS)
    shuffled = replace(weeks, depth=rng.permuted(weeks.depth, axis=1))
    placebo = exponent(shuffled.within(0, launch))
    return (
        deviance(after, estimate[0] if estimate else 0.0),
        deviance(after, 0.0),
        deviance(shuffled.within(launch, launch + RECENT_WEEKS), placebo[0] if placebo else 0.0),
    )


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with own_server() as settings:
        with connect(settings) as graph:
            prepared = complete_journey(settings.cache, DATASET, 200 if quick else None)
            import_prepared(graph, settings, prepared, Silent())
        # A bulk import starts the server anew.
        with connect(settings) as graph:
            launches = weeks_around_launches(graph)
    rng = np.random.default_rng(5)
    losses = np.array([deviances(weeks, rng) for weeks in launches])
    effects = [
        estimate[0]
        for weeks in launches
        if (estimate := exponent(weeks.within(0, weeks.depth.shape[1] - RECENT_WEEKS)))
    ]
    note = f"{len(launches)} campaigns; b from {min(effects):.2f} to {max(effects):.2f}"
    measure = f"deviance of weekly purchases, {RECENT_WEEKS} weeks from launch"
    rows = []
    for column, reference in ((1, "no discount effect"), (2, "placebo: discounts of other weeks")):
        means = float(losses[:, 0].mean()), float(losses[:, column].mean())
        interval = ratio_interval(losses[:, 0], losses[:, column])
        rows.append(Row(measure, *means, reference, "lower", 0.95, *interval, note))
    write("discounts", rows, quick=quick)


if __name__ == "__main__":
    main()
