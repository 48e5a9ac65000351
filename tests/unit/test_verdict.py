"""The verdict of a back-test: comparison of errors, intervals and what to trust."""

from dataclasses import replace
from datetime import date

import pytest

from api.page.i18n import ENGLISH, get_translator
from api.page.verdict import summarise_verdict, warn_of_better_forecaster
from api.serializers.models import serialize_comparison
from forecasting.evaluation.verdict import ErrorVerdict, judge
from forecasting.records import Backtest, backtest_properties, model_run

RUN = Backtest(
    backtest_from=date(2017, 10, 30),
    horizon=7,
    names=["Combination", "SeasonalNaive", "AutoETS"],
    mae=[5.0, 6.0, 4.0],
    mase=[0.9, 1.0, 0.8],
    coverage_80=0.82,
    level_coverage_80=0.64,
    points=209,
    redeemers_mae=[1.5, 1.6, 1.75],
)


def test_better_benchmark_and_narrow_interval_are_named() -> None:
    trust, participants, redeemers, interval, level_interval = summarise_verdict(ENGLISH, RUN)
    assert trust == "Trust the number of participants, but not the influence level."
    assert participants == (
        "On held-out data, exponential smoothing (AutoETS) predicted the number of participants better than "
        "the combination, whose forecasts are shown: its mean absolute error was 4.00 a "
        "day, that of the combination "
        "5.00 (+25%)."
    )
    assert redeemers == (
        "On held-out data, the combination, whose forecasts are shown, predicted the "
        "number of redeemers best: its mean absolute error was 1.50 a day (-6%), that of the next best, "
        "repeating the previous week (SeasonalNaive), 1.60."
    )
    assert interval == (
        "The 80% interval of the number of participants holds: it contained the actual value on 82% of the "
        "days."
    )
    assert level_interval == (
        "The 80% interval of the influence level is too narrow: it contained the actual value on only 64% of "
        "the days."
    )
    assert warn_of_better_forecaster(ENGLISH, RUN) == (
        "This is not the better forecast: in the back-test, exponential smoothing (AutoETS) was closer to "
        "the actual numbers."
    )


def test_few_forecasts_tell_nothing_about_trust() -> None:
    few = replace(RUN, points=29, level_coverage_80=0.8)
    assert not (judge(few).trust_participants or judge(few).trust_level)
    assert judge(replace(few, points=30)).trust_participants
    assert summarise_verdict(ENGLISH, few)[0] == (
        "The back-test has 29 forecasts: too few to tell whether forecasts can be trusted."
    )


@pytest.mark.parametrize(
    ("klstm", "result", "trusted"),
    [(3.9, "better", True), (4.05, "equal", True), (5.0, "worse", True), (5.9, "worse", False)],
)
def test_counts_are_trusted_only_if_they_beat_the_previous_week(
    klstm: float, result: str, trusted: bool
) -> None:
    verdict = judge(replace(RUN, mae=[klstm, 6.0, 4.0]))
    assert (verdict.participants.result, verdict.trust_participants) == (result, trusted)
    warning = warn_of_better_forecaster(ENGLISH, replace(RUN, mae=[klstm, 6.0, 4.0]))
    assert (warning is not None) == (result == "worse")


@pytest.mark.parametrize(
    ("coverage", "interval", "trusted"),
    [(0.74, "too narrow", False), (0.75, "holds", True), (0.85, "holds", True), (0.9, "too wide", True)],
)
def test_intervals_are_judged_by_their_coverage(coverage: float, interval: str, trusted: bool) -> None:
    verdict = judge(replace(RUN, coverage_80=coverage, level_coverage_80=coverage))
    assert (verdict.participants_interval, verdict.level_interval) == (interval, interval)
    assert (verdict.trust_participants, verdict.trust_level) == (trusted, trusted)


def test_trust_is_stated_for_every_combination() -> None:
    first = [
        summarise_verdict(ENGLISH, replace(RUN, coverage_80=counts, level_coverage_80=level))[0]
        for counts, level in ((0.8, 0.8), (0.8, 0.6), (0.6, 0.8), (0.6, 0.6))
    ]
    assert first == [
        "Trust the number of participants and the influence level.",
        "Trust the number of participants, but not the influence level.",
        "Trust the influence level, but not the number of participants.",
        "Trust neither the number of participants nor the influence level.",
    ]


def test_errors_of_zero_have_no_ratio() -> None:
    perfect = judge(replace(RUN, mae=[0.0, 0.0, 0.0])).participants
    assert perfect == ErrorVerdict("equal", "Combination", "SeasonalNaive", 0.0, 0.0)
    assert perfect.error_ratio is None
    imperfect = replace(RUN, mae=[0.5, 0.0, 0.0])
    assert judge(imperfect).participants.result == "worse"
    assert "that of the combination 0.50." in summarise_verdict(ENGLISH, imperfect)[1]


def test_redeemers_have_a_relative_error_and_no_mase() -> None:
    comparison = serialize_comparison(RUN)
    assert comparison.redeemers is not None
    assert [(score.mase, score.relative_mae) for score in comparison.redeemers] == [
        (None, 1.5 / 1.6), (None, 1.0), (None, 1.75 / 1.6)
    ]  # fmt: skip
    assert comparison.participants[0].mase == 0.9
    assert serialize_comparison(replace(RUN, redeemers_mae=None)).redeemers is None


def test_response_contains_the_verdict() -> None:
    verdict = serialize_comparison(RUN).verdict
    assert verdict.summary.startswith(
        "Trust the number of participants, but not the influence level. On held"
    )
    assert (verdict.participants.best_other, verdict.participants.error_ratio) == ("AutoETS", 1.25)
    assert verdict.redeemers is not None
    assert verdict.redeemers.result == "better"
    assert (verdict.trust_participants, verdict.trust_level) == (True, False)


def test_verdict_is_translated() -> None:
    chinese = summarise_verdict(get_translator("zh-Hans"), RUN)
    assert chinese[0] == "参与人数的预测可以信赖，影响力水平的预测不可信赖。"
    assert "指数平滑（AutoETS）" in chinese[1]
    assert "64%" in chinese[-1]


def test_weights_of_the_members_are_named() -> None:
    weighted = replace(RUN, names=["Combination", "KLSTM", "Croston", "AutoETS", "SeasonalNaive"])
    weighted = replace(weighted, mae=[4.0, 5.0, 4.5, 4.2, 6.0], redeemers_mae=None)
    weighted = replace(weighted, weights=[1.0, 0.4, 0.001, 0.599, 0.0], mase=[1.0] * 5)
    assert summarise_verdict(ENGLISH, weighted)[1] == (
        "The forecast is a weighted geometric mean, whose weights come from held-out data; in the back-test: "
        "exponential smoothing (AutoETS) 60%, the K-LSTM 40%."
    )
    scores = serialize_comparison(weighted)
    assert [row.weight for row in scores.participants] == [1.0, 0.4, 0.001, 0.599, 0.0]
    assert [row.weight for row in serialize_comparison(RUN).participants] == [None, None, None]


@pytest.mark.parametrize("back_test", [RUN, None])
def test_model_is_stored_with_its_back_test_or_with_none(back_test: Backtest | None) -> None:
    properties = backtest_properties(back_test)
    assert set(properties) == set(backtest_properties(RUN))  # Null removes that of an earlier training.
    row = {"id": "model/1", "cutoff": "2017-11-27", "network": "n", "checkpoint": "c", "fingerprint": "f"}
    assert model_run(row | properties).back_test == back_test
