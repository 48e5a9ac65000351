"""Folders as people send them: inferred, asked about, checked, and counted, without a word by the user."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.errors import ImportFailed
from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

CAMPAIGN = "campaign_id,name,start_date,end_date\n"
SPRING = CAMPAIGN + "C1,Spring,2024-03-01,2024-03-20\n"
ORDERS = "order_id,customer_id,product_id,order_date,quantity,amount\n"
UCI = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
TARGETS = "customer_id,campaign_id\na,C1\nb,C1\n"
PROMOTED = "campaign_id,product_id\nC1,tea\n"
HOURLY = "".join(
    f"a,tea,2024-{month:02}-{day:02} {hour:02}:30:00\n"
    for month in (1, 2)
    for day in range(1, 29)
    for hour in range(8, 20)
)
"""Two orders an hour over two months."""


@dataclass(frozen=True)
class Export:
    """Files, the questions that they leave open, and what an import makes of them.

    Attributes
    ----------
    files
        Name and text of each file; bytes for encodings other than UTF-8.
    tally
        What counts as participation, as `import check` prints it.
    loaded
        Accepted rows of each table.
    rows
        Fields of the first behaviours; moments as UTC.
    answers
        An answer to each question, by the place of the question.
    warnings
        Codes of the warnings.
    rejected, left_out
        Rows of behaviours.
    zone
        Time zone, as `import init --zone` states it; None: UTC, if it is asked.
    """

    files: dict[str, str | bytes]
    tally: list[str]
    loaded: dict[str, int]
    rows: list[dict[str, object]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    rejected: int = 0
    left_out: int = 0
    zone: str | None = None


def segment_event(name: str, user: str, product: str, at: str) -> str:
    return (
        f'{{"messageId": "{name}{user}{at}", "type": "track", "event": "{name}", "anonymousId": "n-{user}", '
        f'"userId": "{user}", "timestamp": "{at}", "context": {{"campaign": {{"name": "spring"}}}}, '
        f'"properties": {{"product_id": "{product}", "quantity": 1, "revenue": 12.5}}}}'
    )


EVENTS = [
    segment_event("Product Viewed", "7", "tea", "2024-03-01T08:30:56.123Z"),
    segment_event("product viewed", "8", "mug", "2024-03-02T09:02:13.123Z"),
    segment_event("Order Completed", "8", "mug", "2024-03-02T09:19:45.123Z"),
]
SEGMENT_TALLY = ["purchase: 1 behaviours, 1 count.", "viewed: 2 behaviours, 2 count."]
SEGMENT_ROWS: list[dict[str, object]] = [
    {"user": "7", "kind": "viewed", "object": "tea", "at": "2024-03-01T08:30:56.123", "campaign": "spring"},
    {"user": "8", "kind": "viewed", "object": "mug", "at": "2024-03-02T09:02:13.123", "campaign": "spring"},
    {"user": "8", "kind": "purchase", "object": "mug", "at": "2024-03-02T09:19:45.123", "value": 12.5},
]
DAY_AND_MONTH = {
    "campaigns.csv": CAMPAIGN + "C1,April,2024-04-01,2024-04-10\n",
    "orders.csv": ORDERS + "1,a,tea,03/04/2024 10:00,1,5.5\n2,b,tea,05/04/2024 10:00,1,5.5\n",
}
ORDER_QUESTION = "tables.behaviours.0.times"
CLOCKED = {
    "targets.csv": TARGETS,
    "promotions.csv": PROMOTED,
    "orders.csv": ORDERS
    + "1,a,tea,2024-03-20T08:59:59,1,5.5\n2,a,tea,2024-03-20T09:00:00,1,5.5\n"
    + "3,b,tea,2024-03-20T20:59:59,1,5.5\n4,b,tea,2024-03-20T21:00:00,1,5.5\n"
    + "5,b,tea,2024-03-21T00:00:00,1,5.5\n",
}
LATE = {
    "targets.csv": TARGETS,
    "promotions.csv": PROMOTED,
    "orders.csv": ORDERS
    + "1,a,tea,2024-03-04 10:00,1,5.5\n2,c,tea,2024-03-05 10:00,1,5.5\n3,a,mug,2024-03-06 10:00,1,5.5\n"
    + "".join(f"{n},a,tea,2024-{n:02}-04 10:00,1,5.5\n" for n in range(4, 9)),
}

EXPORTS = {
    "orders and campaigns, nothing else": Export(
        {
            "campaigns.csv": SPRING,
            "orders.csv": ORDERS
            + "1,a,tea,2024-03-04 10:00:00,3,34.4\n2,b,mug,2024-03-20 23:59:59,1,8\n"
            + "3,b,mug,2024-03-21 00:00:00,1,8\n",
        },
        ["purchase: 3 behaviours, 2 count; 1 outside every window."],
        {"campaigns": 1, "behaviours": 3},
        [{"user": "a", "object": "tea", "at": "2024-03-04T10:00:00", "quantity": 3, "value": 34.4}],
    ),
    "dates of which one decides the order": Export(
        DAY_AND_MONTH | {"orders.csv": DAY_AND_MONTH["orders.csv"] + "3,b,tea,25/03/2024 10:00,1,5.5\n"},
        ["purchase: 3 behaviours, 2 count; 1 outside every window."],
        {"campaigns": 1, "behaviours": 3},
        [{"at": "2024-04-03T10:00:00"}, {"at": "2024-04-05T10:00:00"}, {"at": "2024-03-25T10:00:00"}],
    ),
    "dates of which none decides the order: day first": Export(
        DAY_AND_MONTH,
        ["purchase: 2 behaviours, 2 count."],
        {"campaigns": 1, "behaviours": 2},
        [{"at": "2024-04-03T10:00:00"}, {"at": "2024-04-05T10:00:00"}],
        answers={ORDER_QUESTION: "%d/%m/%Y %H:%M"},
    ),
    "dates of which none decides the order: month first": Export(
        DAY_AND_MONTH,
        ["purchase: 2 behaviours, 0 count; 2 outside every window."],
        {"campaigns": 1, "behaviours": 2},
        [{"at": "2024-03-04T10:00:00"}, {"at": "2024-05-04T10:00:00"}],
        answers={ORDER_QUESTION: "%m/%d/%Y %H:%M"},
        warnings=["no_participations"],
    ),
    "numbers with both decimal signs": Export(
        {
            "campaigns.csv": SPRING,
            "orders.csv": ORDERS.replace(",", ";")
            + "1;a;tea;2024-03-04;1;34.40\n2;b;tea;2024-03-05;1;2,28\n3;b;tea;2024-03-05;1;1.234,50\n",
        },
        ["purchase: 2 behaviours, 2 count."],
        {"campaigns": 1, "behaviours": 2},
        [{"user": "b", "value": 2.28}, {"user": "b", "value": 1234.5}],
        answers={"tables.behaviours.0.numbers": "1.234,56"},
        rejected=1,
    ),
    "ends with a clock": Export(
        CLOCKED | {"campaigns.csv": "id,starts,ends\nC1,2024-03-01T09:00:00,2024-03-20T23:59:59\n"},
        ["purchase: 5 behaviours, 4 count; 1 outside every window."],
        {"campaigns": 1, "targetings": 2, "promotions": 1, "behaviours": 5},
    ),
    "a sale of half a day": Export(
        CLOCKED | {"campaigns.csv": "id,starts,ends\nC1,2024-03-20T09:00:00,2024-03-20T21:00:00\n"},
        ["purchase: 5 behaviours, 2 count; 3 outside every window."],
        {"campaigns": 1, "targetings": 2, "promotions": 1, "behaviours": 5},
    ),
    "UCI Online Retail with own campaigns": Export(
        {
            "campaigns.csv": SPRING,
            "campaign_products.csv": "campaign_id,StockCode\nC1,85123A\n",
            "Online Retail.csv": (
                UCI
                + '536365,85123A,"HOLDER, ""£3""",6,3/4/2024 8:26,2.55,17850,United Kingdom\n'
                + "536366,85123A,HOLDER,1,3/14/2024 9:26,2.55,,United Kingdom\n"  # A guest.
                + "536367,71053,LANTERN,1,3/14/2024 9:28,3.39,17850.0,United Kingdom\n"
                + "C536368,85123A,HOLDER,-6,3/15/2024 8:26,2.55,17850,United Kingdom\n"
            ).encode("cp1252"),
        },
        [
            "purchase: 2 behaviours, 1 count; 1 inside one, but not of a promoted product.",
            "return: 1 behaviours; they never count, and are subtracted from those of purchase.",
        ],
        {"users": 1, "products": 2, "campaigns": 1, "promotions": 1, "behaviours": 3},
        [
            {"user": "17850", "kind": "purchase", "at": "2024-03-04T08:26:00", "quantity": 6, "value": 15.3},
            {"user": "17850", "kind": "purchase", "object": "71053"},
            {"user": "17850", "kind": "return", "quantity": -6},
        ],
        left_out=1,
    ),
    "Taobao with own campaigns and stray stamps": Export(
        {
            "campaigns.csv": "活动,名称,开始,结束\nC1,双12,2017/11/26,2017/11/27\n",
            "targets.csv": "user,campaign\n1,C1\n",
            "promos.csv": "campaign,product\nC1,22\n",
            "UserBehavior.csv": "".join(f"1,22,7,pv,{1511560000 + 3600 * n}\n" for n in range(80))
            + "1,22,7,buy,1511712000\n2,22,7,buy,1511712000\n1,22,7,cart,2145916800\n",
        },
        [
            "buy: 2 behaviours, 1 count; 1 of users whom the campaign had not targeted by then.",
            "cart: 1 behaviours; they never count.",
            "pv: 80 behaviours, 48 count; 32 outside every window.",
        ],
        {"products": 1, "campaigns": 1, "targetings": 1, "promotions": 1, "behaviours": 83},
        [{"user": "1", "kind": "pv", "object": "22", "at": "2017-11-24T21:46:40"}],
        warnings=["stray_times"],
    ),
    "kinds in Chinese": Export(
        {
            "users.csv": "user_id\n1\n2\n",
            "campaigns.csv": "campaign_id,name,start,end\nC1,x,2024-03-01,2024-03-10\n",
            "events.csv": "user_id,item_id,action,time\n1,p1,浏览,2024-03-01 10:00:00\n"
            "2,p2,购买,2024-03-02 11:00:00\n2,p2,加购,2024-03-02 11:01:00\n",
        },
        [
            "加购: 1 behaviours; they never count.",
            "浏览: 1 behaviours; they never count.",
            "购买: 1 behaviours, 1 count.",
        ],
        {"users": 2, "campaigns": 1, "behaviours": 3},
    ),
    "a last day that is cut in the night": Export(
        {"orders.csv": "user,product,at\n" + HOURLY + "b,tea,2024-03-01 00:05:00\n"},
        ["purchase: 673 behaviours, 0 count; 673 outside every window."],
        {"behaviours": 673},
        warnings=["unfinished_day", "no_participations"],
    ),
    "one campaign long ago, and orders ever since": Export(
        LATE | {"campaigns.csv": SPRING},
        [
            "purchase: 8 behaviours, 1 count; 5 outside every window, 1 inside one, but not of a promoted "
            "product, 1 of users whom the campaign had not targeted by then."
        ],
        {"campaigns": 1, "targetings": 2, "promotions": 1, "behaviours": 8},
    ),
    "campaigns that are all to come": Export(
        LATE | {"campaigns.csv": CAMPAIGN + "C1,Next,2025-01-01,2025-01-20\nC2,Then,2025-02-01,2025-02-20\n"},
        ["purchase: 8 behaviours, 0 count; 8 outside every window."],
        {"campaigns": 2, "targetings": 2, "promotions": 1, "behaviours": 8},
        warnings=["open_campaigns", "campaigns_without_products", "no_participations"],
    ),
    "Mailchimp: opens and clicks, no ends": Export(
        {
            "audience_members.csv": "Email Address,First Name,MEMBER_RATING,TAGS\n"
            'Ann@example.org,Ann,3,"""vip"",""old"""\nben@example.org,Ben,2,\n',
            "campaigns.csv": "Title,Subject,Send Date,Send Weekday,Total Recipients,Unique Opens,Open Rate,"
            'Revenue,Unique Id\nNews,"20% off, ""now""","Mar 04, 2024 10:00 am",Monday,2,2,100.00%,'
            '"$1,204.50",00000000ab\n',
            "sent.csv": "Campaign Id,Email Address,Status\n00000000ab,ann@example.org,Sent\n"
            "00000000ab,ben@example.org,Hard bounce\n",
            "activities.csv": "Campaign Id,Email Address,Action,Timestamp,URL\n"
            "00000000ab,ann@example.org,open,2024-03-04 10:56:05,\n"
            '00000000ab,ann@example.org,click,2024-03-11 09:59:59,"https://shop.example/?a=1,2"\n'
            "00000000ab,ann@example.org,open,2024-03-11 10:00:00,\n"
            "00000000ab,ben@example.org,open,2024-03-05 10:00:00,\n",
        },
        [
            "click: 1 behaviours, 1 count.",
            "open: 3 behaviours, 1 count; 1 outside every window, 1 of users whom the campaign had not "
            "targeted by then.",
        ],
        {"users": 2, "campaigns": 1, "targetings": 1, "behaviours": 4},
        [{"user": "ann@example.org", "kind": "open", "object": "00000000ab", "at": "2024-03-04T09:56:05"}],
        zone="Europe/Berlin",
    ),
    "Segment events": Export(
        {"events.jsonl": "\n".join(EVENTS) + "\n"},
        SEGMENT_TALLY,
        {"campaigns": 1, "behaviours": 3},
        SEGMENT_ROWS,
        left_out=3,
    ),
    "Segment events as an array": Export(
        {"events.jsonl": "[\n " + ",\n ".join(EVENTS) + "\n]\n"},
        SEGMENT_TALLY,
        {"campaigns": 1, "behaviours": 3},
        SEGMENT_ROWS,
        left_out=3,
    ),
    "Segment events that name none of the own campaigns": Export(
        {"events.jsonl": "\n".join(EVENTS) + "\n", "campaigns.csv": SPRING},
        SEGMENT_TALLY,
        {"campaigns": 2, "behaviours": 3},
        SEGMENT_ROWS,
        warnings=["campaigns_without_participations"],
        answers={"kinds.purchase.counts": "named"},
        left_out=3,
    ),
    "JSON lines of which one is cut": Export(
        {
            "campaigns.csv": SPRING,
            "orders.jsonl": '{"user_id": "a", "product_id": "tea", "time": "2024-03-04T10:00:00Z"}\n'
            '{"user_id": "b", "product_id": "t\n'
            '{"user_id": "c", "product_id": "tea", "time": "2024-03-06T10:00:00Z"}\n',
        },
        ["purchase: 2 behaviours, 2 count."],
        {"campaigns": 1, "behaviours": 2},
        [{"user": "a"}, {"user": "c", "at": "2024-03-06T10:00:00"}],
        rejected=1,
    ),
    "an array of events that name their offers in two ways": Export(
        {
            "profile.json": '[{"id": "7", "gender": null, "age": 27}, {"id": "8", "gender": "F", "age": 71}]',
            "transcript.json": '[{"person": "7", "event": "offer received", "value": {"offer id": "o1"}, '
            '"time": "2024-03-01T10:00:00Z"}, {"person": "7", "event": "offer completed", "value": '
            '{"offer_id": "o1", "reward": 5}, "time": "2024-03-04T10:00:00Z"}, {"person": "8", "event": '
            '"transaction", "value": {"amount": 36.5}, "time": "2024-03-05T10:00:00Z"}]',
        },
        ["offer completed: 1 behaviours, 1 count.", "offer received: 1 behaviours; they never count."],
        {"users": 2, "campaigns": 1, "behaviours": 2},
        [
            {"user": "7", "kind": "offer received", "object": "o1", "at": "2024-03-01T10:00:00"},
            {"user": "7", "kind": "offer completed", "object": "o1"},
        ],
        left_out=1,
    ),
    "coupons with rates and thresholds": Export(
        {
            "campaigns.csv": "campaign_id,name,start_date,end_date\n11002,满减,20240301,20240320\n",
            "offline_train.csv": "User_id,Merchant_id,Coupon_id,Discount_rate,Distance,Date_received,Date\n"
            "1,2632,null,null,0,null,20240304\n1,2632,11002,0.95,1,20240301,20240305\n"
            "2,2632,11002,300:30,null,20240301,20240306\n2,2632,11002,20:1,0,20240301,null\n",
        },
        ["purchase: 3 behaviours, 2 count; 1 inside one, but not naming the campaign."],
        {"campaigns": 1, "behaviours": 3},
        [
            {"discount": None, "discount_rate": None, "minimum_spend": None, "campaign": None},
            {"discount": None, "discount_rate": 0.05, "minimum_spend": None, "campaign": "11002"},
            {"discount": 30, "discount_rate": None, "minimum_spend": 300},
        ],
        answers={"tables.behaviours.0.columns.discount.as": "threshold | paid_rate"},
        left_out=1,
    ),
    "orders without products, few of which name a campaign": Export(
        {
            "campaigns.csv": SPRING,
            "orders.csv": "customer_id,order_date,amount,utm_campaign\na,2024-03-04,5,C1\nb,2024-03-05,5,\n"
            "c,2024-03-06,5,\n",
        },
        ["purchase: 3 behaviours, 1 count; 2 inside one, but not naming the campaign."],
        {"campaigns": 1, "behaviours": 3},
        [{"user": "a", "campaign": "C1", "value": 5}, {"user": "b", "campaign": None}],
    ),
    "a spreadsheet from the United States": Export(
        {
            "customers.csv": "customer_id\n1\n2\n",
            "campaigns.csv": CAMPAIGN + "C1,x,3/1/24,3/20/24\n",
            "orders.csv": ORDERS
            + '1,1,p1,3/13/2024 2:05:00 PM,1,"$1,234.50"\n2,2,p2,3/4/2024 12:05:00 AM,1,"1,234"\n'
            + "3,2,p2,3/20/2024 11:05:00 PM,1,($5.00)\n",
        },
        [
            "purchase: 2 behaviours, 2 count.",
            "return: 1 behaviours; they never count, and are subtracted from those of purchase.",
        ],
        {"users": 2, "campaigns": 1, "behaviours": 3},
        [
            {"at": "2024-03-13T14:05:00", "value": 1234.5},
            {"at": "2024-03-04T00:05:00", "value": 1234},
            {"at": "2024-03-20T23:05:00", "value": -5},
        ],
    ),
    "JSON lines without a mapping that mistypes them": Export(
        {
            "campaigns.csv": SPRING,
            "orders.jsonl": '{"user_id": "1", "product_id": "p", "time": "2024-03-04T10:00:00Z", '
            '"amount": 3.5, "qty": 2}\n',
        },
        ["purchase: 1 behaviours, 1 count."],
        {"campaigns": 1, "behaviours": 1},
        [{"value": 3.5, "quantity": 2}],
    ),
    "moments around the midnights of another zone": Export(
        {
            "campaigns.csv": "id,starts,ends\nC1,2024-03-09,2024-03-10\n",  # The clocks change on the 10th.
            "clicks.jsonl": "".join(
                f'{{"user": "u{n}", "campaign": "C1", "time": "{at}"}}\n'
                for n, at in enumerate(
                    ["2024-03-09T04:59:59Z", "2024-03-09T05:00:00Z", "2024-03-11T03:59:59Z",
                     "2024-03-11T04:00:00Z"]
                )
            ),
        },
        ["click: 4 behaviours, 2 count; 2 outside every window."],
        {"campaigns": 1, "behaviours": 4},
        zone="America/New_York",
    ),
    "a list in the cells of one column": Export(
        {"customers.csv": "id;name;tags\n1;Ann;a,b\n2;Ben;c,d\n", "campaigns.csv": SPRING,
         "orders.csv": ORDERS + "1,1,tea,2024-03-04,1,5\n"},
        ["purchase: 1 behaviours, 1 count."],
        {"users": 2, "campaigns": 1, "behaviours": 1},
    ),
    "e-mail addresses in two cases": Export(
        {"campaigns.csv": SPRING,
         "orders.csv": "email,product_id,order_date\nAnn@x.org,tea,2024-03-04\nann@x.org,tea,2024-03-05\n"},
        ["purchase: 2 behaviours, 2 count."],
        {"campaigns": 1, "behaviours": 2},
        warnings=["similar_ids"],
    ),
}  # fmt: skip


