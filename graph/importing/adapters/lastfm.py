"""Last.fm 2k (HetRec 2011): 1,892 users, their friendships, and which artist each gave which tag, by month.

The package ``graphdatascience`` includes the data with tag ids but no names: names are read from
``tags.dat`` if a folder of names is given. A tag that at least 50 users assigned is a campaign, and assigning
it is participation. Cantador, Brusilovsky, Kuflik: 2nd HetRec workshop, RecSys 2011; for research.
"""

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import pandas as pd

from graph.errors import ImportFailed
from graph.importing.adapters import Frames, Prepared, prepare
from graph.importing.mapping.model import parse_mapping

DATASET = "lastfm"
_FORMAT = "2"
_MIN_CAMPAIGN_USERS = 50
# All dates outside these months are erroneous.
_FIRST_DAY, _LAST_DAY = pd.Timestamp("2005-08-01"), pd.Timestamp("2011-03-31")
_NO_END = pd.Timestamp(2200, 1, 1)
"""A tag stays in use."""
_ARTIST_OFFSET = 10_000
_FILES = {
    "users": "user_nodes",
    "artists": "artist_nodes",
    "friends": "user_friend_df_directed",
    "tagged": "user_tag_artist_rels",
}


def lastfm(cache: Path, dataset: str = DATASET, names: Path | None = None) -> Prepared:
    """Prepare the data set.

    Parameters
    ----------
    cache
        The user's cache folder.
    dataset
        Id of the data set.
    names
        A folder with ``tags.dat`` and ``artists.dat`` (Latin-1, tab-separated).

    Raises
    ------
    ImportFailed
        The package or a file of names is missing.
    """
    digest = hashlib.sha256(_FORMAT.encode())
    for name in _FILES.values():
        digest.update(_file(name).read_bytes())
    for file in (names / "tags.dat", names / "artists.dat") if names else ():
        try:
            digest.update(file.read_bytes())
        except OSError as error:
            raise ImportFailed(
                f"{file} cannot be read ({error.strerror}).", "Name the folder of tags.dat and artists.dat."
            ) from error
    content = {
        "dataset": dataset,
        "zone": "UTC",
        "max_rejected": 0,
        "tables": {
            "users": _identity_mapping("users", "id"),
            "products": _identity_mapping("products", "id", "name"),
            "tags": _identity_mapping("tags", "id", "text"),
            "campaigns": _identity_mapping("campaigns", "id", "name", "kind", "starts", "ends"),
            "user_tags": _identity_mapping("user_tags", "user", "tag", "at"),
            "ties": _identity_mapping("ties", "source", "target"),
            "behaviours": {
                **_identity_mapping("behaviours", "user", "object", "at", "campaign"),
                "constants": {"kind": "tagging"},
            },
        },
        "kinds": {"tagging": {"type": "TAGGED", "object": "product", "weight": 1, "counts": "named"}},
        "participation": {"targeted": False},
    }
    mapping = parse_mapping(content, DATASET)
    return prepare(cache, DATASET, digest.hexdigest()[:16], lambda: _frames(names), mapping)


def _identity_mapping(file: str, *columns: str) -> dict[str, object]:
    return {"files": f"{file}.parquet", "columns": {name: name for name in columns}}


def _frames(names: Path | None) -> Frames:
    taggings = _read("tagged").rename(
        columns={"sourceNodeId": "user", "targetNodeId": "object", "tagID": "tag"}
    )
    taggings["at"] = pd.to_datetime(taggings[["year", "month", "day"]], errors="coerce")
    taggings = taggings[taggings["at"].between(_FIRST_DAY, _LAST_DAY)]
    taggings["at"] = taggings["at"].dt.date
    tag_names = _names(names, "tags.dat", 0)
    users_per_tag = taggings.groupby("tag")["user"].nunique()
    campaign_tags = users_per_tag[users_per_tag >= _MIN_CAMPAIGN_USERS].index
    spans = taggings[taggings["tag"].isin(campaign_tags)].groupby("tag")["at"].agg(["min", "max"])
    ids = spans.index.astype(str)
    artists = _read("artists")["nodeId"]
    tags = pd.Series(sorted(taggings["tag"].unique()))
    friends = _read("friends")
    return {
        "users": pd.DataFrame({"id": _read("users")["nodeId"].astype(str)}),
        "products": pd.DataFrame(
            {"id": artists.astype(str), "name": artists.map(_names(names, "artists.dat", _ARTIST_OFFSET))}
        ),
        "tags": pd.DataFrame({"id": tags.astype(str), "text": tags.map(tag_names)}),
        "campaigns": pd.DataFrame(
            {
                "id": ids,
                "name": [tag_names.get(tag, f"Tag {tag}") for tag in spans.index],
                "kind": "tag",
                "starts": spans["min"].to_numpy(),
                "ends": _NO_END,
            }
        ),
        # The first time, not the number of times, which would include the future of a cut-off.
        "user_tags": taggings.groupby(["user", "tag"], as_index=False)["at"]
        .min()
        .astype({"user": str, "tag": str}),
        "ties": pd.DataFrame(
            {
                "source": friends["sourceNodeId"].astype(str),
                "target": friends["targetNodeId"].astype(str),
            }
        ),
        "behaviours": pd.DataFrame(
            {
                "user": taggings["user"].astype(str),
                "object": taggings["object"].astype(str),
                "at": taggings["at"],
                "campaign": taggings["tag"]
                .where(taggings["tag"].isin(campaign_tags))
                .astype("Int64")
                .astype(object),
            }
        ),
    }


def _names(folder: Path | None, file: str, offset: int) -> dict[int, str]:
    if folder is None:
        return {}
    rows = pd.read_csv(
        folder / file, sep="\t", encoding="latin-1", quoting=3, names=["id", "name"], skiprows=1
    )
    return dict(zip((rows["id"] + offset).tolist(), rows["name"].astype(str).tolist(), strict=True))


def _read(name: str) -> pd.DataFrame:
    with _file(_FILES[name]).open("rb") as file:
        return pd.read_parquet(file)


def _file(name: str) -> Traversable:
    try:
        return resources.files("graphdatascience") / "resources" / "lastfm" / f"{name}.parquet.gzip"
    except ModuleNotFoundError as error:
        raise ImportFailed(
            "The package graphdatascience, which contains Last.fm 2k, is not installed.",
            "Install it into Groundswell's environment (`make setup-dev` brings it).",
        ) from error
