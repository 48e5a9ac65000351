"""Drafts the source of a behaviours file: kinds, objects, guests, returns, cancelled orders."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.importing.contract import TABLES
from graph.importing.inference.behaviours.amounts import ask_amount
from graph.importing.inference.behaviours.candidates import are_products, may_be_products, may_be_users
from graph.importing.inference.behaviours.charges import Charges
from graph.importing.inference.behaviours.currencies import currency_column, currency_rule
from graph.importing.inference.behaviours.exclusion_columns import ExclusionColumn, exclusion_columns, is_flag
from graph.importing.inference.behaviours.kinds import are_document_kinds
from graph.importing.inference.behaviours.line_amounts import draft_line_amount
from graph.importing.inference.behaviours.nested_lists import NestedLists, read_lists
from graph.importing.inference.behaviours.order_ids import is_order_id, is_row_key
from graph.importing.inference.behaviours.order_totals import ask_order_total, repeats_order_total
from graph.importing.inference.behaviours.records import records_without_rows
from graph.importing.inference.behaviours.refunds import Refunds
from graph.importing.inference.behaviours.row_ids import repeated_row_id, unique_row_id
from graph.importing.inference.behaviours.rows_again import frames_once, identity_of
from graph.importing.inference.behaviours.scan import Scan
from graph.importing.inference.behaviours.sendings import sending_log
from graph.importing.inference.behaviours.states import state_columns
from graph.importing.inference.behaviours.status_rules import counting_statuses, status_rule
from graph.importing.inference.behaviours.user_columns import user_column
from graph.importing.inference.draft import Draft, DraftSource, Noted, named_columns, unused_columns
from graph.importing.inference.files.clock_columns import unread_clock
from graph.importing.inference.files.column_values import are_numbers
from graph.importing.inference.files.inspected_file import InspectedFile, ask_column
from graph.importing.inference.files.tables import assign_columns, find_columns
from graph.importing.inference.formats.settings import format_settings
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.mapping.source import ANY_PRODUCT, NO_BEHAVIOURS
from graph.importing.vocabulary.behaviour_kinds import SALES, kind_of_file, known_type
from graph.importing.vocabulary.names import COLUMNS, simplify, words_of
from graph.importing.vocabulary.order_statuses import is_status, status_columns

_ENTITIES = ("product", "coupon", "campaign")
_ATTENDED = {"rsvp", "ticket", "registration", "booking", "attendee", "attendance", "reservation", "signup"}
"""Words of files of people who attend events."""
_PAGES = {
    *COLUMNS["category"], "page", "page_id", "page_url", "page_path", "page_title", "page_name", "url",
    "path", "screen", "screen_name", "seite", "页面", "ページ",
}  # fmt: skip
"""Columns of what a view without a product is of."""
_ROLES = {"object": "product"}
"""The role of a field's column, where it is called otherwise."""
_USUAL = {"product": "purchase", "coupon": "redemption", "campaign": "participation"}
"""The kind of the behaviours of a file that states none, by their object."""


