"""Recognises logs of messages, which a few senders sent to many users: they state whom campaigns reached."""

import re
from collections import Counter
from typing import NamedTuple

from graph.importing.inference.files.column_values import are_identifiers, are_numbers
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.vocabulary.message_logs import DELIVERY_STATUSES, DIRECTIONS, RECIPIENTS, SENDERS
from graph.importing.vocabulary.names import simplify

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[\s(]*(?:\+|0)[\d\s().\-/]{6,}")
"""An e-mail address, or a phone number."""
_DIGITS = re.compile(r"\d{7,15}")
"""A phone number without + or 0, or any other number."""
_NEARLY_ALL, _MOST = 0.9, 0.5
_MOST_SENT = 0.8
"""Share of the messages that the senders sent: users may have answered."""
_MOST_SENDERS = 12
_RECIPIENTS_OF_ONE = 5
"""Recipients of each sender, on average, at least."""
_ORDERS = {"product", "quantity", "basket"}
"""Roles of columns that messages lack."""


class MessageLog(NamedTuple):
    """The columns of the sender and the recipient of messages."""

    sender: str
    recipient: str


def find_message_log(file: InspectedFile, users: set[str]) -> MessageLog | None:
    """Return the columns of sender and recipient if a file is a log of messages; None if it is none.

    Messages between users have many senders, and are ties.

    Parameters
    ----------
    file
        A file of a delivery.
    users
        The ids of users that other files have.
    """
    if _ORDERS & set(file.roles):
        return None
    free = [name for name in file.names if name not in file.times]
    sender = next((name for name in free if simplify(name) in SENDERS), None)
    recipient = next((name for name in free if simplify(name) in RECIPIENTS), None)
    if not (sender and recipient) or not _has_few_senders(file, sender, recipient):
        return None
    return MessageLog(sender, recipient) if _holds_users(file, recipient, users) else None


def may_be_campaigns(file: InspectedFile, names: list[str]) -> list[str]:
    """Return those of the columns `names` that may name the campaign of a message; all where none may.

    Each campaign sent several messages; neither a status of their delivery nor an amount names one.
    """
    found = []
    for name in names:
        given = [value for value in file.values[name] if value]
        is_named = (
            bool(given) and not are_numbers(file.values[name]) and simplify(name) not in DIRECTIONS | SENDERS
        )
        is_repeated = len(set(given)) <= _MOST * len(given)
        if is_named and is_repeated and not {simplify(value) for value in given} <= DELIVERY_STATUSES:
            found.append(name)
    return found or names


def _has_few_senders(file: InspectedFile, sender: str, recipient: str) -> bool:
    pairs = zip(file.values[sender], file.values[recipient], strict=True)
    sent = [(by, to) for by, to in pairs if by and to]
    senders = Counter(by for by, _ in sent).most_common(_MOST_SENDERS)
    total, used = 0, 0
    for _, rows in senders:
        total, used = total + rows, used + 1
        if total >= _MOST_SENT * len(sent):
            break
    recipients = {to for _, to in sent}
    return 0 < _MOST_SENT * len(sent) <= total and len(recipients) >= _RECIPIENTS_OF_ONE * used


def _holds_users(file: InspectedFile, column: str, users: set[str]) -> bool:
    """Return whether a column has addresses, ids of users, or numbers beside statuses of delivery."""
    given = [value.strip() for value in file.values[column] if value and value.strip()]
    known = set(given) & users
    addresses = sum(bool(_ADDRESS.fullmatch(value)) for value in given)
    numbers = sum(bool(_DIGITS.fullmatch(value)) for value in given)
    return (
        addresses >= _NEARLY_ALL * len(given)
        or (len(known) >= _MOST * len(set(given)) and are_identifiers(known))
        or (numbers + addresses >= _NEARLY_ALL * len(given) and _states_delivery(file))
    )


def _states_delivery(file: InspectedFile) -> bool:
    """Return whether a column has statuses of delivery alone, more than one."""
    words = ({simplify(value) for value in values if value} for values in file.values.values())
    return any(len(given) > 1 and given <= DELIVERY_STATUSES for given in words)
