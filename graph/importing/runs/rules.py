"""The rules of a data set: which behaviours count as participation, and which ids are equal.

Each import stores the rules that its mapping states; the latest statement of each holds.
"""

import json
from dataclasses import dataclass

from graph.connection import Graph
from graph.importing.mapping.kinds import BehaviourKind, Participation
from graph.importing.mapping.model import Mapping


@dataclass(frozen=True)
class Rules:
    """Which behaviours count as participation: kinds by relationship type, and the rule for all kinds."""

    kinds: dict[str, BehaviourKind]
    participation: Participation
    returns: dict[str, str]
    """The type of what each type of returns takes back."""
    ids: dict[str, list[str]]
    """The rules that make ids of a table equal."""

    @property
    def opens_untargeted(self) -> bool:
        """Whether a campaign without target users is open to all."""
        return self.participation.targeted is not True

    @property
    def other_types(self) -> list[str]:
        """The types of behaviours that never count as participation, without those of returns."""
        return [kind for kind, rule in self.kinds.items() if rule.counts == "never" and not rule.returns]

    def with_returns(self, relationship_type: str) -> list[str]:
        """Return `relationship_type`, and the types that take its behaviours back."""
        return [relationship_type, *(kind for kind, of in self.returns.items() if of == relationship_type)]


def standing_rules(graph: Graph, dataset: str) -> Rules:
    """Return the rules of a data set: of each kind and of the ids of each table, the latest that is stated.

    A mapping without behaviours does not change the rule for all kinds unless it states one.
    """
    kinds: dict[str, BehaviourKind] = {}
    returns: dict[str, str] = {}
    ids: dict[str, list[str]] = {}
    participation = Participation()
    for row in sorted(graph.run("importing/jobs", dataset=dataset), key=lambda row: int(row["number"])):
        if row["state"] in ("undone", "undoing"):
            continue
        stated = json.loads(row["rules"])
        ids |= stated.get("ids", {})
        for definition in stated["kinds"].values():
            kind = BehaviourKind.model_validate(definition)
            kinds[kind.type] = kind
            if kind.returns is not None:
                returns[kind.type] = stated["kinds"][kind.returns]["type"]
        if stated.get("participation") is not None:
            participation = Participation.model_validate(stated["participation"])
    return Rules(kinds, participation, returns, ids)


def stated_rules(mapping: Mapping) -> str:
    """Return the rules that a mapping states, as JSON."""
    states_rule = "behaviours" in mapping.tables or "participation" in mapping.model_fields_set
    return mapping.model_dump_json(include={"kinds", "ids", *(["participation"] if states_rule else [])})
