"""The origins whose participants the shares of users are fitted to."""

from collections.abc import Iterable, Iterator, Sequence

from forecasting.history.campaign_users import CampaignUsers
from forecasting.history.time_step import DAY
from forecasting.klstm.samples import CampaignFrame
from forecasting.user_shares.shares import TARGET_DAYS

_MAX_OPEN_ORIGINS = 200
"""Origins in all open campaigns together: the latest."""


def share_origins(
    frames: Sequence[CampaignFrame], n_steps: int
) -> Iterator[tuple[CampaignUsers, Iterable[int]]]:
    """The users of each campaign, and the origins in it whose TARGET_DAYS days end by day `n_steps`."""
    yield from ((frame.users, _of_targeted(frame)) for frame in frames if not frame.open)
    open_origins = [(origin, frame) for frame in frames if frame.open for origin in _of_open(frame, n_steps)]
    latest = sorted(open_origins, key=lambda pair: -pair[0])[:_MAX_OPEN_ORIGINS]
    for frame in frames:
        if frame.open:
            yield frame.users, sorted(origin for origin, other in latest if other is frame)


def _of_targeted(frame: CampaignFrame) -> range:
    """Every second day, from four weeks before the launch on."""
    first = max(DAY.lookback, frame.start - DAY.lookback)
    return range(first, min(frame.end, len(frame.y)) - TARGET_DAYS + 1, 2)


def _of_open(frame: CampaignFrame, n_steps: int) -> range:
    """Every seventh day from the launch on: the users of an open campaign are many."""
    return range(max(DAY.lookback, frame.start), min(frame.end, n_steps - TARGET_DAYS + 1), TARGET_DAYS)
