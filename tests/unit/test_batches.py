"""Predictions for examples in a batch."""

import torch

from forecasting.baseline.baseline import Baseline
from forecasting.klstm.batches import collate
from forecasting.klstm.network import KLSTMNetwork
from forecasting.klstm.samples import campaign_frames
from forecasting.klstm.trainer import Configuration, new_network
from tests.unit.test_klstm import make_history


def network_with_random_head() -> KLSTMNetwork:
    torch.manual_seed(3)
    network = new_network(Configuration()).eval()
    torch.nn.init.normal_(network.head.weight)  # With weights of zero, the network predicts the baseline.
    return network


def test_prediction_is_independent_of_other_examples() -> None:
    history = make_history()
    frames = campaign_frames(history, Baseline.fit(history, None))
    examples = [frame.sample(origin) for frame in frames for origin in (len(frame.y) - 9, len(frame.y))]
    network = network_with_random_head()
    with torch.no_grad():
        batched = network(collate(examples)).mean
        separate = torch.cat([network(collate([example])).mean for example in examples])
        reordered = network(collate([examples[0], *examples[:0:-1]])).mean
    assert len(batched) == len(examples) == 4
    torch.testing.assert_close(batched, separate)
    torch.testing.assert_close(batched, reordered[[0, 3, 2, 1]])


def test_edge_weights_change_only_the_prediction_of_their_example() -> None:
    history = make_history()
    frame = campaign_frames(history, Baseline.fit(history, None))[0]
    batch = collate([frame.sample(len(frame.y)), frame.sample(len(frame.y) - 9)])
    network = network_with_random_head()
    with torch.no_grad():
        before = network(batch).mean
        batch.edge_weight[: len(batch.edge_weight) // 2] *= 9
        after = network(batch).mean
    assert not torch.allclose(before[0], after[0], atol=1e-6)
    torch.testing.assert_close(before[1], after[1])