@dataclass
class _Decisions:
    """What is decided about a behaviours file so far.

    Attributes
    ----------
    file
        The file.
    roles
        Its column of each role: user, at, kind, product, coupon, ...
    scan
        What all of its rows tell.
    columns, settings, where, statuses
        Parts of its source.
    totals
        Columns that repeat the total of the order in each line, which are no amounts of it.
    remarks
        Its comment.
    """

    file: InspectedFile
    roles: dict[str, str]
    scan: Scan
    columns: dict[str, Any]
    settings: dict[str, Any]
    where: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, list[str]] = field(default_factory=dict)
    totals: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def draft_behaviours(
    draft: Draft,
    file: InspectedFile,
    *,
    has_products: bool = False,
    campaigns: set[str] | None = None,
    product: str | None = None,
) -> dict[str, str]:
    """Add the source of `file` to the draft.

    Parameters
    ----------
    draft, file
        The draft, and a file of behaviours.
    has_products
        Whether a table has the products: then categories and pages are no objects.
    campaigns
        The ids of a table of campaigns, if there is one: then several in one row are a question.
    product
        Its column of products, where a table that it refers to tells so, not its own name.

    Returns
    -------
    dict
        The kind of object (product, coupon, campaign) by kind of behaviour.
    """
    lists = read_lists(file, campaigns)
    decisions = _begin(file, product, lists)
    objects = _decide_objects(decisions, has_products)
    _leave_rows_out(decisions)
    objects = _decide_kinds(decisions, objects)
    _ask_about_states(decisions)
    _ask_for_amount(decisions, objects)
    _ask_for_missing_columns(decisions)
    _add_row_id(decisions)
    _replace_orders(decisions)
    columns, settings = decisions.columns, decisions.settings
    if lists.campaign:
        columns["campaign"] = lists.campaign
    settings |= format_settings("behaviours", file, columns)
    settings["columns"] = columns
    unused = unused_columns(file.names, columns, [*decisions.where, *decisions.statuses])
    days = columns.get("at") if isinstance(columns.get("at"), str) and not file.day_of_clock else None
    if days in file.times and (clock := unread_clock(file.values, file.times, named_columns(columns))):
        name, other = clock
        decisions.remarks.append(f"{name} is not read: its values are not all times of day ({other})")
    remarks = [file.comment, *decisions.remarks, records_without_rows(file, decisions.roles.get("kind"))]
    remarks += [f"not used of {file.name}: {', '.join(unused[:20])}"] if unused else []
    source = DraftSource("behaviours", settings, "\n".join(filter(None, remarks)))
    draft.sources.append(source)
    scanned = decisions.scan.objects
    campaign = columns.get("campaign") or (scanned["campaign"] if "campaign" in objects.values() else None)
    if isinstance(campaign, str):
        draft.campaign_columns.append((source, campaign))
    draft.naming_kinds |= {kind for kind in objects if decisions.scan.names_campaigns(kind)}
    if "coupon" in objects.values():
        draft.coupon_columns.append((source, scanned["coupon"]))
    if log := sending_log(source, decisions.scan, objects):
        draft.sending_logs.append(log)
    return objects


def _begin(file: InspectedFile, product: str | None, lists: NestedLists) -> _Decisions:
    """Return the columns that names and types tell, and what all rows do."""
    roles = file.roles | lists.roles
    columns: dict[str, Any] = dict(assign_columns("behaviours", file.names, file.shared_roles | lists.roles))
    if product and "product" not in roles:
        roles["product"] = columns["object"] = product
    for field_name in ("user", "object", "at", "value"):
        if (answer := file.answers.get(("behaviours", field_name))) and answer != NONE_OF_THEM:
            columns[field_name] = roles[_ROLES.get(field_name, field_name)] = answer
    if user := file.answers.get(("behaviours", "user")) or user_column(file, roles.get("user")):
        roles["user"] = columns["user"] = user
    else:
        roles.pop("user", None)
        columns.pop("user", None)
    if "at" not in roles and len(file.times) == 1:
        roles["at"] = columns["at"] = file.times[0]
    if roles.get("at") in file.day_of_clock:
        # The named column holds times of day; the day is elsewhere.
        roles["at"] = columns["at"] = file.day_of_clock[roles["at"]]
    if file.order_key and "basket" not in roles:
        # The column that names the order of a line is its basket.
        roles["basket"] = columns["basket"] = file.order_key
    others = [name for name in file.names if name not in roles.values()]
    if "kind" not in roles and (
        kinds := [name for name in others if are_document_kinds(list(file.count_values(name)))]
    ):
        roles["kind"] = columns["kind"] = kinds[0]
    instead = "its unit price times its quantity" if "unit_price" in columns else "unknown"
    totals = _drop_order_totals(file, roles, columns)
    value = columns.get("value", instead)
    remarks = [
        f"{total} repeats the total of the order in each line, whose value is {value}" for total in totals
    ] + lists.remarks
    if repeats_order_total(file, roles) == "perhaps":
        columns["value"] = ask_order_total(file, roles["value"], instead)
    elif not totals or "value" in roles:
        amounts, remark = draft_line_amount(file, roles)
        if amounts:
            columns = {
                name: columns[name] for name in columns if name not in ("value", "unit_price")
            } | amounts
            remarks += [remark] if remark else []
    scan = _scan(file, roles)
    if "kind" in columns and not (scan.has_kinds and _is_kind_column(file, scan)):
        events = columns.pop("kind")
        naming = roles.get("campaign", roles.get("coupon"))
        if "product" not in roles and naming and words_of(events)[0] == "event":
            # Without a campaign, the product is a question.
            roles["product"] = columns["object"] = _id_of_events(file) or events
            columns["campaign"] = naming
            scan = _scan(file, {role: name for role, name in roles.items() if role != "kind"})
        elif is_status(events):
            roles.pop("kind")
            scan = _scan(file, roles)
    return _Decisions(file, roles, scan, columns, dict(file.settings), totals=totals, remarks=remarks)


