"""Seed selection on networks whose best seeds and spreads are known."""

import itertools

import numpy as np
import pytest

from network.seeding.diffusion import Spread, simulate, simulate_days
from network.seeding.imm import SeedSelection
from network.seeding.selection import select, top_k
from network.seeding.weighted_network import Network, SeedConstraints, equal_quota, fair_quota


def network(nodes: int, edges: list[tuple[int, int, float]]) -> Network:
    source, target, probability = zip(*edges, strict=True) if edges else ((), (), ())
    return Network.of_edges(
        nodes,
        np.array(source, dtype=np.int64),
        np.array(target, dtype=np.int64),
        np.array(probability, dtype=np.float64),
    )


def select_seeds(network: Network, k: int, epsilon: float = 0.2, seed: int = 0) -> SeedSelection:
    return select(network, SeedConstraints(k), epsilon=epsilon, seed=seed)


def exact_spread(edges: list[tuple[int, int, float]], seeds: set[int]) -> float:
    """The expected number of reached nodes: the mean over all subsets of live edges, by their probability."""
    spread = 0.0
    for outcome in itertools.product((False, True), repeat=len(edges)):
        probability = 1.0
        live_edges = []
        for (source, target, p), live in zip(edges, outcome, strict=True):
            probability *= p if live else 1 - p
            if live:
                live_edges.append((source, target))
        reached = set(seeds)
        while new := {target for source, target in live_edges if source in reached} - reached:
            reached |= new
        spread += probability * len(reached)
    return spread


def test_hubs_of_two_stars_are_chosen_largest_first() -> None:
    edges = [(0, leaf, 1.0) for leaf in range(2, 9)] + [(1, leaf, 1.0) for leaf in range(9, 13)]
    selection = select_seeds(network(13, edges), 2)
    assert selection.seeds.tolist() == [0, 1]
    assert selection.marginal == pytest.approx([8, 5], rel=0.1)
    assert selection.spread == pytest.approx(13, rel=0.1)


def test_edges_are_directed() -> None:
    edges = [(leaf, 0, 1.0) for leaf in range(1, 6)]
    selection = select_seeds(network(6, edges), 1)
    assert selection.seeds[0] != 0
    assert selection.spread == pytest.approx(2, rel=0.1)


def test_estimated_spread_matches_the_exact_spread() -> None:
    edges = [(0, 1, 0.5), (1, 2, 0.5), (0, 3, 0.3), (3, 4, 0.9), (4, 2, 0.2), (2, 5, 0.6)]
    selection = select_seeds(network(6, edges), 1, epsilon=0.05)
    exact = {seed: exact_spread(edges, {seed}) for seed in range(6)}
    assert selection.seeds[0] == max(exact, key=exact.__getitem__) == 0
    assert selection.spread == pytest.approx(exact[0], rel=0.02)


def test_two_seeds_are_close_to_the_best_pair() -> None:
    rng = np.random.default_rng(3)
    pairs = [(source, target) for source in range(7) for target in range(7) if source != target]
    sampled = rng.choice(len(pairs), size=12, replace=False)
    edges = [(*pairs[index], float(rng.uniform(0.1, 0.9))) for index in sampled]
    selection = select_seeds(network(7, edges), 2, epsilon=0.1)
    best_spread = max(exact_spread(edges, set(pair)) for pair in itertools.combinations(range(7), 2))
    spread = exact_spread(edges, set(selection.seeds.tolist()))
    assert spread >= 0.98 * best_spread
    assert selection.spread == pytest.approx(spread, rel=0.03)


def test_seeds_without_edges_reach_only_themselves() -> None:
    selection = select_seeds(network(5, []), 5)
    assert sorted(selection.seeds.tolist()) == [0, 1, 2, 3, 4]
    assert selection.spread == pytest.approx(5)


def test_same_random_seed_gives_the_same_selection() -> None:
    edges = [(node, (node * 7 + 1) % 50, 0.4) for node in range(50)]
    first, second = (select_seeds(network(50, edges), 5, seed=4) for _ in range(2))
    assert first.seeds.tolist() == second.seeds.tolist()
    assert first.marginal.tolist() == second.marginal.tolist()


@pytest.mark.parametrize("k", [0, 6])
def test_number_of_seeds_out_of_range_is_rejected(k: int) -> None:
    with pytest.raises(ValueError, match="1..5"):
        select_seeds(network(5, []), k)


@pytest.mark.parametrize("edge", [(0, 5, 0.1), (-1, 0, 0.1), (0, 1, 1.5), (0, 1, -0.1)])
def test_invalid_edges_are_rejected(edge: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match=r"edge|probability"):
        network(5, [edge])


def cliques(size: int, p: float) -> list[tuple[int, int, float]]:
    """Two cliques with a bridge between their first nodes."""
    inside = [(a + b, a + c, p) for a in (0, size) for b in range(size) for c in range(size) if b != c]
    return [*inside, (0, size, p), (size, 0, p)]


