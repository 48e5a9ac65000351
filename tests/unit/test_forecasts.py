"""Running campaigns can be forecast; planned and ended ones are rejected."""

from datetime import date

import pandas as pd
import pytest

from forecasting.forecasts import _check_running
from forecasting.history.time_step import DAY
from graph.errors import InvalidRequest

CAMPAIGNS = pd.DataFrame(
    {
        "id": ["1", "2"],
        "name": ["Spring", "Summer"],
        "starts": pd.to_datetime(["2024-03-01", "2024-06-10"]),
        "ends": pd.to_datetime(["2024-03-15", "2024-06-24"]),
        "targeted": [10, 10],
    }
)


@pytest.mark.parametrize("origin", [date(2024, 6, 1), date(2024, 6, 10)])
def test_planned_campaign_is_rejected_with_the_plan_command(origin: date) -> None:
    with pytest.raises(InvalidRequest, match="Summer begins on 2024-06-10") as error:
        _check_running(CAMPAIGNS, "shop", CAMPAIGNS.iloc[1], origin, DAY)
    assert "`groundswell plan 2 --dataset shop`" in error.value.remedy


def test_campaign_that_has_ended_is_rejected() -> None:
    with pytest.raises(InvalidRequest, match="nothing to forecast") as error:
        _check_running(CAMPAIGNS, "shop", CAMPAIGNS.iloc[0], date(2024, 6, 12), DAY)
    assert "2" in error.value.remedy


def test_running_campaign_is_accepted() -> None:
    _check_running(CAMPAIGNS, "shop", CAMPAIGNS.iloc[1], date(2024, 6, 12), DAY)