def _drop_order_totals(file: InspectedFile, roles: dict[str, str], columns: dict[str, Any]) -> list[str]:
    """Replace totals of orders by the amount of the line, if a column has it; return the totals."""
    totals: list[str] = []
    while repeats_order_total(file, roles) == "yes":
        totals.append(roles.pop("value"))
        columns.pop("value")
        others = find_columns([name for name in file.names if name not in totals])
        if (amount := others.get("value")) and amount not in roles.values():
            roles["value"] = columns["value"] = amount
    return totals


def _decide_objects(decisions: _Decisions, has_products: bool) -> dict[str, str]:
    """Decide the column of objects, and return the kind of object by kind of behaviour ("": all)."""
    file, roles, scan, columns = decisions.file, decisions.roles, decisions.scan, decisions.columns
    kinds = list(scan.kinds) if "kind" in columns else [""]
    objects = {kind: entity for kind in kinds if (entity := scan.object_of(kind))}
    if _are_views_without_product(decisions, kinds) and set(objects.values()) <= {"product"}:
        return _decide_views(decisions, kinds, has_products)
    naming = roles.get("campaign", roles.get("coupon"))
    is_asked = not objects
    is_asked &= file.answers.get(("behaviours", "object")) != NONE_OF_THEM
    if not objects and naming:
        columns["campaign"] = naming
    # Orders that name their campaign are complete without a product, unless a column looks like one.
    candidates_of = are_products if naming else may_be_products
    if is_asked and (candidates := candidates_of(file, _unknown_columns(file, columns))):
        columns["object"] = ask_column(
            file, "the product", candidates, otherwise=(NONE_OF_THEM, NO_BEHAVIOURS)
        )
        return dict.fromkeys(kinds, "product")
    if not objects:
        # Orders of unnamed products: each still is a purchase, of the same product.
        columns.pop("object", None)
        decisions.settings["constants"] = {"object": Noted(ANY_PRODUCT, "no column names a product")}
        return dict.fromkeys(kinds, "product")
    _leave_kinds_out(decisions, [kind for kind in kinds if kind not in objects])
    if "object" in columns:
        used = [scan.objects[entity] for entity in _ENTITIES if entity in set(objects.values())]
        columns["object"] = used if len(used) > 1 else used[0]
    return objects


def _leave_kinds_out(decisions: _Decisions, kinds: list[str]) -> None:
    """Leave out kinds of behaviour that have no object."""
    if kinds:
        rows = sum(decisions.scan.kinds[kind] for kind in kinds)
        note = f"leaves out {rows:,} rows without an object"
        decisions.where[str(decisions.columns["kind"])] = Noted({"is_not": kinds}, note)


def _are_views_without_product(decisions: _Decisions, kinds: list[str]) -> bool:
    """Return whether some rows have no product, but not all, and all of these are views.

    Kinds that never have an object, like the start of an app, do not matter.
    """
    scan = decisions.scan
    rows = scan.kinds if "kind" in decisions.columns else {"": scan.rows}
    products = {kind: scan.filled.get(kind, Counter())["product"] for kind in kinds}
    without = [kind for kind in kinds if products[kind] < rows[kind]]
    views = [kind for kind in without if _is_view(decisions, kind)]
    others = [kind for kind in without if kind not in views]
    return any(products.values()) and bool(views) and not any(products[kind] for kind in others)


