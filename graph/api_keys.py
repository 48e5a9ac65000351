"""API keys and their scopes. A key is displayed once, when it is created; the graph stores its hash.

The secret has 256 random bits, so a fast hash (SHA-256) is sufficient.
"""

import hashlib
import secrets
from dataclasses import dataclass

from graph.connection import Graph, Row
from graph.errors import InvalidRequest, NotFound

SCOPES = ("read", "run", "import", "build", "admin")
"""The scopes of a key; `admin` includes all others."""
_PREFIX = "gsw"


@dataclass(frozen=True)
class Key:
    """An API key without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    hash: str
    made_at: str = ""
    revoked_at: str | None = None

    def may(self, scope: str) -> bool:
        """Return whether the key grants `scope`."""
        return scope in self.scopes or "admin" in self.scopes


def make_key(graph: Graph, name: str, scopes: list[str]) -> tuple[Key, str]:
    """Create a key; return it and its text, which is stored nowhere. Raises InvalidRequest."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise InvalidRequest(
            f"{', '.join(unknown)} is not a scope." if unknown else "A key needs at least one scope.",
            f"Choose among {', '.join(SCOPES)}.",
        )
    if not name.strip():
        raise InvalidRequest("A key needs a name.", "Name the person or program that will use it.")
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    ordered = [scope for scope in SCOPES if scope in scopes]
    key = Key(key_id, name.strip(), tuple(ordered), hash_of(secret))
    graph.run("keys/write_key", id=key.id, holder=key.name, hash=key.hash, scopes=ordered)
    return key, f"{_PREFIX}_{key_id}_{secret}"


def list_keys(graph: Graph) -> list[Key]:
    """Return all keys, including revoked ones, the latest first."""
    return [_key(row) for row in graph.run("keys/list_keys")]


def revoke_key(graph: Graph, key_id: str) -> None:
    """Revoke a key. Raises NotFound."""
    if not graph.run("keys/revoke_key", id=key_id):
        raise NotFound(f"There is no API key {key_id!r}.", "`groundswell keys list` lists all keys.")


def find_key(keys: list[Key], text: str) -> Key | None:
    """Return the valid key with this text, or None; the time does not depend on the secret."""
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    key = next((key for key in keys if key.id == key_id), None)
    same = secrets.compare_digest(hash_of(secret), key.hash if key else hash_of(""))
    return key if key and same and prefix == _PREFIX and not key.revoked_at else None


def hash_of(secret: str) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Row) -> Key:
    return Key(**{**row, "scopes": tuple(row["scopes"])})
