"""API keys: who may ask, and for what. A key is shown once, when it is made; the graph keeps its hash.

The secret part is 256 random bits, which nobody can guess however fast a hash is computed: SHA-256 does.
"""

import hashlib
import secrets
from dataclasses import dataclass

from graph.connection import Graph, Row
from graph.errors import InvalidRequest, NotFound

SCOPES = ("read", "import", "build", "admin")
"""What a key may be for; `admin` means everything."""
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
        """Whether it is for `scope`."""
        return scope in self.scopes or "admin" in self.scopes


def make_key(graph: Graph, name: str, scopes: list[str]) -> tuple[Key, str]:
    """A new key and its text, which is told nowhere else. Raises InvalidRequest without a scope or a name."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise InvalidRequest(
            f"{', '.join(unknown) or 'Nothing'} is no scope of a key.", f"Choose among {', '.join(SCOPES)}."
        )
    if not name.strip():
        raise InvalidRequest("A key needs a name.", "Name who or what will use it.")
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    kept = [scope for scope in SCOPES if scope in scopes]
    key = Key(key_id, name.strip(), tuple(kept), hash_of(secret))
    graph.run("keys/write_key", id=key.id, holder=key.name, hash=key.hash, scopes=kept)
    return key, f"{_PREFIX}_{key_id}_{secret}"


def list_keys(graph: Graph) -> list[Key]:
    """Every key, revoked ones too, the latest first."""
    return [_key(row) for row in graph.run("keys/list_keys")]


def revoke_key(graph: Graph, key_id: str) -> None:
    """Nobody may ask with it any more. Raises NotFound."""
    if not graph.run("keys/revoke_key", id=key_id):
        raise NotFound(f"There is no API key {key_id!r}.", "`groundswell keys list` shows those there are.")


def open_with(keys: list[Key], text: str) -> Key | None:
    """The key whose text this is, unless it is revoked; a wrong secret takes as long as the right one."""
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    given = hash_of(secret)
    found = next((one for one in keys if one.id == key_id), None)
    same = secrets.compare_digest(given, found.hash if found else hash_of(""))
    return found if found and same and prefix == _PREFIX and not found.revoked_at else None


def hash_of(secret: str) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Row) -> Key:
    return Key(**{**row, "scopes": tuple(row["scopes"])})
