"""Writes a folder of messy files to import: `python examples/messy_shop.py DIR`.

Exports of a small web shop from a CRM, a spreadsheet and the order logs of two systems, with semicolons and
decimal commas, two encodings in one file, Excel serial numbers among text dates, duplicate ids, truncated
lines and unknown users.
"""

import random
import sys
from datetime import date, timedelta
from pathlib import Path

USERS, PRODUCTS, ORDERS = 400, 60, 6_000
_NAMES = ("Müller", "Schröder", "Özdemir", "Nowak", "Lefèvre", "Keller", "Brand")
_CITIES = ("Köln", "München", "Zürich", "Wien", "Graz")
_FIRST = date(2024, 1, 1)


def write(folder: Path, seed: int = 1) -> None:
    """Write the five files; the same seed writes the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    _customers(folder / "Kunden.csv", rng)
    _products(folder / "artikel.tsv")
    _campaigns(folder)
    _targets(folder / "mailing_targets.csv", rng)
    _orders(folder / "Bestellungen 2024.csv", rng)


def _customers(path: Path, rng: random.Random) -> None:
    """The CRM's export: Windows-1252, semicolons; some customers twice, one of them with another city."""
    lines = ["KundenNr;Name;Ort;Alter"]
    for number in range(1, USERS + 1):
        lines.append(f"K{number:04};{rng.choice(_NAMES)};{rng.choice(_CITIES)};{rng.randint(18, 80)}")
    lines += [lines[5], lines[9], "K0012;Keller;Basel;33", ";Brand;Wien;51"]
    path.write_bytes("\r\n".join(lines).encode("cp1252") + b"\r\n")


def _products(path: Path) -> None:
    lines = ["sku\tbezeichnung\tkategorie"]
    lines += [
        f"A{number:03}\tArtikel {number}\t{('Tee', 'Kaffee', 'Gebäck', 'Geschirr')[number % 4]}"
        for number in range(PRODUCTS)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _campaigns(folder: Path) -> None:
    """From a spreadsheet: one start date as an Excel serial number, the others as typed text."""
    lines = ["campaign;name;start;end", "F1;Frühling;45352;45380", "S1;Sommer;01.06.2024;30.06.2024",
             "H1;Herbst;01.10.2024;2024-09-01"]  # fmt: skip
    (folder / "campaigns.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    offers = ["campaign,sku"] + [
        f"{('F1', 'S1')[number % 2]},A{number:03}" for number in range(0, PRODUCTS, 3)
    ]
    (folder / "campaign_products.csv").write_text("\n".join(offers) + "\n", encoding="utf-8")


def _targets(path: Path, rng: random.Random) -> None:
    rows = [f"K{rng.randint(1, USERS + 5):04},{rng.choice(['F1', 'S1'])}" for _ in range(500)]
    path.write_text("customer,campaign\n" + "\n".join(rows) + "\n", encoding="utf-8")


def _orders(path: Path, rng: random.Random) -> None:
    """The logs of two systems, concatenated: UTF-8 first, then Windows-1252; dates in three formats."""
    lines: list[bytes] = [b"Kunde;Artikel;Datum;Menge;Betrag;Filiale"]
    for row in range(ORDERS):
        user = f"K{min(USERS, int(rng.expovariate(1 / 90)) + 1):04}"
        day = _FIRST + timedelta(days=rng.randrange(300))
        timestamp = f"{day:%d.%m.%Y} {rng.randrange(8, 20):02}:{rng.randrange(60):02}"
        if row % 7 == 0:
            timestamp = str((day - date(1899, 12, 30)).days)  # Excel stores dates as serial numbers.
        amount = f"{rng.uniform(2, 1900):,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
        product, quantity, city = rng.randrange(PRODUCTS), rng.randint(1, 5), rng.choice(_CITIES)
        line = f"{user};A{product:03};{timestamp};{quantity};{amount};{city}"
        if row in (100, 2_000):
            line = line.rsplit(";", 2)[0]  # Truncated.
        if row in (300, 301):
            line = line.replace(timestamp, "gestern")
        if row == 400:
            line = line.replace(";A", ";X", 1)
        if row == 500:
            line = "K9999" + line[5:]
        if row == 550:
            line = line.replace(f";{quantity};", ";0,5;", 1)
        if row == 600:
            line = '"' + line
        if row == 700:
            line = line.replace(amount, "12.5O")  # The letter O, not a zero.
        lines.append(line.encode("utf-8" if row < ORDERS // 2 else "cp1252"))
    path.write_bytes(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
