"""Ask saved questions from Python: `python -m examples.ask_the_graph [DATASET]`."""

import sys

from graph.connection import connect
from graph.export import answer
from graph.settings import Settings


def main(dataset: str) -> None:
    """Print which campaigns there are, and which groups carried one of them."""
    with connect(Settings()) as graph:
        print(answer(graph, "campaigns_compared", {"dataset": dataset}).to_string(index=False))  # noqa: T201
        groups = answer(graph, "groups_that_carried", {"dataset": dataset, "campaign": "18"})
        print(groups.to_string(index=False))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "complete-journey")
