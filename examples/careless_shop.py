"""Writes a folder as a careless analyst would leave it: `python examples/careless_shop.py DIR`.

A small web shop's exports, put together from a CRM, a spreadsheet and two systems' order logs: semicolons
and decimal commas, two encodings in one file, Excel's serial dates beside written ones, ids twice, lines
that are too short, users nobody has heard of.
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
    """The five files; the same seed writes the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    _customers(folder / "Kunden.csv", draw)
    _products(folder / "artikel.tsv")
    _campaigns(folder)
    _targets(folder / "mailing_targets.csv", draw)
    _orders(folder / "Bestellungen 2024.csv", draw)


def _customers(path: Path, draw: random.Random) -> None:
    """The CRM's export: Windows' encoding, semicolons; some customers twice, one with another city."""
    lines = ["KundenNr;Name;Ort;Alter"]
    for number in range(1, USERS + 1):
        lines.append(f"K{number:04};{draw.choice(_NAMES)};{draw.choice(_CITIES)};{draw.randint(18, 80)}")
    lines += [lines[5], lines[9], "K0012;Keller;Basel;33", ";Brand;Wien;51"]
    path.write_bytes("\r\n".join(lines).encode("cp1252") + b"\r\n")


def _products(path: Path) -> None:
    lines = ["sku\tbezeichnung\tkategorie"]
    lines += [
        f"A{one:03}\tArtikel {one}\t{('Tee', 'Kaffee', 'Gebäck', 'Geschirr')[one % 4]}"
        for one in range(PRODUCTS)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _campaigns(folder: Path) -> None:
    """From a spreadsheet: one start as Excel's serial number, one as it was typed."""
    lines = ["campaign;name;start;end", "F1;Frühling;45352;45380", "S1;Sommer;01.06.2024;30.06.2024",
             "H1;Herbst;01.10.2024;2024-09-01"]  # fmt: skip
    (folder / "campaigns.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    offers = ["campaign,sku"] + [f"{('F1', 'S1')[one % 2]},A{one:03}" for one in range(0, PRODUCTS, 3)]
    (folder / "campaign_products.csv").write_text("\n".join(offers) + "\n", encoding="utf-8")


def _targets(path: Path, draw: random.Random) -> None:
    rows = [f"K{draw.randint(1, USERS + 5):04},{draw.choice(['F1', 'S1'])}" for _ in range(500)]
    path.write_text("customer,campaign\n" + "\n".join(rows) + "\n", encoding="utf-8")


def _orders(path: Path, draw: random.Random) -> None:
    """Two systems' logs, one below the other: UTF-8 first, then Windows' encoding; dates in three ways."""
    written: list[bytes] = [b"Kunde;Artikel;Datum;Menge;Betrag;Filiale"]
    for row in range(ORDERS):
        user = f"K{min(USERS, int(draw.expovariate(1 / 90)) + 1):04}"
        day = _FIRST + timedelta(days=draw.randrange(300))
        when = f"{day:%d.%m.%Y} {draw.randrange(8, 20):02}:{draw.randrange(60):02}"
        if row % 7 == 0:
            when = str((day - date(1899, 12, 30)).days)  # Excel had its way.
        value = f"{draw.uniform(2, 1900):,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
        what, many, where = draw.randrange(PRODUCTS), draw.randint(1, 5), draw.choice(_CITIES)
        line = f"{user};A{what:03};{when};{many};{value};{where}"
        if row in (100, 2_000):
            line = line.rsplit(";", 2)[0]  # Cut off.
        if row in (300, 301):
            line = line.replace(when, "gestern")
        if row == 400:
            line = line.replace(";A", ";X", 1)
        if row == 500:
            line = "K9999" + line[5:]
        if row == 600:
            line = '"' + line
        if row == 700:
            line = line.replace(value, "12.5O")
        written.append(line.encode("utf-8" if row < ORDERS // 2 else "cp1252"))
    path.write_bytes(b"\n".join(written) + b"\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
