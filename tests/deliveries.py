"""Deliveries drawn from a grammar of the ways in which people write orders, with what each of them means.

A delivery combines a date format, a number format, a delimiter, an encoding, a file format, names of columns
in one of three languages, missing tables, campaigns with and without clocks, returns, guests, and damage. Its
`truth` is what an import must load; `undecidable` says what nobody could tell from the files.
"""

import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = "Europe/Berlin"
_FIRST = datetime(2024, 1, 1)

_MONTHS = {
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio"),
}


def _elapsed(time: datetime) -> timedelta:
    """Return the time since the start of the test, at 9 o'clock."""
    zone = ZoneInfo(ZONE)
    return time.replace(tzinfo=zone).astimezone(UTC) - _FIRST.replace(hour=9, tzinfo=zone).astimezone(UTC)


DATES: dict[str, Callable[[datetime], object]] = {
    "iso day": lambda t: f"{t:%Y-%m-%d}",
    "iso": lambda t: f"{t:%Y-%m-%d %H:%M:%S}",
    "iso T offset": lambda t: t.replace(tzinfo=ZoneInfo(ZONE)).isoformat(),
    "iso UTC": lambda t: f"{t.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    "d/m/Y": lambda t: f"{t:%d/%m/%Y}",
    "d/m/Y clock": lambda t: f"{t:%d/%m/%Y %H:%M}",
    "m/d/Y": lambda t: f"{t:%m/%d/%Y}",
    "m/d/Y clock": lambda t: f"{t:%m/%d/%Y %H:%M:%S}",
    "m/d/Y pm": lambda t: f"{t:%m/%d/%Y %I:%M %p}",
    "m/d/Y short": lambda t: f"{t.month}/{t.day}/{t.year} {t.hour}:{t:%M}",
    "m/d/y": lambda t: f"{t:%m/%d/%y}",
    "d.m.Y": lambda t: f"{t:%d.%m.%Y}",
    "d.m.Y clock": lambda t: f"{t:%d.%m.%Y %H:%M:%S}",
    "d-m-Y": lambda t: f"{t:%d-%m-%Y %H:%M}",
    "Y/m/d": lambda t: f"{t:%Y/%m/%d %H:%M}",
    "Ymd": lambda t: f"{t:%Y%m%d}",
    "Mon d, Y": lambda t: f"{t:%b %d, %Y %I:%M %p}",
    "d Mon Y": lambda t: f"{t:%d %b %Y}",
    "d. Monat Y": lambda t: f"{t.day}. {_MONTHS['de'][t.month - 1]} {t.year}",
    "d mois Y": lambda t: f"{t.day} {_MONTHS['fr'][t.month - 1]} {t:%Y %H:%M}",
    "d de mes de Y": lambda t: f"{t.day} de {_MONTHS['es'][t.month - 1]} de {t.year}",
    "年月日": lambda t: f"{t.year}年{t.month}月{t.day}日 {'上午' if t.hour < 12 else '下午'}{t:%I:%M}",
    "m/d/Y p.m.": lambda t: f"{t:%m/%d/%Y %I:%M} {'a.m.' if t.hour < 12 else 'p.m.'}",
    "epoch s": lambda t: int(t.replace(tzinfo=ZoneInfo(ZONE)).timestamp()),
    "epoch ms": lambda t: int(t.replace(tzinfo=ZoneInfo(ZONE)).timestamp()) * 1000,
    "excel": lambda t: (t - datetime(1899, 12, 30)).days,
    "excel clock": lambda t: (t - datetime(1899, 12, 30)) / timedelta(days=1),
    "minutes": lambda t: int(_elapsed(t).total_seconds()) // 60,
    "hours": lambda t: _elapsed(t) / timedelta(hours=1),
}
"""How a local time is written."""
_DAYS_ONLY = {
    "iso day",
    "d/m/Y",
    "m/d/Y",
    "m/d/y",
    "d.m.Y",
    "Ymd",
    "d Mon Y",
    "excel",
    "d. Monat Y",
    "d de mes de Y",
}
COUNTED = {
    "excel": "days since 1899-12-30",
    "excel clock": "days since 1899-12-30",
    "minutes": "minutes since 2024-01-01 09:00",
    "hours": "hours since 2024-01-01 09:00",
}
"""What the numbers of a column count, which it does not state."""
_TO_THE_MINUTE = {
    "d mois Y",
    "年月日",
    "m/d/Y p.m.",
    "minutes",
    "d/m/Y clock",
    "m/d/Y pm",
    "m/d/Y short",
    "d-m-Y",
    "Y/m/d",
    "Mon d, Y",
}
_OPPOSITE = {"d/m/Y": "m/d/Y", "m/d/Y": "d/m/Y", "d/m/Y clock": "m/d/Y short", "d-m-Y": "d-m-Y"}

