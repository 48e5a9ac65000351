"""Settings are read only from their own environment variables."""

from pathlib import Path

import platformdirs
import pytest

from graph.settings import Settings


def test_unprefixed_variables_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GROUNDSWELL_HOME", "GROUNDSWELL_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "CACHE", "API_TOKEN", "TEXT_MODEL"):
        monkeypatch.setenv(name, str(tmp_path))
    settings = Settings()
    assert settings.home == platformdirs.user_data_path("groundswell") != tmp_path
    assert settings.cache == platformdirs.user_cache_path("groundswell")
    assert settings.api_token.get_secret_value() == ""
    assert settings.text_model is None


def test_repr_hides_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "s3cret")
    monkeypatch.setenv("GROUNDSWELL_API_TOKEN", "t0ken")
    text = repr(Settings())
    assert "s3cret" not in text
    assert "t0ken" not in text
