"""Reads the users of each kind of behaviour in each campaign by step: the stages of its funnel over time."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from forecasting.history.time_step import Step
from forecasting.history.user_days import since, with_timestamps
from graph.connection import Graph
from graph.importing.runs.rules import Rules

NO_BEHAVIOURS = pd.DataFrame({"campaign": [], "ds": [], "kind": [], "users": []}).astype(
    {"campaign": str, "ds": "datetime64[ns]", "kind": str, "users": float}
)
_REDEMPTION = "REDEEMED"
"""Users who redeem are already counted, as redeemers."""


def behaviour_kinds(rules: Rules) -> tuple[list[str], list[str]]:
    """Return the types that are counted beside participants and redeemers.

    Returns
    -------
    Those that count as participation, which are the participants themselves if there is one such type; and
    those that do not. Both are empty where every type counts, so that nothing more is read.
    """
    others = rules.other_types
    counted = [kind for kind, rule in rules.kinds.items() if rule.counts != "never"]
    if not others:
        return [], []
    return ([kind for kind in counted if kind != _REDEMPTION] if len(counted) > 1 else []), others


def read_behaviours(
    graph: Graph,
    campaigns: Iterable[str],
    rules: Rules,
    first_day: date,
    step: Step,
    *,
    dataset: str,
    before: str,
) -> pd.DataFrame:
    """Read ``History.behaviours`` from `first_day` on."""
    counted, others = behaviour_kinds(rules)
    if not others:
        return NO_BEHAVIOURS
    scope = {"dataset": dataset, "before": before, "unit": step.name, "counted": counted, "others": others}
    parts = [
        graph.frame("influence/behaviours_per_step", campaign=campaign, **scope).assign(campaign=campaign)
        for campaign in campaigns
    ]
    rows = pd.concat([part for part in parts if len(part)] or [NO_BEHAVIOURS], ignore_index=True)
    if rows.empty:
        return NO_BEHAVIOURS
    rows = with_timestamps(rows).rename(columns={"type": "kind"})[NO_BEHAVIOURS.columns]
    return since(step.start_of(first_day, 0).date(), rows.astype({"users": float}))