def _is_view(decisions: _Decisions, kind: str) -> bool:
    by_file = kind_of_file(decisions.file.name, decisions.roles.get("at")) or ""
    return known_type(kind or by_file) == "VIEWED"


def _decide_views(decisions: _Decisions, kinds: list[str], has_products: bool) -> dict[str, str]:
    """Take the category or page of views for their object where they have no product; else leave them out."""
    scan, columns, product = decisions.scan, decisions.columns, decisions.roles["product"]
    filled_by_kind = {kind: scan.filled.get(kind, Counter())["product"] for kind in kinds}
    never = [kind for kind in kinds if not (filled_by_kind[kind] or _is_view(decisions, kind))]
    _leave_kinds_out(decisions, never)
    kinds = [kind for kind in kinds if kind not in never]
    filled = sum(filled_by_kind.values())
    rows = sum(scan.kinds[kind] for kind in kinds) if "kind" in columns else scan.rows
    others = [name for name in decisions.file.names if simplify(name.rpartition(".")[2]) in _PAGES]
    columns["object"] = product
    if others and not has_products:
        columns["object"] = [product, others[0]]
        decisions.remarks.append(f"{rows - filled:,} views without {product} are of their {others[0]}")
    else:
        note = f"leaves out {rows - filled:,} views without a product"
        decisions.where[product] = Noted({"empty": False}, note)
    return dict.fromkeys(kinds, "product")


def _leave_rows_out(decisions: _Decisions) -> None:
    """Leave out rows without a user or time, orders that were cancelled, and those refunded in full."""
    file, scan, where = decisions.file, decisions.scan, decisions.where
    if scan.guests:
        where[str(scan.user)] = Noted({"empty": False}, f"leaves out {scan.guests:,} rows without a user")
    if scan.timeless:
        where[str(scan.at)] = Noted({"empty": False}, f"leaves out {scan.timeless:,} rows without a time")
    for column, counts in scan.by_status.items():
        if rule := status_rule(file.name, column, counts):
            where[column] = rule
        if counting := counting_statuses(column, counts):
            decisions.statuses[column] = counting
    if scan.refunds and (refunded := scan.refunds.rule(file.name)):
        where[scan.refunds.column] = refunded
    if scan.charges:
        where |= scan.charges.rules()
    is_asked = any(isinstance(where.get(column), dict) for column in scan.by_status)
    for part in scan.exclusions:
        # An answer that keeps a status keeps its rows, also those with the time of their cancellation.
        if not (is_asked and part.follows_status) and (rule := part.rule()):
            where[part.column] = rule
    if scan.currency and (rule := currency_rule(file.name, scan.currency, scan.currencies)):
        where[scan.currency] = rule
    if where:
        decisions.settings["where"] = where
    _list_statuses(decisions)


def _list_statuses(decisions: _Decisions) -> None:
    if decisions.statuses:
        note = "import check and run warn of other statuses, as a later file may have"
        decisions.settings["statuses"] = Noted(decisions.statuses, note)


def _decide_kinds(decisions: _Decisions, objects: dict[str, str]) -> dict[str, str]:
    """Without a column of kinds, decide the kind of all rows, and that of returns among them."""
    if "kind" in decisions.columns:
        return objects
    entity, settings = objects[""], decisions.settings
    kind = kind_of_file(decisions.file.name, decisions.roles.get("at")) or _USUAL[entity]
    settings["constants"] = {"kind": kind} | settings.get("constants", {})
    if kind == _USUAL[entity] and (returned := _returns(decisions.scan)):
        settings["kinds"] = returned
        return {kind: entity, "return": entity}
    return {kind: entity}


def _unused(decisions: _Decisions) -> list[str]:
    """Return the columns without a use so far, those of open questions included."""
    used = {*named_columns(decisions.columns), *decisions.where, *decisions.statuses}
    used |= {name for role, name in decisions.roles.items() if role not in ("name", "text", "id")}
    return [name for name in decisions.file.names if name not in used]


