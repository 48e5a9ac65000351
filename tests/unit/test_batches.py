"""A prediction does not depend on the other examples of a batch."""

import torch

from forecasting.baseline.baseline import Baseline
from forecasting.klstm.batches import collate
from forecasting.klstm.network import KLSTMNetwork
from forecasting.klstm.samples import campaign_frames
from forecasting.klstm.trainer import Configuration, new_network
from tests.unit.test_klstm import make_history


def some_network() -> KLSTMNetwork:
    torch.manual_seed(3)
    network = new_network(Configuration()).eval()
    torch.nn.init.normal_(network.head.weight)  # At zero, every example would be told its own baseline.
    return network


def test_prediction_is_independent_of_other_examples() -> None:
    history = make_history()
    frames = campaign_frames(history, Baseline.fit(history, None))
    examples = [frame.sample(origin) for frame in frames for origin in (len(frame.y) - 9, len(frame.y))]
    network = some_network()
    with torch.no_grad():
        together = network(collate(examples)).mean
        alone = torch.cat([network(collate([one])).mean for one in examples])
        away = network(collate([examples[0], *examples[:0:-1]])).mean
    assert len(together) == len(examples) == 4
    torch.testing.assert_close(together, alone)
    torch.testing.assert_close(together, away[[0, 3, 2, 1]])


def test_edge_weights_change_the_prediction() -> None:
    history = make_history()
    frame = campaign_frames(history, Baseline.fit(history, None))[0]
    batch = collate([frame.sample(len(frame.y)), frame.sample(len(frame.y) - 9)])
    network = some_network()
    with torch.no_grad():
        before = network(batch).mean
        batch.edge_weight[: len(batch.edge_weight) // 2] *= 9
        after = network(batch).mean
    assert not torch.allclose(before[0], after[0], atol=1e-6)
    torch.testing.assert_close(before[1], after[1])
