"""Benchmarks bypass the response cache with queries that differ in text and not in meaning."""

from urllib.parse import parse_qs

from benchmarks.queries import uncached_query


def test_uncached_queries_differ_only_in_text() -> None:
    queries = [uncached_query("shop") for _ in range(40)]
    assert len(set(queries)) == 40
    assert all(parse_qs(query) == {"dataset": ["shop"]} for query in queries)