@pytest.mark.parametrize("method", ["imm", "celf"])
def test_two_seeds_are_in_different_cliques(method: str) -> None:
    selected = select(network(16, cliques(8, 0.2)), SeedConstraints(2), method)
    assert {int(seed) // 8 for seed in selected.seeds} == {0, 1}
    assert (selected.low <= selected.marginal).all()
    assert (selected.marginal <= selected.high).all()


def test_each_community_of_a_planted_partition_gets_a_seed() -> None:
    rng = np.random.default_rng(2)
    community = np.repeat(np.arange(4), 25)
    edges = [
        (source, target, 0.15)
        for source in range(100)
        for target in range(100)
        if source != target and rng.random() < (0.3 if community[source] == community[target] else 0.002)
    ]
    assert sorted(community[select_seeds(network(100, edges), 4).seeds]) == [0, 1, 2, 3]


# Three stars, whose hubs 0, 1 and 2 have seven, five and three leaves.
STARS = [(hub, hub * 10 + leaf, 1.0) for hub in range(3) for leaf in range(3, 10 - 2 * hub)]


def test_excluded_users_are_not_selected() -> None:
    allowed = np.ones(30, dtype=bool)
    allowed[0] = False
    assert 0 not in select(network(30, STARS), SeedConstraints(3, allowed=allowed)).seeds
    assert 0 in select(network(30, STARS), SeedConstraints(3)).seeds


def test_equal_quotas_are_filled() -> None:
    halves = np.repeat([0, 1], 15)
    seeds = select(network(30, STARS), SeedConstraints(6, quotas=[equal_quota(halves, 2)])).seeds
    assert np.bincount(halves[seeds]).tolist() == [2, 2]


def test_fair_quotas_are_proportional_to_the_attribute() -> None:
    # A third of the users are of the second kind; all hubs are of the first.
    kinds = np.where(np.arange(30) >= 20, 1, 0)
    seeds = select(network(30, STARS), SeedConstraints(6, quotas=[fair_quota(kinds, 6)])).seeds
    assert np.bincount(kinds[seeds]).tolist() == [4, 2]


def test_budget_is_kept_and_spent_by_gain_per_cost() -> None:
    costs = np.ones(30)
    costs[0], costs[1] = 5.0, 1.5
    selection = select(network(30, STARS), SeedConstraints(30, costs=costs, budget=3.0))
    assert 0 not in selection.seeds
    assert {1, 2} >= set(selection.seeds[:1].tolist())
    assert costs[selection.seeds].sum() <= 3.0
    # An expensive hub reaches more than all the leaves that the same budget pays for.
    star = [(0, leaf, 1.0) for leaf in range(1, 20)]
    costs = np.full(20, 1.0)
    costs[0] = 10.5
    selection = select(network(20, star), SeedConstraints(20, costs=costs, budget=10.5))
    assert selection.seeds.tolist() == [0]


def test_invalid_constraints_are_rejected() -> None:
    with pytest.raises(ValueError, match="above 0"):
        select(network(3, []), SeedConstraints(1, costs=np.zeros(3)))
    with pytest.raises(ValueError, match="every node"):
        select(network(3, []), SeedConstraints(1, quotas=[(np.zeros(2, dtype=int), np.ones(1, dtype=int))]))
    with pytest.raises(ValueError, match="Graph Data Science"):
        select(network(3, []), SeedConstraints(1), "pagerank")


def test_top_k_keeps_the_constraints() -> None:
    score = np.array([5.0, 9.0, 9.0, 1.0])
    assert top_k(score, SeedConstraints(3)).tolist() == [1, 2, 0]
    kinds = np.array([0, 0, 0, 1])
    assert top_k(score, SeedConstraints(3, quotas=[equal_quota(kinds, 1)])).tolist() == [1, 3]
    costs = np.array([1.0, 3.0, 1.0, 1.0])
    assert top_k(score, SeedConstraints(4, costs=costs, budget=2.0)).tolist() == [2, 0]


def test_simulated_cascades_match_the_exact_spread() -> None:
    edges = [(0, 1, 0.5), (1, 2, 0.5), (0, 3, 0.3), (3, 4, 0.9), (4, 2, 0.2), (2, 5, 0.6)]
    spread = Spread.of(simulate(network(6, edges), np.array([0, 4]), 40_000, seed=1))
    exact = exact_spread(edges, {0, 4})
    assert spread.low - 0.01 <= exact <= spread.high + 0.01
    assert spread.p10 <= spread.mean <= spread.p90


def test_simulated_linear_thresholds_match_the_exact_spread() -> None:
    tree = network(4, [(0, 2, 0.5), (1, 2, 0.5), (2, 3, 0.25)])
    # Together, both seeds always reach node 2, and node 2 reaches node 3 with probability 1/4.
    two_seeds = simulate(tree, np.array([0, 1]), 20_000, seed=1, model="linear threshold")
    assert two_seeds.mean() == pytest.approx(3.25, abs=0.02)
    one_seed = simulate(tree, np.array([0]), 20_000, seed=1, model="linear threshold")
    assert one_seed.mean() == pytest.approx(1 + 0.5 + 0.125, abs=0.02)
    # The weights into node 3 sum to 2.7 and are scaled to 1.
    three_into_one = network(4, [(0, 3, 0.9), (1, 3, 0.9), (2, 3, 0.9)])
    one_of_three = simulate(three_into_one, np.array([0]), 20_000, seed=1, model="linear threshold")
    assert one_of_three.mean() == pytest.approx(1 + 1 / 3, abs=0.02)


def test_simulated_days_follow_the_delays() -> None:
    chain = network(6, [(node, node + 1, 1.0) for node in range(5)])
    reached = simulate_days(chain, np.array([0]), np.array([0.5]), 4, runs=10)
    assert (reached == [2, 4, 6, 6]).all()
    one_edge = network(2, [(0, 1, 0.5)])
    reached = simulate_days(one_edge, np.array([0]), np.array([0.5, 2.5]), 4, runs=20_000)
    assert reached.mean(axis=0) == pytest.approx([1.25, 1.25, 1.5, 1.5], abs=0.02)
