"""Known exports: the samples of their page are recognised, and every row becomes what the page states."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.engines.resolve import Resolver
from graph.importing.exports import known_exports
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading.input_files import open_input_files
from graph.importing.values.observer import Observer
from graph.progress import Silent
from tests.known_exports import samples, write_sample

LENA, TOM = "lena@example.com", "tom@example.com"
KLAVIYO_LENA, KLAVIYO_TOM = "01GDDKASAP8TKDDA2GRZDSVP4H", "01GDDKASAP8TKDDA2GRZDSVQ7M"
OLIST = {
    "a": "7c396fd4830fd04220f754e42b4e5bff", "b": "af07308b275d755c9edb36a90c618231",
    "x": "87285b34884572647811a353c7ac498a", "y": "595fac2a385ac33a80bd5114aec74eb8",
}  # fmt: skip
Behaviour = tuple[str, str, str, str, float | None, float | None, str | None]
"""Kind, user, object, moment (UTC), quantity, value, campaign."""
BEHAVIOURS: dict[str, list[Behaviour]] = {
    "Shopify: orders": [
        ("purchase", LENA, "CAN-HON", "2024-03-09T17:40:02", 2, 25, "SPRING10"),
        ("purchase", LENA, "Candle Workshop", "2024-03-09T17:40:02", 1, 20, "SPRING10"),
        ("purchase", TOM, "MUG-BLU", "2024-03-01T06:58:31", 1, 18, "SPRING10"),
        ("cancelled", LENA, "CAN-HON", "2024-03-05T19:11:09", None, None, None),
        ("refunded", TOM, "MUG-BLU", "2024-03-06T08:15:27", None, None, None),
    ],
    "WooCommerce: orders from the REST API": [
        ("purchase", LENA, "CAN-HON", "2024-03-09T17:40:02", 2, 22.5, "spring10"),
        ("purchase", LENA, "104", "2024-03-09T17:40:02", 1, 18, "spring10"),
        ("purchase", TOM, "MUG-BLU", "2024-03-01T06:58:31", 1, 16.2, "spring10"),
        ("refunded", TOM, "MUG-BLU", "2024-03-06T08:15:27", None, None, None),
    ],
    "WooCommerce: Advanced Order Export": [
        ("purchase", LENA, "CAN-HON", "2024-03-09T17:40:00", 2, 22.5, "spring10"),
        ("purchase", LENA, "Candle Workshop", "2024-03-09T17:40:00", 1, 18, "spring10"),
        ("purchase", TOM, "MUG-BLU", "2024-03-01T06:58:00", 1, 16.2, "spring10"),
        ("refunded", TOM, "MUG-BLU", "2024-03-06T08:15:00", None, None, None),
        ("cancelled", LENA, "CAN-HON", "2024-03-05T19:11:00", None, None, None),
    ],
    "Magento (Adobe Commerce): orders from the REST API": [
        ("purchase", LENA, "TEE-M-RED", "2024-03-09T17:40:02", 1, 40, "SPRING10"),
        ("purchase", LENA, "CAN-HON", "2024-03-09T17:40:02", 2, 25, "SPRING10"),
        ("return", LENA, "CAN-HON", "2024-03-12T08:00:11", 1, 12.5, None),
        ("refunded", TOM, "MUG-BLU", "2024-03-06T08:15:27", None, None, None),
        ("cancelled", TOM, "MUG-BLU", "2024-03-01T06:58:31", None, None, None),
    ],
    "Magento (Adobe Commerce): order grid": [
        ("order", LENA, "order", "2024-03-09T17:40:02", None, 45.4, None),
        ("refunded", TOM, "order", "2024-03-06T08:15:27", None, None, None),
        ("cancelled", TOM, "order", "2024-03-01T06:58:31", None, None, None),
    ],
    "Google Analytics 4: BigQuery export": [
        ("view_item", "1234567890.1709990000", "CAN-HON", "2024-03-09T17:40:30.654", 1, None, "spring_2024"),
        ("add_to_cart", "1234567890.1709990000", "CAN-HON", "2024-03-09T17:41:00", 2, None, "spring_2024"),
        ("purchase", "u-4711", "CAN-HON", "2024-03-09T17:43:00.500", 2, 25, "spring_2024"),
        ("purchase", "u-4711", "WORKSHOP", "2024-03-09T17:43:00.500", 1, 20, "spring_2024"),
        ("view_item", "9876543210.1700000000", "MUG-BLU", "2024-03-09T18:00:00", 1, None, None),
        ("refund", "u-4711", "WORKSHOP", "2024-03-09T19:00:00", 1, 20, None),
    ],
    "Segment: track events": [
        ("viewed", "u-4711", "CAN-HON", "2024-03-09T17:40:30.654", 1, None, "spring_2024"),
        ("added", "u-4711", "CAN-HON", "2024-03-09T17:41:00.001", 2, None, "spring_2024"),
        ("viewed", "a-3c8", "MUG-BLU", "2024-03-09T18:00:00", None, None, None),
        ("purchase", "u-4711", "CAN-HON", "2024-03-09T17:43:00.500", 2, 25, "spring_2024"),
        ("purchase", "u-4711", "WORKSHOP", "2024-03-09T17:43:00.500", 1, 20, "spring_2024"),
        ("return", "u-4711", "WORKSHOP", "2024-03-10T09:00:00", 1, 20, None),
    ],
    "Matomo: visits": [
        ("view", "u-4711", "CAN-HON", "2024-03-09T17:40:30", None, None, "spring_2024"),
        ("view", "77d0a1c29be4f310", "MUG-BLU", "2024-03-09T18:00:00", None, None, None),
        ("purchase", "u-4711", "CAN-HON", "2024-03-09T17:43:00", 2, 25, "spring_2024"),
        ("purchase", "u-4711", "WORKSHOP", "2024-03-09T17:43:00", 1, 20, "spring_2024"),
    ],
    "Klaviyo": [
        ("open", KLAVIYO_LENA, "Spring launch", "2024-03-09T10:12:44", None, None, None),
        ("click", KLAVIYO_LENA, "Spring launch", "2024-03-09T10:13:02", None, None, None),
        ("purchase", KLAVIYO_LENA, "CAN-HON", "2024-03-09T17:43:00", 2, 25, None),
    ],
    "Mailchimp": [
        ("open", LENA, "42694e9e57", "2024-03-09T09:56:05", None, None, None),
        ("click", LENA, "42694e9e57", "2024-03-09T09:58:05", None, None, None),
        ("open", LENA, "42694e9e57", "2024-03-11T07:01:00", None, None, None),
        ("open", LENA, "9b1c0d3f7a", "2024-03-20T18:02:11", None, None, None),
    ],
    "Mailchimp: reports from the API": [
        ("open", LENA, "42694e9e57", "2024-03-09T09:56:05", None, None, None),
        ("click", LENA, "42694e9e57", "2024-03-09T09:58:05", None, None, None),
    ],
    "Taobao UserBehavior": [
        ("pv", "1", "2268318", "2017-11-24T17:21:10", None, None, None),
        ("pv", "1", "2333346", "2017-11-24T22:15:33", None, None, None),
        ("cart", "1", "2576651", "2017-11-25T01:21:25", None, None, None),
        ("buy", "1", "2576651", "2017-11-25T01:23:20", None, None, None),
        ("fav", "100", "3830808", "2017-11-25T08:19:40", None, None, None),
        ("pv", "100", "4365585", "2017-11-25T07:49:06", None, None, None),
    ],
    "UCI Online Retail": [
        ("purchase", "17850", "85123A", "2010-12-01T08:26:00", 6, 15.3, None),
        ("purchase", "17850", "71053", "2010-12-01T08:26:00", 6, 20.34, None),
        ("purchase", "12583", "22728", "2010-12-01T08:45:00", 24, 90, None),
        ("return", "12583", "22728", "2010-12-15T12:30:00", -2, -7.5, None),
    ],
    "UCI Online Retail II": [
        ("purchase", "13085", "85048", "2009-12-01T07:45:00", 12, 83.4, None),
        ("purchase", "13085", "79323P", "2009-12-01T07:45:00", 12, 81, None),
        ("return", "16321", "22087", "2009-12-01T10:33:00", -12, -35.4, None),
    ],
    "Olist": [
        ("purchase", OLIST["a"], OLIST["x"], "2017-10-02T13:56:33", 1, 29.99, None),
        ("purchase", OLIST["b"], OLIST["y"], "2018-07-24T23:41:37", 1, 118.7, None),
        ("purchase", OLIST["b"], OLIST["y"], "2018-07-24T23:41:37", 1, 118.7, None),
        ("cancelled", OLIST["a"], OLIST["x"], "2018-08-04T17:29:27", None, None, None),
    ],
}  # fmt: skip
CAMPAIGNS = {
    "Shopify: orders": {"SPRING10": ("2024-02-29T23:00:00", "2024-03-09T23:00:00")},
    "WooCommerce: orders from the REST API": {"spring10": ("2024-02-29T23:00:00", "2024-03-09T23:00:00")},
    "WooCommerce: Advanced Order Export": {"spring10": ("2024-02-29T23:00:00", "2024-03-09T23:00:00")},
    "Magento (Adobe Commerce): orders from the REST API": {
        "SPRING10": ("2024-03-08T23:00:00", "2024-03-09T23:00:00")
    },
    "Google Analytics 4: BigQuery export": {"spring_2024": ("2024-03-08T23:00:00", "2024-03-09T23:00:00")},
    "Segment: track events": {"spring_2024": ("2024-03-08T23:00:00", "2024-03-09T23:00:00")},
    "Matomo: visits": {"spring_2024": ("2024-03-08T23:00:00", "2024-03-09T23:00:00")},
    "Klaviyo": {
        "Spring launch": ("2024-03-09T09:00:00", "2024-03-16T09:00:00"),
        "Easter preview": ("2024-03-20T17:30:00", "2024-03-27T17:30:00"),
    },
    "Mailchimp": {
        "42694e9e57": ("2024-03-09T09:00:00", "2024-03-16T09:00:00"),
        "9b1c0d3f7a": ("2024-03-20T17:30:00", "2024-03-27T17:30:00"),
    },
}
CAMPAIGNS["Mailchimp: reports from the API"] = CAMPAIGNS["Mailchimp"]
TARGETINGS = {
    "Klaviyo": [(KLAVIYO_LENA, "Spring launch"), (KLAVIYO_TOM, "Spring launch")],
    "Mailchimp": [(LENA, "42694e9e57"), (TOM, "42694e9e57"), (LENA, "9b1c0d3f7a")],
    "Mailchimp: reports from the API": [(LENA, "42694e9e57"), (TOM, "42694e9e57")],
}
COUNTING = {
    "Magento (Adobe Commerce): order grid": {"order": "any"},
    "Google Analytics 4: BigQuery export": {
        "view_item": "named", "add_to_cart": "named", "add_to_wishlist": "named", "purchase": "named"
    },
    "Segment: track events": {"viewed": "named", "clicked": "named", "added": "named", "purchase": "named"},
    "Matomo: visits": {"view": "named", "purchase": "named"},
    "Klaviyo": {"open": "named", "click": "named"},
    "Mailchimp": {"open": "named", "click": "named"},
    "Mailchimp: reports from the API": {"open": "named", "click": "named"},
    "Taobao UserBehavior": {"pv": "any", "buy": "any"},
    "UCI Online Retail": {"purchase": "any"},
    "UCI Online Retail II": {"purchase": "any"},
    "Olist": {"purchase": "any"},
}  # fmt: skip
"""The kinds that count, where they are others than purchases that name a campaign."""
CATEGORIES = {
    "Google Analytics 4: BigQuery export": {
        "CAN-HON": "Candles", "WORKSHOP": "Events", "MUG-BLU": "Tableware"
    },
    "Taobao UserBehavior": {
        "2268318": "2520377", "2333346": "2520771", "2576651": "149192", "3830808": "4181361",
        "4365585": "2520377",
    },
    "Olist": {OLIST["x"]: "housewares", OLIST["y"]: "perfumery"},
}  # fmt: skip


def infer(folder: Path, zone: str | None = "Europe/Berlin") -> Mapping:
    text = infer_mapping(folder, "x", zone)
    assert "a known export" in text
    assert "Not used" not in text
    assert "ask:" not in text
    return parse_mapping(load_yaml(text), "test")


def own_zone(title: str) -> str | None:
    """Data sets with a zone of their own need none."""
    return None if title.startswith(("Taobao", "UCI", "Olist")) else "Europe/Berlin"


def rows_of(folder: Path, mapping: Mapping, table: str) -> Iterator[dict[str, Any]]:
    for resolved in Resolver(mapping, Observer(mapping)).run(
        open_input_files(folder, mapping, Silent()), Silent()
    ):
        if resolved.source.table == table:
            columns = {name: column.to_pylist() for name, column in resolved.rows.columns.items()}
            for position in range(len(resolved.rows)):
                yield {name: values[position] for name, values in columns.items()}


def moment(milliseconds: int) -> str:
    timespec = "milliseconds" if milliseconds % 1000 else "seconds"
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None).isoformat(timespec=timespec)


def behaviours_of(folder: Path, mapping: Mapping) -> list[Behaviour]:
    return [
        (
            row["kind"], row["user"], row["object"], moment(row["at"]), row.get("quantity"),
            None if row.get("value") is None else round(row["value"], 6), row.get("campaign"),
        )
        for row in rows_of(folder, mapping, "behaviours")
    ]  # fmt: skip


def test_every_section_of_the_page_has_a_sample_and_an_outcome() -> None:
    assert {title for title, files in samples().items() if files} == set(BEHAVIOURS)
    assert len(samples()) == len(BEHAVIOURS)


@pytest.mark.parametrize("title", BEHAVIOURS)
def test_sample_is_loaded_as_its_page_states(tmp_path: Path, title: str) -> None:
    write_sample(title, tmp_path)
    mapping = infer(tmp_path, own_zone(title))
    report = check_files(tmp_path, mapping, Silent())
    assert report.total.rejected == 0, report.reasons
    assert behaviours_of(tmp_path, mapping) == BEHAVIOURS[title]
    campaigns = {
        row["id"]: (moment(row["starts"]), moment(row["ends"]))
        for row in rows_of(tmp_path, mapping, "campaigns")
    }
    assert campaigns == CAMPAIGNS.get(title, {})
    targetings = [(row["user"], row["campaign"]) for row in rows_of(tmp_path, mapping, "targetings")]
    assert targetings == TARGETINGS.get(title, [])
    categories = {
        row["id"]: row["category"] for row in rows_of(tmp_path, mapping, "products") if row.get("category")
    }
    assert categories == CATEGORIES.get(title, {})
    counting = {name: kind.counts for name, kind in mapping.kinds.items() if kind.counts != "never"}
    assert counting == COUNTING.get(title, {"purchase": "named"})
    assert bool(mapping.participation.targeted) == (title in TARGETINGS)


def test_every_known_export_has_a_sample(tmp_path: Path) -> None:
    titles: set[str] = set()
    for title in BEHAVIOURS:
        folder = tmp_path / str(len(titles)) / title[:8]
        folder.mkdir(parents=True, exist_ok=True)
        write_sample(title, folder)
        text = infer_mapping(folder)
        titles |= {export.title for export in known_exports() if f"{export.title}: a known export" in text}
    assert titles == {export.title for export in known_exports()}


def test_uci_workbook_is_loaded_like_its_csv(tmp_path: Path) -> None:
    text = samples()["UCI Online Retail"]["Online Retail.csv"]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    header, *lines = [line.split(",") for line in text.splitlines()]
    sheet.append(header)
    for invoice, code, name, quantity, at, price, customer, country in lines:
        sheet.append([
            invoice if invoice.startswith("C") else int(invoice), code, name or None, int(quantity),
            datetime.strptime(at, "%m/%d/%Y %H:%M"), float(price), int(customer) if customer else None,
            country,
        ])  # fmt: skip
    book.save(tmp_path / "Online Retail.xlsx")
    mapping = infer(tmp_path, None)
    assert behaviours_of(tmp_path, mapping) == BEHAVIOURS["UCI Online Retail"]


def test_columns_that_a_shop_never_fills_are_left_out_of_the_mapping(tmp_path: Path) -> None:
    (path,) = write_sample("Magento (Adobe Commerce): orders from the REST API", tmp_path)
    path.write_text(path.read_text().replace('"coupon_code": "SPRING10", ', ""))
    mapping = infer(tmp_path)
    assert "campaigns" not in mapping.tables
    expected = BEHAVIOURS["Magento (Adobe Commerce): orders from the REST API"]
    assert behaviours_of(tmp_path, mapping) == [(*row[:6], None) for row in expected]


SHOPIFY = "Shopify: orders"


def _later_shopify_export(folder: Path, lacking: str) -> str:
    """Write the sample, and a later export of other orders that lacks a column; return its name."""
    (path,) = write_sample(SHOPIFY, folder)
    rows = list(csv.reader(path.read_text(encoding="utf-8").replace("#10", "#20").splitlines()))
    position = rows[0].index(lacking)
    with (folder / "orders_export_2.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([row[:position] + row[position + 1 :] for row in rows])
    return "orders_export_2.csv"


@pytest.mark.parametrize("column", ["Lineitem discount", "Vendor", "Tags"])
def test_later_export_without_a_column_that_no_row_depends_on_is_mapped_alike(
    tmp_path: Path, column: str
) -> None:
    name = _later_shopify_export(tmp_path, column)
    text = infer_mapping(tmp_path, "x", "Europe/Berlin")
    assert (f"{name} lacks {column}" in text) == (column != "Tags")  # The mapping uses no tags.
    mapping = parse_mapping(load_yaml(text), "test")
    assert check_files(tmp_path, mapping, Silent()).total.rejected == 0
    expected = sorted(2 * BEHAVIOURS[SHOPIFY], key=str)
    assert sorted(behaviours_of(tmp_path, mapping), key=str) == expected


@pytest.mark.parametrize("column", ["Cancelled at", "Lineitem sku"])
def test_later_export_without_a_column_that_rows_depend_on_is_refused(tmp_path: Path, column: str) -> None:
    name = _later_shopify_export(tmp_path, column)
    expected = f"{name} is nearly an export of Shopify orders, like orders_export_1.csv, but lacks {column}"
    with pytest.raises(InvalidRequest, match=expected):
        infer_mapping(tmp_path, "x", "Europe/Berlin")
    (tmp_path / "orders_export_1.csv").unlink()
    expected = f"{name} is nearly an export of Shopify orders, but lacks {column}: it is mapped by the names"
    assert expected in infer_mapping(tmp_path, "x", "Europe/Berlin")


@pytest.mark.parametrize(
    ("title", "file", "column"),
    [
        ("Klaviyo", "campaigns.csv", "Subject"),
        ("Mailchimp", "campaigns.csv", "Total Recipients"),
    ],
)
def test_newsletters_without_a_describing_column_are_known(
    tmp_path: Path, title: str, file: str, column: str
) -> None:
    section = next(name for name in BEHAVIOURS if name.startswith(title))
    write_sample(section, tmp_path)
    (path,) = tmp_path.rglob(file)
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    position = rows[0].index(column)
    with path.open("w", encoding="utf-8", newline="") as output:
        csv.writer(output).writerows([row[:position] + row[position + 1 :] for row in rows])
    text = infer_mapping(tmp_path, "x", "Europe/Berlin")
    assert f"a known export; {file} lacks {column}" in text
    mapping = parse_mapping(load_yaml(text), "test")
    assert sorted(behaviours_of(tmp_path, mapping), key=str) == sorted(BEHAVIOURS[section], key=str)


def test_dates_of_a_table_of_campaigns_hold(tmp_path: Path) -> None:
    write_sample("Shopify: orders", tmp_path)
    (tmp_path / "campaigns.csv").write_text(
        "campaign_id,start_date,end_date\nSPRING10,2024-03-01,2024-03-31\n"
    )
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "x", "UTC")), "test")
    campaigns = [(row["id"], moment(row["ends"])) for row in rows_of(tmp_path, mapping, "campaigns")]
    assert campaigns == [("SPRING10", "2024-04-01T00:00:00")]
    assert check_files(tmp_path, mapping, Silent()).total.rejected == 0


def test_own_campaigns_and_promotions_decide_what_counts(tmp_path: Path) -> None:
    write_sample("UCI Online Retail", tmp_path)
    (tmp_path / "campaigns.csv").write_text("campaign_id,start_date,end_date\nC1,2010-12-01,2010-12-24\n")
    (tmp_path / "promotions.csv").write_text("campaign_id,product_id\nC1,85123A\n")
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "x")), "test")
    assert mapping.kinds["purchase"].counts == "promoted"
    assert (mapping.zone, mapping.participation.targeted) == ("Europe/London", False)
    assert [row["id"] for row in rows_of(tmp_path, mapping, "campaigns")] == ["C1"]


def test_customer_of_a_shop_who_writes_the_address_in_two_cases_is_one_user(tmp_path: Path) -> None:
    (path,) = write_sample("Shopify: orders", tmp_path)
    path.write_text(path.read_text().replace("#1005,lena@", "#1005,Lena@"))
    mapping = infer(tmp_path)
    assert behaviours_of(tmp_path, mapping) == BEHAVIOURS["Shopify: orders"]
    assert {row["id"] for row in rows_of(tmp_path, mapping, "users")} == {LENA, TOM}
    assert check_files(tmp_path, mapping, Silent()).warnings == []


def test_notes_with_line_breaks_are_read_in_the_orders_and_where_they_are_joined(tmp_path: Path) -> None:
    (path,) = write_sample("Shopify: orders", tmp_path)
    header, *rows = path.read_text().splitlines()
    place = header.split(",").index("Notes")
    noted = []
    for row in rows:
        cells = row.split(",")
        cells[place] = '"ring twice,\nthen wait"'
        noted.append(",".join(cells))
    path.write_text("\n".join([header, *noted]) + "\n")
    mapping = infer(tmp_path)
    assert check_files(tmp_path, mapping, Silent()).total.rejected == 0
    assert behaviours_of(tmp_path, mapping) == BEHAVIOURS["Shopify: orders"]


def test_events_without_consent_have_no_user_and_are_left_out(tmp_path: Path) -> None:
    (path,) = write_sample("Google Analytics 4: BigQuery export", tmp_path)
    first, *rest = [json.loads(line) for line in path.read_text().splitlines() if line]
    anonymous = {name: value for name, value in rest[0].items() if name != "user_id"} | {
        "user_pseudo_id": None
    }
    path.write_text("".join(json.dumps(event) + "\n" for event in [first, *rest, anonymous]))
    mapping = infer(tmp_path, own_zone("Google Analytics 4: BigQuery export"))
    report = check_files(tmp_path, mapping, Silent())
    assert report.total.rejected == 0
    assert behaviours_of(tmp_path, mapping) == BEHAVIOURS["Google Analytics 4: BigQuery export"]


def test_two_exports_with_users_by_e_mail_address_are_both_mapped(tmp_path: Path) -> None:
    mailchimp = next(title for title in BEHAVIOURS if title.startswith("Mailchimp"))
    for title in ("Shopify: orders", mailchimp):
        write_sample(title, tmp_path)
    # Discount codes and newsletters are campaigns of two kinds.
    text = write_answers(infer_mapping(tmp_path, "x", "Europe/Berlin"), ["named"])
    mapping = parse_mapping(load_yaml(text), "test")
    assert check_files(tmp_path, mapping, Silent()).total.rejected == 0
    both = BEHAVIOURS["Shopify: orders"] + BEHAVIOURS[mailchimp]
    assert sorted(behaviours_of(tmp_path, mapping), key=str) == sorted(both, key=str)
    campaigns = {row["id"] for row in rows_of(tmp_path, mapping, "campaigns")}
    assert campaigns == set(CAMPAIGNS["Shopify: orders"]) | set(CAMPAIGNS[mailchimp])


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("Klaviyo", "Shopify: orders", "each person in both would be two users"),
        (
            "WooCommerce: orders from the REST API",
            "WooCommerce: Advanced Order Export",
            "the same orders twice",
        ),
    ],
)
def test_exports_that_do_not_fit_together_are_refused(
    tmp_path: Path, first: str, second: str, why: str
) -> None:
    paths = [path.name for title in (first, second) for path in write_sample(title, tmp_path)]
    with pytest.raises(InvalidRequest, match=why) as refusal:
        infer_mapping(tmp_path, "x", "UTC")
    assert all(name in str(refusal.value) for name in paths)
