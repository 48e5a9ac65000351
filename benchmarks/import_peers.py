"""Alternatives to an import, for `benchmarks.importing`."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.csv
from neo4j import GraphDatabase, ManagedTransaction

from graph.importing.engines.csv_files import moments
from graph.importing.mapping.model import Mapping
from graph.progress import Silent
from graph.server import local
from graph.server.bulk import build_store
from graph.settings import Settings

_MERGE = """
UNWIND $rows AS row
MATCH (u:User {dataset: $dataset, id: row.user})
MATCH (p:Product {dataset: $dataset, id: row.object})
MERGE (u)-[r:BOUGHT {at: datetime({epochSeconds: row.at, timezone: $zone}), basket: row.basket,
                     quantity: row.quantity, value: row.value}]->(p)
ON CREATE SET r.discount = row.discount, r.store = row.store
"""


def with_neo4j_admin(settings: Settings, folder: Path, mapping: Mapping, work: Path) -> float:
    """Seconds of Neo4j's importer alone, on CSV files prepared with its ids."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    arguments: list[str] = []

    def save(what: str, name: str, header: list[str], frame: pd.DataFrame) -> None:
        data, top = work / f"{len(arguments)}.csv", work / f"{len(arguments)}.header.csv"
        top.write_text(",".join(header) + "\n")
        options = pyarrow.csv.WriteOptions(include_header=False)
        pyarrow.csv.write_csv(pyarrow.Table.from_pandas(frame, preserve_index=False), data, options)
        arguments.append(f"--{what}={name}={top},{data}")

    frames = {file.stem: file for file in folder.glob("*.parquet")}
    for table, label in (
        ("users", "User"),
        ("products", "Product"),
        ("campaigns", "Campaign"),
        ("tags", "Tag"),
    ):
        if table in frames:
            frame = pd.read_parquet(frames[table])
            header = [f"id:ID({table})", *(name for name in frame if name != "id")]
            save("nodes", label, header, frame[["id", *(name for name in frame if name != "id")]])
    if "coupons" in frames:
        coupons = pd.read_parquet(frames["coupons"])
        save("nodes", "Coupon", ["id:ID(coupons)"], coupons[["id"]].drop_duplicates())
        save("relationships", "OF", [":START_ID(coupons)", ":END_ID(campaigns)"], coupons[["id", "campaign"]])
    for table, kind, start, end in (
        ("targetings", "TARGETED_BY", "user", "campaign"),
        ("user_tags", "HAS_TAG", "user", "tag"),
        ("promotions", "PROMOTES", "campaign", "product"),
    ):
        if table in frames:
            pairs = pd.read_parquet(frames[table])[[start, end]].drop_duplicates()
            save("relationships", kind, [f":START_ID({start}s)", f":END_ID({end}s)"], pairs)
    if "coupons" in frames:
        offers = pd.read_parquet(frames["promotions"])[["coupon", "product", "campaign"]]
        save("relationships", "DISCOUNTS", [":START_ID(coupons)", ":END_ID(products)", "campaign"], offers)
    for table, kind, end in (
        ("purchases", "PURCHASED", "products"),
        ("behaviours", "PURCHASED", "products"),
        ("redemptions", "REDEEMED", "coupons"),
    ):
        if table in frames:
            frame = pd.read_parquet(frames[table])
            at = pyarrow.array(frame["at"].to_numpy() * 1000)
            frame["at"] = moments(at, mapping.zone).to_pandas()
            types = {"at": ":datetime", "quantity": ":double", "value": ":double", "discount": ":double"}
            others = [name for name in frame if name not in ("user", "object")]
            header = [":START_ID(users)", f":END_ID({end})", *(name + types.get(name, "") for name in others)]
            save("relationships", kind, header, frame[["user", "object", *others]])
    began = time.monotonic()
    build_store(settings, [*arguments, "--id-type=string"], work / "store", Silent())
    seconds = time.monotonic() - began
    shutil.rmtree(work)
    return seconds


def with_merge_loop(settings: Settings, rows: pd.DataFrame, mapping: Mapping) -> float:
    """Rows per second of an UNWIND ... MERGE loop."""
    server = local.status(settings.home)
    assert server is not None
    with (
        GraphDatabase.driver(server.bolt, auth=(server.user, server.password)) as driver,
        driver.session(database="neo4j") as session,
    ):
        began = time.monotonic()
        for start in range(0, len(rows), 10_000):
            batch = rows.iloc[start : start + 10_000].to_dict("records")
            session.execute_write(_merge_batch, batch, mapping)
        return len(rows) / (time.monotonic() - began)


def _merge_batch(transaction: ManagedTransaction, rows: list[dict[str, Any]], mapping: Mapping) -> None:
    transaction.run(_MERGE, rows=rows, dataset=mapping.dataset, zone=mapping.zone).consume()


def with_py2neo(settings: Settings, rows: pd.DataFrame, mapping: Mapping) -> float:
    """Rows per second of py2neo's bulk merge (without data sets: ids are its keys)."""
    from py2neo import Graph as Py2neo
    from py2neo.bulk import merge_relationships

    server = local.status(settings.home)
    assert server is not None
    graph = Py2neo(server.bolt, auth=(server.user, server.password))
    attributes = rows[["basket", "quantity", "value", "discount", "store"]].to_dict("records")
    ends = zip(rows["user"], attributes, rows["object"], strict=True)
    data = [
        ((mapping.dataset, user), properties, (mapping.dataset, product))
        for user, properties, product in ends
    ]
    began = time.monotonic()
    for start in range(0, len(data), 10_000):
        merge_relationships(
            graph.auto(),
            data[start : start + 10_000],
            ("GOT", "basket", "quantity", "value"),
            start_node_key=("User", "dataset", "id"),
            end_node_key=("Product", "dataset", "id"),
        )
    return len(data) / (time.monotonic() - began)


def with_neomodel(settings: Settings, file: Path, count: int) -> float:
    """Rows per second of neomodel, object by object."""
    server = local.status(settings.home)
    assert server is not None
    uv = Path(sys.executable).with_name("uv")
    with_packages = [
        word for package in ("neomodel==7.0.0", "pandas", "pyarrow") for word in ("--with", package)
    ]
    script = Path(__file__).with_name("neomodel_peer.py")
    command = [uv, "run", "--no-project", "--isolated", "--python", sys.executable, *with_packages]
    url = server.bolt.replace("//", f"//{server.user}:{server.password}@")
    process = subprocess.run(
        [*map(str, command), "python", str(script), str(file), str(count)],
        env={**os.environ, "NEO4J_BOLT_URL": url}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(process.stdout)
