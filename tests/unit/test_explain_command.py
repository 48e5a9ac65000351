"""`groundswell explain` on the terminal."""

from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from api.schemas.forecasts import Attribution
from cli.explanation import ForecastExplanation
from cli.main import app


@pytest.mark.parametrize(("unit", "compares_users"), [("day", True), ("hour", False)])
def test_only_forecasts_by_day_compare_users(
    monkeypatch: pytest.MonkeyPatch, unit: str, compares_users: bool
) -> None:
    explanation = ForecastExplanation(
        "s", date(2024, 2, 1), "m", unit, 6, 12.0, 10.0, [Attribution(feature="calendar", ratio=1.2)], [], []
    )
    backend = SimpleNamespace(resolve_dataset=lambda name: name, explanation=lambda *_: explanation)
    monkeypatch.setattr("cli.backend.open_backend", lambda _home: nullcontext(backend))
    output = CliRunner().invoke(app, ["explain", "s"]).output
    assert f"12 participants in 6 {unit}s" in output
    assert ("Too few users took part so far" in output) == compares_users
