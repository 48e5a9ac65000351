"""Stored databases are made again when the code changes, and only then."""

from pathlib import Path

import pytest

from tests import stores


def test_compiled_code_leaves_the_stores_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_ROOT", tmp_path)
    (tmp_path / "network" / "__pycache__").mkdir(parents=True)
    module = tmp_path / "network" / "trials.py"
    module.write_text("first")
    first = stores._fingerprint(("network",))
    (tmp_path / "network" / "__pycache__" / "trials.count-158.py311.nbi").write_bytes(b"compiled by numba")
    assert stores._fingerprint(("network",)) == first
    module.write_text("second")
    assert stores._fingerprint(("network",)) != first
