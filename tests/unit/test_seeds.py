"""Seed selection on networks whose best seeds and spreads are known."""

import itertools

import numpy as np
import pytest

from graph.network.seeds import Network, select_seeds


def network(nodes: int, edges: list[tuple[int, int, float]]) -> Network:
    source, target, probability = zip(*edges, strict=True) if edges else ((), (), ())
    return Network.of_edges(
        nodes,
        np.array(source, dtype=np.int64),
        np.array(target, dtype=np.int64),
        np.array(probability, dtype=np.float64),
    )


def exact_spread(edges: list[tuple[int, int, float]], seeds: set[int]) -> float:
    """Over every outcome of every edge, weighted by its probability."""
    total = 0.0
    for outcome in itertools.product((False, True), repeat=len(edges)):
        chance = 1.0
        live = []
        for (source, target, p), happens in zip(edges, outcome, strict=True):
            chance *= p if happens else 1 - p
            if happens:
                live.append((source, target))
        reached = set(seeds)
        while True:
            more = {target for source, target in live if source in reached} - reached
            if not more:
                break
            reached |= more
        total += chance * len(reached)
    return total


def test_hubs_of_two_stars_are_chosen_largest_first() -> None:
    edges = [(0, leaf, 1.0) for leaf in range(2, 9)] + [(1, leaf, 1.0) for leaf in range(9, 13)]
    selection = select_seeds(network(13, edges), 2)
    assert selection.seeds.tolist() == [0, 1]
    assert selection.marginal == pytest.approx([8, 5], rel=0.1)
    assert selection.spread == pytest.approx(13, rel=0.1)


def test_the_direction_of_an_edge_counts() -> None:
    edges = [(leaf, 0, 1.0) for leaf in range(1, 6)]
    selection = select_seeds(network(6, edges), 1)
    assert selection.seeds[0] != 0
    assert selection.spread == pytest.approx(2, rel=0.1)


def test_spread_equals_the_exact_one() -> None:
    edges = [(0, 1, 0.5), (1, 2, 0.5), (0, 3, 0.3), (3, 4, 0.9), (4, 2, 0.2), (2, 5, 0.6)]
    selection = select_seeds(network(6, edges), 1, epsilon=0.05)
    exact = {seed: exact_spread(edges, {seed}) for seed in range(6)}
    assert selection.seeds[0] == max(exact, key=exact.__getitem__) == 0
    assert selection.spread == pytest.approx(exact[0], rel=0.02)


def test_two_seeds_come_near_the_best_pair() -> None:
    rng = np.random.default_rng(3)
    pairs = [(a, b) for a in range(7) for b in range(7) if a != b]
    chosen = rng.choice(len(pairs), size=12, replace=False)
    edges = [(*pairs[index], float(rng.uniform(0.1, 0.9))) for index in chosen]
    selection = select_seeds(network(7, edges), 2, epsilon=0.1)
    best = max(exact_spread(edges, set(pair)) for pair in itertools.combinations(range(7), 2))
    ours = exact_spread(edges, set(selection.seeds.tolist()))
    assert ours >= 0.98 * best
    assert selection.spread == pytest.approx(ours, rel=0.03)


def test_without_edges_every_seed_adds_itself() -> None:
    selection = select_seeds(network(5, []), 5)
    assert sorted(selection.seeds.tolist()) == [0, 1, 2, 3, 4]
    assert selection.spread == pytest.approx(5)


def test_the_same_seed_gives_the_same_selection() -> None:
    edges = [(a, (a * 7 + 1) % 50, 0.4) for a in range(50)]
    first, second = (select_seeds(network(50, edges), 5, seed=4) for _ in range(2))
    assert first.seeds.tolist() == second.seeds.tolist()
    assert first.marginal.tolist() == second.marginal.tolist()


@pytest.mark.parametrize("k", [0, 6])
def test_k_must_fit(k: int) -> None:
    with pytest.raises(ValueError, match="1..5"):
        select_seeds(network(5, []), k)


@pytest.mark.parametrize("edge", [(0, 5, 0.1), (-1, 0, 0.1), (0, 1, 1.5), (0, 1, -0.1)])
def test_bad_edges_are_refused(edge: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match=r"edge|probability"):
        network(5, [edge])