NUMBERS: dict[str, Callable[[float], str]] = {
    "1234.50": lambda x: f"{x:.2f}",
    "1,234.50": lambda x: f"{x:,.2f}",
    "1.234,50": lambda x: f"{x:,.2f}".translate(str.maketrans(",.", ".,")),
    "1 234,50": lambda x: f"{x:,.2f}".translate(str.maketrans(",.", " ,")),
    "1'234.50": lambda x: f"{x:,.2f}".replace(",", "'"),
    "1234,50": lambda x: f"{x:.2f}".replace(".", ","),
    "$1,234.50": lambda x: f"${x:,.2f}",
    "1.234,50 €": lambda x: f"{x:,.2f} €".translate(str.maketrans(",.", ".,")),
    "USD 1234.50": lambda x: f"USD {x:.2f}",
}
NAMES = {
    "English": {"user": "customer_id", "product": "product_id", "at": "order_date", "quantity": "quantity",
                "value": "amount", "basket": "order_id", "note": "note"},
    "camel": {"user": "CustomerID", "product": "StockCode", "at": "InvoiceDate", "quantity": "Quantity",
              "value": "Revenue", "basket": "InvoiceNo", "note": "Notes"},
    "German": {"user": "KundenNr", "product": "Artikel", "at": "Datum", "quantity": "Menge",
               "value": "Betrag", "basket": "Bestellnummer", "note": "Bemerkung"},
    "Chinese": {"user": "用户ID", "product": "商品ID", "at": "下单时间", "quantity": "数量", "value": "金额",
                "basket": "订单号", "note": "备注"},
}  # fmt: skip
_NOTES = {
    "English": "gift; blue, large",
    "camel": "a;b;c",
    "German": "für Müller; groß",
    "Chinese": "礼物；蓝色",
}
_TITLES = {
    "English": [["Sales report"], [], ["Exported on", "May 6, 2024"]],
    "camel": [["InvoiceLines"], ["From", "2024-01-01"], []],
    "German": [["Bestellungen für Müller"], [], ["Stand: 06.05.2024, 9:00"]],
    "Chinese": [["订单报表"], ["导出时间", "2024年5月6日"], []],
}
"""What stands above a header; empty rows, too."""
ENCODINGS = {
    "English": ("utf-8", "utf-8-sig", "utf-16", "cp1252"),
    "camel": ("utf-8", "utf-8-sig"),
    "German": ("utf-8", "utf-8-sig", "cp1252", "utf-16"),
    "Chinese": ("utf-8", "utf-8-sig", "gb18030"),
}
FORMATS = ("csv", "csv", "csv", "tsv", "csv.gz", "zip", "jsonl", "json", "xlsx", "parquet")


