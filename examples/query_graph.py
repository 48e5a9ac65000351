"""Run saved questions from Python: `python -m examples.query_graph [DATASET]`."""

import sys

from graph.connection import connect
from graph.datasets import resolve_dataset
from graph.export import run_question
from graph.settings import Settings


def main(requested: str | None) -> None:
    """Print the campaigns of a data set, and the groups with the most participants of one campaign."""
    with connect(Settings()) as graph:
        dataset = resolve_dataset(graph, requested)
        print(run_question(graph, "campaigns_compared", {"dataset": dataset}).to_string(index=False))  # noqa: T201
        groups = run_question(graph, "group_contributions", {"dataset": dataset, "campaign": "18"})
        print(groups.to_string(index=False))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
