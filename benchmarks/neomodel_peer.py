"""neomodel loading a sample of purchases, run by `benchmarks.importing` in a separate environment.

neomodel requires an older driver. Arguments: a Parquet file and the number of rows. The server is in
NEO4J_BOLT_URL. Prints rows per second.
"""

import os
import sys
import time

import pandas as pd
from neomodel import (
    FloatProperty,
    RelationshipTo,
    StringProperty,
    StructuredNode,
    StructuredRel,
    db,
    get_config,
)


class Bought(StructuredRel):
    value = FloatProperty()


class NeomodelProduct(StructuredNode):
    name = StringProperty(unique_index=True)


class NeomodelUser(StructuredNode):
    name = StringProperty(unique_index=True)
    bought = RelationshipTo("NeomodelProduct", "BOUGHT", model=Bought)


def main() -> None:
    get_config().database_url = os.environ["NEO4J_BOLT_URL"]
    rows = pd.read_parquet(sys.argv[1]).iloc[: int(sys.argv[2])]
    db.install_labels(NeomodelProduct, quiet=True)
    db.install_labels(NeomodelUser, quiet=True)
    users, products = (
        {name: kind.get_or_create({"name": name})[0] for name in rows[column].unique()}
        for kind, column in ((NeomodelUser, "user"), (NeomodelProduct, "object"))
    )
    began = time.monotonic()
    with db.transaction:
        for row in rows.itertuples():
            users[row.user].bought.connect(products[row.object], {"value": row.value})
    print(len(rows) / (time.monotonic() - began))  # noqa: T201 (what it is run for)


if __name__ == "__main__":
    main()
