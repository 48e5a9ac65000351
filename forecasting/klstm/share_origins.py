"""The origins whose participants the shares of users are fitted to."""

from collections.abc import Iterable, Iterator, Sequence

from forecasting.history.campaign_users import CampaignUsers
from forecasting.klstm.samples import CampaignFrame

_MIN_ORIGINS = 4
_MAX_OPEN_ORIGINS = 200
"""Origins in all open campaigns together: the latest."""


def share_origins(
    frames: Sequence[CampaignFrame], n_steps: int
) -> Iterator[tuple[CampaignUsers, Iterable[int]]]:
    """The users of each campaign, and the origins in it whose ``Step.recent`` steps end by step `n_steps`."""
    yield from ((frame.users, _of_targeted(frame)) for frame in frames if not frame.open)
    open_origins = [(origin, frame) for frame in frames if frame.open for origin in _of_open(frame, n_steps)]
    latest = sorted(open_origins, key=lambda pair: -pair[0])[:_MAX_OPEN_ORIGINS]
    for frame in frames:
        if frame.open:
            yield frame.users, sorted(origin for origin, other in latest if other is frame)


def _of_targeted(frame: CampaignFrame) -> range:
    """Every second step, from the lookback before the launch on (four weeks of days)."""
    lookback = frame.step.lookback
    first = max(lookback, frame.start - lookback)
    return range(first, min(frame.end, len(frame.y)) - frame.step.recent + 1, 2)


def _of_open(frame: CampaignFrame, n_steps: int) -> range:
    """Every seventh day from the launch on, or ``Step.recent``-th step: users of open campaigns are many.

    At least four origins of a short campaign, so that the shares also learn from users who have taken part.
    """
    recent = frame.step.recent
    stride = max(1, min(recent, (frame.end - frame.start) // _MIN_ORIGINS))
    return range(max(frame.step.lookback, frame.start), min(frame.end, n_steps - recent + 1), stride)
