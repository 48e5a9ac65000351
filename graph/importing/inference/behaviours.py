"""Drafts the source of a behaviours file: kinds, objects, guests, returns, cancelled orders."""

from typing import Any

from graph.importing.contract import TABLES
from graph.importing.inference.draft import Draft, DraftSource, Noted, named_columns
from graph.importing.inference.formats import format_settings
from graph.importing.inference.inspect import InspectedFile, ask_column
from graph.importing.inference.refunds import Refunds
from graph.importing.inference.scan import Scan
from graph.importing.inference.statuses import status_columns, status_rule
from graph.importing.inference.tables import assign_columns, find_columns
from graph.importing.mapping.source import ANY_PRODUCT

_ENTITIES = ("product", "coupon", "campaign")


def draft_behaviours(draft: Draft, file: InspectedFile) -> dict[str, str]:
    """Add the source of `file` to the draft, and return the kind of object by kind of behaviour."""
    roles = find_columns(file.names)
    columns: dict[str, Any] = dict(assign_columns("behaviours", file.names))
    if "at" not in roles and len(file.times) == 1:
        # The only column with times.
        roles["at"] = columns["at"] = file.times[0]
    scan = _scan(file, roles)
    settings: dict[str, Any] = dict(file.settings)
    if "kind" in columns and not scan.has_kinds:
        del columns["kind"]
    kinds = list(scan.kinds) if "kind" in columns else [""]
    objects = {kind: scan.object_of(kind) for kind in kinds}
    named = {kind: entity for kind, entity in objects.items() if entity}
    where: dict[str, Any] = {}
    candidates = _unknown_columns(file, roles)
    if not named and candidates and not {"campaign", "coupon"} & set(roles):
        columns["object"] = ask_column(file, "the product", candidates, optional=True)
        named = dict.fromkeys(kinds, "product")
    elif not named:
        # Orders of unnamed products: each still is a purchase, of the same product.
        columns.pop("object", None)
        if naming := roles.get("campaign", roles.get("coupon")):
            columns["campaign"] = naming
        named = dict.fromkeys(kinds, "product")
        settings["constants"] = {"object": Noted(ANY_PRODUCT, "no column names a product")}
    elif without := [kind for kind in kinds if kind not in named]:
        rows = sum(scan.kinds[kind] for kind in without)
        where[str(columns["kind"])] = Noted({"is_not": without}, f"{rows:,} rows without an object")
    if isinstance(columns.get("object"), str):
        used = [scan.objects[entity] for entity in _ENTITIES if entity in set(named.values())]
        columns["object"] = used if len(used) > 1 else used[0]
    if scan.guests:
        where[str(scan.user)] = Noted({"empty": False}, f"leaves out {scan.guests:,} rows without a user")
    if scan.timeless:
        where[str(scan.at)] = Noted({"empty": False}, f"leaves out {scan.timeless:,} rows without a time")
    for column, counts in scan.by_status.items():
        if rule := status_rule(file.name, column, counts):
            where[column] = rule
    if scan.refunds and (refunded := scan.refunds.rule(file.name)):
        where[scan.refunds.column] = refunded
    if where:
        settings["where"] = where
    if "kind" not in columns:
        constant = {"coupon": "redemption", "campaign": "participation"}.get(named[""], "purchase")
        named = {constant: named[""]}
        settings["constants"] = {"kind": constant} | settings.get("constants", {})
        if returned := _returns(scan):
            settings["kinds"] = [returned]
            named["return"] = named[constant]
    for field in TABLES["behaviours"].fields:
        missing = field.name not in columns and field.name not in settings.get("constants", {})
        if field.required and missing:
            times = file.times if field.kind == "time" else []
            others = [name for name in file.names if name not in file.times]
            columns[field.name] = ask_column(file, field.meaning, times or others or file.names)
    settings |= format_settings("behaviours", file, columns)
    settings["columns"] = columns
    unused = [name for name in file.names if name not in named_columns(columns)]
    comment = f"not used of {file.name}: {', '.join(unused[:20])}" if unused else ""
    source = DraftSource("behaviours", settings, comment)
    draft.sources.append(source)
    of_objects = scan.objects["campaign"] if "campaign" in named.values() else None
    campaign = columns.get("campaign") or of_objects
    if isinstance(campaign, str):
        draft.naming.append((source, campaign))
    if "coupon" in named.values():
        draft.redeeming.append((source, scan.objects["coupon"]))
    return named


def _unknown_columns(file: InspectedFile, roles: dict[str, str]) -> list[str]:
    """Return the columns that may name an object: their names tell nothing, and they are no times."""
    known = {*roles.values(), *file.times, *status_columns(file.names)}
    return [name for name in file.names if name not in known]


def _scan(file: InspectedFile, roles: dict[str, str]) -> Scan:
    objects = {entity: roles[entity] for entity in _ENTITIES if entity in roles}
    user, at, kind, quantity, basket = map(roles.get, ("user", "at", "kind", "quantity", "basket"))
    statuses = [name for name in status_columns(file.names) if name not in roles.values()]
    refunds = Refunds.find(file.names, roles.get("value"))
    scan = Scan(user, at, kind, statuses, quantity, basket, objects, refunds)
    for frame in file.frames(scan.columns):
        scan.add(frame)
    return scan


def _returns(scan: Scan) -> dict[str, Any] | None:
    """Return the rule for returns: credit notes whose number starts with C, or negative quantities."""
    if not scan.negative:
        return None
    if scan.basket and scan.negative_credit_notes == scan.negative == scan.credit_notes:
        return {"kind": "return", "where": {scan.basket: {"starts_with": "C"}}}
    return {"kind": "return", "where": {scan.quantity: {"sign": "negative"}}}
