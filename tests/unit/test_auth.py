"""API keys, the scopes that requests need, and rate limits."""

import pytest

from api.middleware.auth import needed_scope
from api.middleware.rate_limit import RateLimit
from graph.api_keys import Key, find_key, hash_of

READER = Key("0a1b2c3d", "dashboard", ("read",), hash_of("right"))
REVOKED = Key("ffffffff", "old", ("admin",), hash_of("gone"), revoked_at="2017-11-27")


def test_key_is_found_only_by_its_own_secret() -> None:
    keys = [READER, REVOKED]
    assert find_key(keys, "gsw_0a1b2c3d_right") == READER
    for invalid_key in (
        "gsw_0a1b2c3d_wrong", "gsw_0a1b2c3d_", "gsw_0a1b2c3d", "xyz_0a1b2c3d_right", "gsw_11111111_right",
        "gsw_ffffffff_gone", "right", "", "_", "gsw__", f"gsw_0a1b2c3d_{READER.hash}",
    ):  # fmt: skip
        assert find_key(keys, invalid_key) is None
    assert find_key([], "gsw_0a1b2c3d_right") is None


def test_admin_scope_includes_all_others() -> None:
    assert REVOKED.may("read")
    assert READER.may("read")
    assert not READER.may("import")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/campaigns", "read"),
        ("HEAD", "/", "read"),
        ("GET", "/v1/imports", "read"),
        ("POST", "/v1/campaigns/18/what-if", "run"),
        ("POST", "/v1/campaigns/18/plan", "run"),
        ("POST", "/v1/users/18/plan", "admin"),
        ("POST", "/v1/imports", "import"),
        ("DELETE", "/v1/imports/complete-journey.1", "import"),
        ("POST", "/v1/importsX", "admin"),
        ("DELETE", "/v1/campaigns/18/plan", "admin"),
        ("PATCH", "/v1/anything-new", "admin"),
    ],
)
def test_requests_need_admin_unless_listed_otherwise(method: str, path: str, scope: str) -> None:
    assert needed_scope(method, path) == scope


def test_rate_limit_allows_a_number_per_minute() -> None:
    now = [0.0]
    limit = RateLimit(60, lambda: now[0])
    assert [limit.acquire("a") for _ in range(60)] == [0.0] * 60
    assert limit.seconds_left("a") == limit.acquire("a") == 1.0
    assert limit.acquire("b") == 0.0
    now[0] = 0.5
    assert limit.acquire("a") == pytest.approx(0.5)
    now[0] = 2.0
    assert [limit.acquire("a"), limit.acquire("a")] == [0.0, 0.0]
    assert limit.acquire("a") > 0
    now[0] = 1e6
    assert [limit.acquire("a") for _ in range(61)][-2:] == [0.0, 1.0]


def test_rate_limit_of_zero_is_no_limit() -> None:
    limit = RateLimit(0, lambda: 0.0)
    assert [limit.acquire("a") for _ in range(1000)] == [0.0] * 1000
    assert limit.seconds_left("a") == 0.0
