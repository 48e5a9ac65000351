"""Examples put together are forecast as each would be alone."""

import torch

from forecasting.baseline.baseline import Baseline
from forecasting.klstm.batches import Batch
from forecasting.klstm.network import KLSTMNetwork
from forecasting.klstm.samples import campaign_frames
from forecasting.klstm.trainer import Configuration, network_of
from tests.unit.test_klstm import make_history


def some_network() -> KLSTMNetwork:
    torch.manual_seed(3)
    network = network_of(Configuration()).eval()
    torch.nn.init.normal_(network.head.weight)  # At zero, every example would be told its own baseline.
    return network


def test_an_example_is_told_the_same_among_others() -> None:
    history = make_history()
    frames = campaign_frames(history, Baseline.fit(history, None))
    examples = [frame.sample(origin) for frame in frames for origin in (len(frame.y) - 9, len(frame.y))]
    network = some_network()
    with torch.no_grad():
        together = network(Batch.of(examples)).mean
        alone = torch.cat([network(Batch.of([one])).mean for one in examples])
        away = network(Batch.of([examples[0], *examples[:0:-1]])).mean
    assert len(together) == len(examples) == 4
    torch.testing.assert_close(together, alone)
    torch.testing.assert_close(together, away[[0, 3, 2, 1]])


def test_whom_users_follow_moves_the_forecast() -> None:
    history = make_history()
    frame = campaign_frames(history, Baseline.fit(history, None))[0]
    batch = Batch.of([frame.sample(len(frame.y)), frame.sample(len(frame.y) - 9)])
    network = some_network()
    with torch.no_grad():
        before = network(batch).mean
        batch.edge_weight[: len(batch.edge_weight) // 2] *= 9
        after = network(batch).mean
    assert not torch.allclose(before[0], after[0], atol=1e-6)
    torch.testing.assert_close(before[1], after[1])
