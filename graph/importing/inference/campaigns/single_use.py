"""Codes of single use: 50 or more codes, nearly all used by one user each, are no campaigns each.

Where most begin with a common part (SPRING-4F7A), that may be the campaign, and is asked. Otherwise no
campaigns are made of them. Codes of several users among them are campaigns of their own.
"""

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from graph.importing.inference.draft import Ask, Draft, DraftSource, Noted
from graph.importing.inference.files.inspected_file import InspectedFile, index_by_name

_MIN_CODES = 50
_NEARLY_ALL = 0.9
_MAX_PREFIX_SHARE = 0.1
"""Common parts, as a share of the codes."""
_SUFFIX = re.compile(r"[-_ ][^-_ ]+$")
_SHOWN = 3


def resolve_single_use_codes(draft: Draft, files: Sequence[InspectedFile]) -> None:
    """Ask about codes of single use which behaviours name, or leave them out as campaigns."""
    if any(source.table in ("campaigns", "coupons") for source in draft.sources):
        return  # A table says what the campaigns are.
    by_name = index_by_name(files)
    for source, column in list(draft.campaign_columns):
        file = by_name.get(str(source.settings["files"]))
        user = source.settings["columns"].get("user")
        codes = (
            _users_of_codes(file, column, user) if file and isinstance(user, str) else pd.Series(dtype=int)
        )
        single = int((codes == 1).sum())
        if file is None or len(codes) < _MIN_CODES or single < _NEARLY_ALL * len(codes):
            continue
        prefixes = Counter(_prefix(code) for code in codes.index[codes == 1])
        shared = sorted(codes.index[codes > 1])
        summary = f"{single:,} of {len(codes):,} codes in {column} of {file.name} are of one user"
        if len(prefixes) <= _MAX_PREFIX_SHARE * len(codes):
            _ask(draft, summary, prefixes, shared)
        elif not shared:
            _leave_out(draft, source, column, summary)
        elif not any(source is other for other, _ in draft.coupon_columns):
            note = f"{summary}: only codes of several users are campaigns"
            draft.campaign_rules[column] = Noted({"is": shared}, note)


def _users_of_codes(file: InspectedFile, column: str, user: str) -> "pd.Series[int]":
    """Return how many users each code has."""
    return file.distinct([column, user])[column].value_counts()


def _prefix(code: str) -> str:
    return _SUFFIX.sub("", code)


def _ask(draft: Draft, summary: str, prefixes: "Counter[str]", shared: Sequence[str]) -> None:
    """Ask whether the prefix is the campaign; `shared` are codes of several users, which stay as they are."""
    shown = ", ".join(
        f"{prefix} ({number:,} {'code' if number == 1 else 'codes'})"
        for prefix, number in prefixes.most_common(_SHOWN)
    )
    more = f" and {len(prefixes) - _SHOWN:,} more" if len(prefixes) > _SHOWN else ""
    others = f"; codes that several users have stay campaigns: {_listed(shared)}" if shared else ""
    ask = Ask(
        f"{summary}. Is the part before the last hyphen, underscore or blank the campaign: {shown}{more}? "
        f"Then choose without_suffix{others}. With as_written, each code is a campaign",
        ("without_suffix", "as_written"),
    )
    draft.settings["ids"] = {**draft.settings.get("ids", {}), "campaigns": ask}


def _listed(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - _SHOWN:,} more" if len(codes) > _SHOWN else ""
    return ", ".join(sorted(codes)[:_SHOWN]) + more


def _leave_out(draft: Draft, source: DraftSource, column: str, summary: str) -> None:
    draft.campaign_columns.remove((source, column))
    columns = source.settings["columns"]
    if columns.get("campaign") == column:
        del columns["campaign"]
    note = f"{summary}: they are no campaigns. If another column or a table states their campaign, map it"
    source.comment = "\n".join(filter(None, [source.comment, note]))