def read(folder: Path, export: Export) -> Check:
    """Return the check of an export, after its questions are answered."""
    for name, content in export.files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    text = infer_mapping(folder, "shop", export.zone)
    try:
        mapping = parse_mapping(load_yaml(text), "mapping")
        assert not export.answers, "no question was asked"
    except UnansweredQuestions as error:
        paths = [question.path for question in error.questions]
        answers = {"zone": "UTC"} | export.answers if "zone" in paths else export.answers
        assert paths == list(answers), error
        text = write_answers(text, list(answers.values()))
        mapping = parse_mapping(load_yaml(text), "mapping")
    return check_files(folder, mapping, Silent())


@pytest.mark.parametrize("name", EXPORTS)
def test_export_comes_in_as_it_is_meant(tmp_path: Path, name: str) -> None:
    export = EXPORTS[name]
    check = read(tmp_path, export)
    assert check.tally.lines() == export.tally
    assert {table: counts.loaded for table, counts in check.tables.items()} == export.loaded
    rows = [row | {"at": _moment(row["at"])} for row in check.preview["behaviours"]]
    for expected, row in zip(export.rows, rows, strict=False):
        assert {field: row.get(field) for field in expected} == pytest.approx(expected)
    assert [warning.code for warning in check.warnings] == export.warnings
    behaviours = check.tables["behaviours"]
    assert (behaviours.rejected, behaviours.left_out) == (export.rejected, export.left_out)
    assert check.total.rejected == export.rejected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Segment events that name none of the own campaigns", "1 of 2 campaigns have behaviours inside"),
        ("campaigns that are all to come", "every campaign begins after the last behaviour"),
        ("dates of which none decides the order: month first", "outside the windows of all campaigns"),
        ("a last day that is cut in the night", "has no campaigns yet"),
    ],
)
def test_nothing_that_counts_is_explained(tmp_path: Path, name: str, reason: str) -> None:
    assert reason in read(tmp_path, EXPORTS[name]).warnings[-1].text


def test_dates_in_both_orders_are_asked_about_and_refused_with_two_rows(tmp_path: Path) -> None:
    orders = ORDERS + "1,a,tea,25/03/2024,1,5\n2,a,tea,04/05/2024,1,5\n3,b,tea,03/28/2024,1,5\n"
    export = Export(
        {"campaigns.csv": SPRING, "orders.csv": orders}, [], {}, answers={ORDER_QUESTION: "%d/%m/%Y"}
    )
    with pytest.raises(ImportFailed, match=r"row 4: '03/28/2024'.*row 2: '25/03/2024'"):
        read(tmp_path, export)
    with pytest.raises(UnansweredQuestions, match="row 2: '25/03/2024' and row 4: '03/28/2024' cannot have"):
        parse_mapping(load_yaml(infer_mapping(tmp_path)), "mapping")


def _moment(milliseconds: object) -> str:
    assert isinstance(milliseconds, int)
    at = datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
    return at.isoformat(timespec="milliseconds" if milliseconds % 1000 else "seconds")