def _ask_about_states(decisions: _Decisions) -> None:
    """Ask about columns that may state the status or type of a row, which no list of words tells."""
    keys = [name for name in (decisions.roles.get("user"), decisions.roles.get("product")) if name]
    of_rows = [name for role in ("at", "basket", "id") if (name := decisions.roles.get(role))]
    identity = identity_of(decisions.file, decisions.roles)
    states = state_columns(decisions.file, _unused(decisions), keys, of_rows, identity)
    decisions.remarks += states.remarks
    decisions.statuses |= states.statuses
    _list_statuses(decisions)
    if states.rules:
        decisions.where |= states.rules
        decisions.settings["where"] = decisions.where


def _ask_for_amount(decisions: _Decisions, objects: dict[str, str]) -> None:
    """Ask for the amount of sales where no column is named like one, but some may be one."""
    file, columns = decisions.file, decisions.columns
    sells = any(
        entity == "product" and (known_type(kind) or "PURCHASED") in SALES for kind, entity in objects.items()
    )
    if not sells or {"value", "unit_price"} & set(columns):
        return
    if answer := file.answers.get(("behaviours", "value")):
        decisions.settings |= {"without": ["value"]} if answer == NONE_OF_THEM else {}
        return
    names = [name for name in _unused(decisions) if name not in decisions.totals]
    if question := ask_amount(file, names, decisions.roles.get("user")):
        columns["value"] = question


def _ask_for_missing_columns(decisions: _Decisions) -> None:
    """Ask which columns hold the required fields that no name and no type tells."""
    file, columns = decisions.file, decisions.columns
    constants = decisions.settings.get("constants", {})
    for spec in TABLES["behaviours"].fields:
        if spec.required and spec.name not in columns and spec.name not in constants:
            times = file.times if spec.kind == "time" else []
            used = named_columns(columns) | set(decisions.where)
            others = [name for name in file.names if name not in {*file.times, *used}]
            if spec.name == "user":
                others = may_be_users(file, others)
            columns[spec.name] = ask_column(
                file, spec.meaning, times or others or file.names, otherwise=(NO_BEHAVIOURS,)
            )


def _replace_orders(decisions: _Decisions) -> None:
    """Let a later export replace the orders that it has again, where orders have a status."""
    file, scan, columns = decisions.file, decisions.scan, decisions.columns
    has_states = bool(scan.by_status or decisions.statuses)
    if not (has_states or scan.refunds or scan.exclusions) or not scan.at:
        return
    basket, objects = columns.get("basket"), columns.get("object")
    # While the user's column is a question, one time of each number is the evidence.
    if isinstance(basket, str) and is_order_id(file, basket, *filter(None, (scan.user, scan.at))):
        key, order = ["basket"], f"an order ({basket})"
    elif "id" not in columns and (own := unique_row_id(file, _unknown_columns(file, columns), scan.user)):
        columns["id"] = own
        key, order = ["id"], f"a row ({own})"
    elif scan.user and isinstance(objects, str) and "id" not in columns:
        key, order = ["object", "at"], "a user, product and time (orders have no number of their own)"
        if not is_row_key(file, [scan.user, objects, scan.at]):
            note = "a later file replaces no orders: without a number, some have one user, product and time"
            decisions.settings["replaces"] = Noted([], note)
            return
    else:
        return
    note = f"{order} that a later file has again counts as that file has it"
    if has_states:
        note += "; add a status that only a later file has to `where`"
    decisions.settings["replaces"] = Noted(key, note)


def _add_row_id(decisions: _Decisions) -> None:
    """Load rows once that have the same id of their own, as an event that was sent or exported twice."""
    file, scan, columns = decisions.file, decisions.scan, decisions.columns
    common = [name for name in (scan.user, scan.at) if name]
    product = columns["object"] if isinstance(columns.get("object"), str) else None
    if found := repeated_row_id(file, _unknown_columns(file, columns), common, product):
        columns["id"] = found.column
        decisions.remarks.append(
            f"{found.repeated:,} rows repeat an earlier {found.column}, and are loaded once"
        )