@dataclass(frozen=True)
class Order:
    """One order line: user, product, local time, quantity, value, basket."""

    user: str
    product: str
    at: datetime
    quantity: int
    value: float
    basket: str

    @property
    def milliseconds(self) -> int:
        """Its time since the epoch (UTC)."""
        return int(self.at.replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


@dataclass
class Delivery:
    """One delivery: how it was made, its orders, and what cannot be told from it."""

    seed: int
    folder: Path
    dates: str
    numbers: str
    language: str
    encoding: str
    format: str
    tables: frozenset[str]
    orders: list[Order] = field(default_factory=list)
    returns: list[Order] = field(default_factory=list)
    guests: int = 0
    cut: bool = False
    titles: list[list[str]] = field(default_factory=list)
    """Rows above the header."""
    total: bool = False
    """Whether a row of totals ends the orders."""
    campaigns: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    undecidable: str = ""
    """What no reader can tell: `dates` (their order or start), `numbers` (1.234), or which `contradict`."""

    @property
    def windows(self) -> dict[str, tuple[int, int]]:
        """The campaigns' windows, in milliseconds since the epoch; an end without a clock is a last day."""
        windows = {}
        for name, (starts, ends) in self.campaigns.items():
            after = ends if ends.hour else ends + timedelta(days=1)
            moments = [time.replace(tzinfo=ZoneInfo(ZONE)).timestamp() for time in (starts, after)]
            windows[name] = (int(moments[0] * 1000), int(moments[1] * 1000))
        return windows

    def __str__(self) -> str:
        parts = [self.dates, self.numbers, self.language, self.encoding, self.format, *sorted(self.tables)]
        parts += ["titles"] * bool(self.titles) + ["total"] * self.total
        return f"{self.seed}: " + " / ".join([*parts, self.undecidable or "decided"])


def write_delivery(folder: Path, seed: int) -> Delivery:
    """Write the delivery of `seed` into `folder`."""
    rng = random.Random(seed)
    language = rng.choice(list(NAMES))
    file_format = rng.choice(FORMATS)
    delivery = Delivery(
        seed, folder, rng.choice(list(DATES)), rng.choice(list(NUMBERS)), language,
        rng.choice(ENCODINGS[language]), file_format,
        frozenset(name for name in ("users", "products", "campaigns", "promotions", "targetings")
                  if rng.random() < 0.5),
    )  # fmt: skip
    if file_format in ("xlsx", "parquet"):
        # These hold typed values.
        delivery.dates, delivery.numbers = rng.choice(["iso", "typed"]), "typed"
    if file_format in ("jsonl", "json", "xlsx", "parquet", "zip", "csv.gz", "tsv"):
        delivery.encoding = "utf-8"
    if delivery.dates == "年月日" and delivery.encoding == "cp1252":
        delivery.encoding = "utf-8"
    if "€" in delivery.numbers and delivery.encoding == "gb18030":
        delivery.numbers = "1234.50"
    _choose_orders(delivery, rng)
    if file_format not in ("jsonl", "json", "parquet"):
        delivery.titles = rng.choice(([], [], _TITLES[language][:2], _TITLES[language]))
        delivery.total = rng.random() < 0.2
    folder.mkdir(parents=True, exist_ok=True)
    _write_orders(delivery, rng)
    _write_other_tables(delivery, rng)
    return delivery


def _choose_orders(delivery: Delivery, rng: random.Random) -> None:
    """Draw the orders, returns, guests and campaigns, and what makes the delivery undecidable."""
    two_orders = delivery.dates in _OPPOSITE
    draw = rng.random()
    if delivery.dates in COUNTED or (two_orders and draw < 0.3):
        delivery.undecidable = "dates"
    elif two_orders and draw < 0.45 and delivery.dates != _OPPOSITE[delivery.dates]:
        delivery.undecidable = "dates contradict"
    elif delivery.numbers in ("1.234,50", "1,234.50") and draw > 0.85:
        delivery.undecidable = "numbers"
    elif delivery.numbers == "1234,50" and draw > 0.7:
        delivery.undecidable = "numbers contradict"
    zeros = rng.random() < 0.3
    users = [f"{number:05}" if zeros else f"K{number}" for number in range(1, 31)]
    products = [f"P{number:02}" for number in range(1, 16)]
    for number in range(rng.randint(60, 150)):
        order = Order(
            rng.choice(users), rng.choice(products), _time(delivery, rng), rng.randint(1, 9),
            _value(delivery, rng), f"B{1000 + number // 2}",
        )  # fmt: skip
        delivery.orders.append(order)
    if rng.random() < 0.3 and delivery.format != "parquet":
        delivery.guests = rng.randint(1, 4)
    if rng.random() < 0.3:
        chosen = rng.sample(delivery.orders, 3)
        delivery.returns = [
            Order(o.user, o.product, o.at, -o.quantity, -o.value, f"R{i}") for i, o in enumerate(chosen)
        ]
    delivery.cut = delivery.format in ("csv", "jsonl") and delivery.encoding == "utf-8" and rng.random() < 0.2
    clocks = rng.random() < 0.3
    for number, month in enumerate((2, 4), start=1):
        starts, ends = datetime(2024, month, 5), datetime(2024, month, 20)
        if clocks:
            starts, ends = starts + timedelta(hours=9), ends + timedelta(hours=21, minutes=30)
        delivery.campaigns[f"C{number}"] = (starts, ends)


def _time(delivery: Delivery, rng: random.Random) -> datetime:
    highest = 12 if delivery.undecidable == "dates" and delivery.dates not in COUNTED else 28
    day = _FIRST.replace(month=rng.randint(1, 6), day=rng.randint(1, highest))
    if delivery.dates in _DAYS_ONLY:
        return day
    # From noon on: no clock changes then, and `08:00 PM` is not `08:00`.
    time = day + timedelta(seconds=rng.randint(12 * 3600, 24 * 3600 - 1))
    return time.replace(second=0) if delivery.dates in _TO_THE_MINUTE else time


def _value(delivery: Delivery, rng: random.Random) -> float:
    if delivery.undecidable == "numbers":
        return float(rng.randint(1000, 99_999))
    # Some are above a thousand, so that the grouping sign occurs.
    return round(rng.uniform(1000, 9000) if rng.random() < 0.3 else rng.uniform(1, 300), 2)


def _written_date(delivery: Delivery, time: datetime, row: int) -> object:
    if delivery.dates == "typed":
        return time
    name = delivery.dates
    if delivery.undecidable == "dates contradict" and row % 3 == 0:
        name = _OPPOSITE[name]
    return DATES[name](time)


def _written_value(delivery: Delivery, value: float, row: int) -> object:
    if delivery.numbers == "typed":
        return value
    if delivery.undecidable == "numbers":
        sign = "." if delivery.numbers == "1.234,50" else ","
        return f"{value:,.0f}".replace(",", sign)
    if delivery.undecidable == "numbers contradict" and row % 4 == 0:
        return f"{value:.2f}"
    text = NUMBERS[delivery.numbers](value)
    return float(text) if delivery.format in ("json", "jsonl") and delivery.numbers == "1234.50" else text


def _write_orders(delivery: Delivery, rng: random.Random) -> None:
    names = NAMES[delivery.language]
    guests = [
        Order("", order.product, order.at, 1, order.value, "G")
        for order in rng.sample(delivery.orders, delivery.guests)
    ]
    orders = [*delivery.orders, *delivery.returns, *guests]
    rng.shuffle(orders)
    header = [names[key] for key in ("basket", "user", "product", "at", "quantity", "value", "note")]
    rows: list[list[object]] = []
    for number, order in enumerate(orders):
        at, value = _written_date(delivery, order.at, number), _written_value(delivery, order.value, number)
        note = _NOTES[delivery.language] if number % 7 == 0 else ""
        rows.append([order.basket, order.user, order.product, at, order.quantity, value, note])
    if delivery.total:
        quantity = sum(order.quantity for order in orders)
        rows.append(["Total", None, None, None, quantity, None, None])
    path = delivery.folder / "orders"
    if delivery.format in ("jsonl", "json"):
        _write_json(delivery, path, header, rows)
    elif delivery.format in ("xlsx", "parquet"):
        _write_typed(delivery, path, header, rows)
    else:
        _write_delimited(delivery, path, header, rows, rng)


def _write_delimited(
    delivery: Delivery, path: Path, header: list[str], rows: list[list[object]], rng: random.Random
) -> None:
    delimiter = (
        "\t" if delivery.format == "tsv" else rng.choice(",;|\t" if delivery.format == "csv" else ",;")
    )
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=rng.choice(["\n", "\r\n"]))
    width = len(header) if rng.random() < 0.5 else 0  # Spreadsheets fill rows up.
    writer.writerows([row + [""] * (width - len(row)) for row in delivery.titles])
    writer.writerows([header, *rows])
    content = text.getvalue()
    if delivery.cut:
        content += f"B9999{delimiter}K1{delimiter}P0"
    raw = content.encode(delivery.encoding)
    if delivery.format == "csv.gz":
        path.with_suffix(".csv.gz").write_bytes(gzip.compress(raw))
    elif delivery.format == "zip":
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            archive.writestr("orders.csv", raw)
    else:
        path.with_suffix(f".{delivery.format}").write_bytes(raw)


