"""The held-out steps are forecast from what was known at their origins."""

from datetime import timedelta

import numpy as np

from forecasting.baseline.baseline import Baseline
from forecasting.history.history import History
from forecasting.klstm.samples import campaign_frames, training_samples
from forecasting.klstm.validation import with_baselines_at_origins
from tests.unit.test_klstm import AS_OF, corrupt_from, make_history


def held_out_baselines(history: History, days: int) -> dict[tuple[str, int], list[float]]:
    """The baseline of the examples of the last `days` days, by campaign and origin."""
    samples = training_samples(campaign_frames(history, Baseline.fit(history, None)))
    held_out = [sample for sample in samples if sample.origin >= history.n_steps - days]
    return {
        (sample.frame.id, sample.origin): sample.example.baseline.tolist()
        for sample in with_baselines_at_origins(held_out, history, None)
    }


def test_baselines_of_held_out_steps_use_nothing_after_their_origins() -> None:
    history, days = make_history(), 10
    middle = AS_OF - timedelta(days=days // 2)
    clean = held_out_baselines(history, days)
    later_is_false = held_out_baselines(corrupt_from(history, middle).before(AS_OF), days)
    assert len(clean) == 2 * days
    is_equal = {key: np.allclose(clean[key], later_is_false[key], rtol=1e-6) for key in clean}
    assert is_equal == {key: key[1] <= history.number(middle) for key in clean}