def _is_kind_column(file: InspectedFile, scan: Scan) -> bool:
    """Return whether the values of the kind's column are kinds, not the events that people attend.

    Those stand beside their tickets or answers, in a file that names no product.
    """
    attended = scan.statuses or set(words_of(Path(file.name).name.partition(".")[0])) & _ATTENDED
    is_log = bool({"product", "campaign"} & set(scan.objects))
    return is_log or not attended or any(known_type(kind) for kind in scan.kinds)


def _id_of_events(file: InspectedFile) -> str | None:
    return next(
        (name for name in file.names if simplify(name) in ("event_id", "event_no", "event_code")), None
    )


def _unknown_columns(file: InspectedFile, columns: dict[str, Any]) -> list[str]:
    """Return the columns that may name an object: they have no other use, and are no times."""
    known = {
        *named_columns(columns),
        *file.times,
        *file.day_of_clock,
        *status_columns({name: file.count_values(name) for name in file.names}),
    }
    return [name for name in file.names if name not in known]


def _scan(file: InspectedFile, roles: dict[str, str]) -> Scan:
    objects = {entity: roles[entity] for entity in _ENTITIES if entity in roles}
    user, at, kind, quantity, value, basket = map(
        roles.get, ("user", "at", "kind", "quantity", "value", "basket")
    )
    rest = {name: values for name, values in file.values.items() if name not in roles.values()}
    excluding = exclusion_columns(rest)
    refunds = _refunds(file, roles)
    if refunds and refunds.column in excluding:
        excluding.remove(refunds.column)
    values = {name: file.count_values(name) for name in rest}
    statuses = [name for name in status_columns(values) if name not in excluding]
    amount = value or roles.get("unit_price")
    flags = [ExclusionColumn(name) for name in excluding]
    currency = currency_column(rest) if amount else None
    product = objects.get("product")
    used = {column for role, column in roles.items() if role not in ("name", "text")}
    charges = Charges.find(product, file.names, used) if product else None
    scan = Scan(
        user=user,
        at=at,
        kind=kind,
        statuses=statuses,
        quantity=quantity,
        value=amount,
        basket=basket,
        objects=objects,
        refunds=refunds,
        exclusions=flags,
        currency=currency,
        charges=charges,
    )
    for frame, again in frames_once(file, scan.columns, identity_of(file, roles)):
        scan.add(frame, again)
    return scan


def _refunds(file: InspectedFile, roles: dict[str, str]) -> Refunds | None:
    """Return the refunds of rows; else those of whole orders, to compare with the value of the order."""
    marks = [name for name in exclusion_columns(file.names) if is_flag(file.values[name])]
    no_flags = [name for name in file.names if name not in marks]
    refunds = Refunds.find(no_flags, roles)
    numbers = [name for name in exclusion_columns(no_flags) if are_numbers(file.values[name])]
    if not refunds and numbers and (whole := roles.get("quantity") or roles.get("value")):
        refunds = Refunds(numbers[0], whole)
    for join, _ in file.joined:
        prefix = f"{join.files[0]}:"
        names = [name.removeprefix(prefix) for name in no_flags if name.startswith(prefix)]
        of_orders = Refunds.find(names, find_columns(names))
        if of_orders and not refunds:
            units = prefix + of_orders.units if of_orders.units else None
            return Refunds(prefix + of_orders.column, prefix + of_orders.value, units)
    return refunds


def _returns(scan: Scan) -> list[dict[str, Any]]:
    """Return the rules for returns: credit notes (numbers with a C), negative quantities or amounts.

    Those of charges are none. If most amounts are negative, as in the statement of an account, the sign says
    nothing of returns.
    """
    by_quantity, by_value = scan.charges.negative if scan.charges else (0, 0)
    if scan.negative and scan.basket and scan.negative_credit_notes == scan.negative == scan.credit_notes:
        return [{"kind": "return", "where": {scan.basket: {"starts_with": "C"}}}]
    columns = [scan.quantity] if scan.negative > by_quantity else []
    columns += [scan.value] if by_value < scan.negative_values < scan.rows / 2 + by_value else []
    return [{"kind": "return", "where": {str(column): {"sign": "negative"}}} for column in columns]
