"""Vectors of tag texts, by the packaged model and by another one."""

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, pre_tokenizers

from graph.errors import InvalidRequest
from network.similarity.build_similarity import tag_vectors
from network.tags import text_encoder
from network.tags.text_encoder import TextEncoder
from network.tags.user_tags import TagTable
from tests.unit.test_network_links import USERS, frame


def test_related_texts_have_similar_vectors() -> None:
    coffee, tea, tyres = TextEncoder().vectors(["buys coffee", "buys tea", "winter tyres"])
    assert np.linalg.norm(coffee) == pytest.approx(1, abs=1e-5)
    assert coffee @ tea > coffee @ tyres + 0.2


def test_vector_of_a_text_does_not_depend_on_other_texts() -> None:
    encoder = TextEncoder()
    coffee, *_ = encoder.vectors(["buys coffee", "buys tea", "winter tyres"])
    vectors = encoder.vectors(["winter tyres", "buys coffee", "winter tyres"])
    assert (vectors[0] == vectors[2]).all()
    assert (vectors[1] == coffee).all()


def test_cached_vectors_are_read_without_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = TextEncoder(cache=tmp_path / "vectors").vectors(["one", "zwei"])

    def fail(_folder: Path | None) -> SentenceTransformer:
        raise AssertionError("both texts are cached: the model is not needed")

    monkeypatch.setattr(text_encoder, "_load", fail)
    assert (TextEncoder(cache=tmp_path / "vectors").vectors(["zwei", "one"]) == vectors[::-1]).all()


def test_each_model_has_its_own_cache(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "kaffee": 1, "tee": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.eye(3, 8, dtype=np.float32)
    folder = tmp_path / "model"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)]).save(str(folder))
    cache = tmp_path / "vectors"
    other_encoder = TextEncoder(folder, cache)
    assert other_encoder.vectors(["kaffee", "tee"]) == pytest.approx(weights[1:])
    assert other_encoder.identity != TextEncoder(cache=cache).identity
    assert TextEncoder(cache=cache).vectors(["kaffee"]).shape == (1, 384)
    assert len(list(cache.glob("*.sqlite"))) == 2


def test_missing_model_folder_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="no folder"):
        TextEncoder(tmp_path / "nowhere")


def test_tag_without_text_is_similar_to_no_other() -> None:
    rows = frame(
        "user tag text weight",
        ("a", "1", "coffee", 1.0), ("b", "2", "", 1.0), ("c", "3", "", 1.0), ("d", "4", "", 1.0),
    )  # fmt: skip
    vectors = tag_vectors(TagTable(USERS, rows), TextEncoder())
    cosine = np.abs(vectors @ vectors.T - np.eye(4))
    assert cosine.max() < 0.25
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
