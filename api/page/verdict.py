"""The verdict of a back-test in sentences, for the page, the API and the command line."""

from api.page.i18n import Translator
from api.page.step_words import StepWords, step_words
from forecasting.evaluation.periods import PERIODS
from forecasting.evaluation.verdict import BacktestVerdict, ErrorVerdict, IntervalVerdict, judge
from forecasting.records import Backtest, ModelRun

_MIN_WEIGHT = 0.005
"""Smaller weights are not named."""


def summarise_verdict(translate: Translator, run: Backtest) -> list[str]:
    """Say what to trust, which forecaster did better on held-out days, and whether the intervals hold.

    Returns
    -------
    list of str
        Sentences; the first says what to trust.
    """
    verdict, words = judge(run), step_words(translate, run.step)
    participants, redeemers = translate("number of participants"), translate("number of redeemers")
    sentences = [
        _describe_trust(translate, verdict, run.points),
        *_describe_weights(translate, run),
        _describe_errors(translate, words, participants, verdict.participants),
    ]
    if verdict.redeemers:
        sentences.append(_describe_errors(translate, words, redeemers, verdict.redeemers))
    level = translate("influence level")
    return [
        *sentences,
        _describe_interval(translate, words, participants, run.coverage_80, verdict.participants_interval),
        _describe_interval(translate, words, level, run.level_coverage_80, verdict.level_interval),
    ]


def summarise_model(translate: Translator, model: ModelRun) -> list[str]:
    """Say what the back-test of a model means, or what its forecasts rest on without one."""
    sentences = []
    if not model.is_trained:
        sentences.append(
            translate(
                "There is too little history for the K-LSTM: this forecast rests on traffic and the usual "
                "rate of campaigns."
            )
        )
    if model.back_test:
        return [*sentences, *summarise_verdict(translate, model.back_test)]
    return [
        *sentences,
        translate(
            "There is no back-test, which needs %(days)d days of data and a campaign that runs on the last "
            "%(last)d: how far off forecasts are is not known.",
            days=PERIODS[model.step].min_days,
            last=PERIODS[model.step].days,
        ),
    ]


def warn_of_better_forecaster(translate: Translator, run: Backtest) -> str | None:
    """Say which forecaster did better than the one shown; None if none did."""
    errors = judge(run).participants
    if errors.result != "worse":
        return None
    return translate(
        "This is not the better forecast: in the back-test, %(other_name)s was closer to the actual numbers.",
        other_name=_name(translate, step_words(translate, run.step), errors.best_other),
    )


def _describe_trust(translate: Translator, verdict: BacktestVerdict, points: int) -> str:
    if verdict.too_few_points:
        return translate(
            "The back-test has %(points)d forecasts: too few to tell whether forecasts can be trusted.",
            points=points,
        )
    if verdict.trust_participants and verdict.trust_level:
        return translate("Trust the number of participants and the influence level.")
    if verdict.trust_participants:
        return translate("Trust the number of participants, but not the influence level.")
    if verdict.trust_level:
        return translate("Trust the influence level, but not the number of participants.")
    return translate("Trust neither the number of participants nor the influence level.")


def _describe_weights(translate: Translator, run: Backtest) -> list[str]:
    if run.weights is None:
        return []
    weights = sorted(zip(run.weights[1:], run.names[1:], strict=True), reverse=True)
    words = step_words(translate, run.step)
    members = [
        f"{_name(translate, words, name)} {weight:.0%}" for weight, name in weights if weight >= _MIN_WEIGHT
    ]
    return [
        translate(
            "The forecast is a weighted geometric mean, whose weights come from held-out data; in the "
            "back-test: %(members)s.",
            members=", ".join(members),
        )
    ]


def _describe_errors(translate: Translator, words: StepWords, outcome: str, errors: ErrorVerdict) -> str:
    values = {
        "outcome": outcome,
        "other_name": _name(translate, words, errors.best_other),
        "own_name": _name(translate, words, errors.shown),
        "own": f"{errors.error:.2f}",
        "other": f"{errors.other_error:.2f}",
        "per_step": words.per,
        "change": "" if errors.error_ratio is None else f" ({errors.error_ratio - 1:+.0%})",
    }
    if errors.result == "better":
        return translate(
            "On held-out data, %(own_name)s, whose forecasts are shown, predicted the %(outcome)s best: its "
            "mean absolute error was %(own)s %(per_step)s%(change)s, that of the next best, %(other_name)s, "
            "%(other)s.",
            **values,
        )
    if errors.result == "worse":
        return translate(
            "On held-out data, %(other_name)s predicted the %(outcome)s better than %(own_name)s, whose "
            "forecasts are shown: its mean absolute error was %(other)s %(per_step)s, that of %(own_name)s "
            "%(own)s%(change)s.",
            **values,
        )
    return translate(
        "On held-out data, %(own_name)s, whose forecasts are shown, and %(other_name)s predicted the "
        "%(outcome)s about equally well: their mean absolute errors were %(own)s and %(other)s %(per_step)s.",
        **values,
    )


def _describe_interval(
    translate: Translator, words: StepWords, outcome: str, coverage: float, verdict: IntervalVerdict
) -> str:
    values = {"outcome": outcome, "share": f"{coverage:.0%}", "steps": words.many}
    if verdict == "too narrow":
        return translate(
            "The 80%% interval of the %(outcome)s is too narrow: it contained the actual value on only "
            "%(share)s of the %(steps)s.",
            **values,
        )
    if verdict == "too wide":
        return translate(
            "The 80%% interval of the %(outcome)s is wider than necessary: it contained the actual value on "
            "%(share)s of the %(steps)s.",
            **values,
        )
    return translate(
        "The 80%% interval of the %(outcome)s holds: it contained the actual value on %(share)s of the "
        "%(steps)s.",
        **values,
    )


def _name(translate: Translator, words: StepWords, forecaster: str) -> str:
    names = {
        "Combination": translate("the combination"),
        "KLSTM": translate("the K-LSTM"),
        "Baseline": translate("traffic and the usual rates alone (Baseline)"),
        "BoostedTrees": translate("boosted trees of all campaigns (BoostedTrees)"),
        "AutoETS": translate("exponential smoothing (AutoETS)"),
        "AutoTheta": translate("the Theta method (AutoTheta)"),
        "SeasonalMean": translate("the mean of the last eight seasons (SeasonalMean)"),
        "Croston": translate("Croston's method for rare events (Croston)"),
        "SeasonalNaive": translate("repeating %(season)s (SeasonalNaive)", season=words.season),
    }
    return names.get(forecaster, forecaster)
