"""Benchmarks send queries that mean the same, each spelled in a way that was not sent before."""

from urllib.parse import parse_qs

from benchmarks.queries import uncached_query


def test_queries_differ_in_their_text_only() -> None:
    queries = [uncached_query("shop") for _ in range(40)]
    assert len(set(queries)) == 40
    assert all(parse_qs(query) == {"dataset": ["shop"]} for query in queries)
