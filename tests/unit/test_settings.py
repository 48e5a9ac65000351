"""Settings come from their own variables, and from no others."""

from pathlib import Path

import platformdirs
import pytest

from graph.settings import Settings


def test_home_folder_of_the_user_is_not_our_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GROUNDSWELL_HOME", "GROUNDSWELL_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "CACHE", "API_TOKEN", "TEXT_MODEL"):
        monkeypatch.setenv(name, str(tmp_path))
    settings = Settings()
    assert settings.home == platformdirs.user_data_path("groundswell") != tmp_path
    assert settings.cache == platformdirs.user_cache_path("groundswell")
    assert settings.api_token.get_secret_value() == ""
    assert settings.text_model is None


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "s3cret")
    monkeypatch.setenv("GROUNDSWELL_API_TOKEN", "t0ken")
    shown = repr(Settings())
    assert "s3cret" not in shown
    assert "t0ken" not in shown