def _write_json(delivery: Delivery, path: Path, header: list[str], rows: list[list[object]]) -> None:
    records = []
    for row in rows:
        record = dict(zip(header, row, strict=True))
        if delivery.language == "English":
            record = {key: record.pop(key) for key in ("order_id", "customer_id")} | {"properties": record}
        records.append(record)
    if delivery.format == "json":
        path.with_suffix(".json").write_text(json.dumps(records, indent=1), encoding="utf-8")
        return
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    if delivery.cut:
        lines.append(lines[0][: len(lines[0]) // 2])
    path.with_suffix(".jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_typed(delivery: Delivery, path: Path, header: list[str], rows: list[list[object]]) -> None:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=header)
    if delivery.format == "parquet":
        frame.to_parquet(path.with_suffix(".parquet"))
    else:
        with pd.ExcelWriter(path.with_suffix(".xlsx")) as book:
            frame.to_excel(book, index=False, startrow=len(delivery.titles))
            (sheet,) = book.sheets.values()
            for i, title in enumerate(delivery.titles, start=1):
                for j, text in enumerate(title, start=1):
                    sheet.cell(i, j).value = text


def _write_other_tables(delivery: Delivery, rng: random.Random) -> None:
    names, folder = NAMES[delivery.language], delivery.folder
    users = sorted({order.user for order in delivery.orders + delivery.returns})
    products = sorted({order.product for order in delivery.orders + delivery.returns})
    if "users" in delivery.tables:
        _write_csv(folder / "customers.csv", [names["user"], "city"], [[user, "Ulm"] for user in users])
    if "products" in delivery.tables:
        rows = [[product, f"Thing {product}"] for product in products]
        rows += [["Total", ""]] * delivery.total
        _write_csv(folder / "products.csv", [names["product"], "name"], rows)
    if "campaigns" not in delivery.tables:
        return
    layout = "%Y-%m-%d %H:%M" if any(ends.hour for _, ends in delivery.campaigns.values()) else "%Y-%m-%d"
    rows = [
        [name, f"Promo {name}", f"{starts:{layout}}", f"{ends:{layout}}"]
        for name, (starts, ends) in delivery.campaigns.items()
    ]
    _write_csv(folder / "campaigns.csv", ["campaign_id", "name", "start_date", "end_date"], rows)
    if "promotions" in delivery.tables:
        chosen = [["C1", products[0]], ["C2", products[1]], ["C2", products[2]]]
        _write_csv(folder / "campaign_products.csv", ["campaign_id", names["product"]], chosen)
    if "targetings" in delivery.tables:
        targeted = [[rng.choice(["C1", "C2"]), user] for user in users[::2]]
        _write_csv(folder / "targets.csv", ["campaign_id", names["user"]], targeted)


def _write_csv(path: Path, header: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8")
