"""Which infrared frame goes with which visible frame; the visible's clock leads."""

from collections.abc import Callable, Iterable, Iterator

from clfnet.video.frames import Frame

_ROUNDING = 1e-6  # seconds; two times that differ by less are one


class NearestPairs:
    """Pairs every visible frame with the infrared frame that is nearest in time.

    Rates and lengths may differ, and either may be irregular. Only visible frames that both sources
    cover are paired: from half a `period` before the first infrared frame until the last one's
    period is over. Two infrared frames are held at a time; both sources are read once, and no
    further than the overlap. Of two frames equally near, the earlier is taken.

    Args:
        infrared: frames, ordered by time.
        visible: the same.
        offset: seconds by which the infrared stream began later than the visible one: infrared
            time t is visible time t + offset. Negative where it began earlier.
        period: seconds that an infrared frame lasts, 1 / rate.

    Attributes:
        count: pairs so far.
        repeated: pairs whose infrared frame was in the pair before, too.
        dropped: infrared frames between the first and the last pair that are in none.
        largest_lag: the largest distance in seconds between the two frames of a pair.

    Example:
        >>> import numpy as np
        >>> def clip(fps): return [Frame(i / fps, np.zeros((1, 1), np.uint8)) for i in range(4)]
        >>> pairs = NearestPairs(clip(10), clip(20), period=0.1)
        >>> [(infrared.time, visible.time) for infrared, visible in pairs]
        [(0.0, 0.0), (0.0, 0.05), (0.1, 0.1), (0.1, 0.15)]
        >>> pairs.repeated
        2
    """

    def __init__(
        self,
        infrared: Iterable[Frame],
        visible: Iterable[Frame],
        *,
        offset: float = 0.0,
        period: float,
    ) -> None:
        self._infrared = iter(infrared)
        self._visible = iter(visible)
        self._offset = offset
        self._period = period
        self.count = self.repeated = self.dropped = 0
        self.largest_lag = 0.0

    def __iter__(self) -> Iterator[tuple[Frame, Frame]]:
        """Yield infrared and visible frame of each pair."""
        nearest, following = next(self._infrared, None), next(self._infrared, None)
        if nearest is None:
            return
        begin = nearest.time - self._period / 2 - _ROUNDING
        used = False
        for visible in self._visible:
            time = visible.time - self._offset  # on the infrared's clock
            while following and following.time - time < time - nearest.time - _ROUNDING:
                self.dropped += self.count > 0 and not used
                nearest, following = following, next(self._infrared, None)
                used = False
            if time < begin:
                continue
            if following is None and time > nearest.time + self._period - _ROUNDING:
                return
            self.count += 1
            self.repeated += used
            self.largest_lag = max(self.largest_lag, abs(time - nearest.time))
            used = True
            yield nearest, visible


class NewestPairs:
    """Pairs every visible frame of a live source with the newest infrared frame.

    A visible frame beside which the infrared one is old is left out: what has moved since would be
    shown at two places.

    Args:
        latest: returns the newest infrared frame, waiting for the first; None once there will be
            no more.
        visible: frames as they come.
        stale: seconds by which an infrared frame may have arrived before a visible one.

    Attributes:
        count: pairs so far.
        repeated: pairs whose infrared frame was in the pair before, too.
        outdated: visible frames left out since the infrared frame was too old.

    Example:
        >>> import numpy as np
        >>> frame = Frame(0.0, np.zeros((1, 1), np.uint8))
        >>> pairs = NewestPairs(lambda: frame, [frame, frame])
        >>> len(list(pairs)), pairs.repeated
        (2, 1)
    """

    def __init__(
        self,
        latest: Callable[[], Frame | None],
        visible: Iterable[Frame],
        stale: float = 1.0,
    ) -> None:
        self._latest = latest
        self._visible = visible
        self._stale = stale
        self.count = self.repeated = self.outdated = 0

    def __iter__(self) -> Iterator[tuple[Frame, Frame]]:
        """Yield infrared and visible frame of each pair."""
        before: Frame | None = None
        for visible in self._visible:
            infrared = self._latest()
            if infrared is None:
                return
            if self._is_stale(infrared, visible):
                self.outdated += 1
                continue
            self.count += 1
            self.repeated += infrared is before
            before = infrared
            yield infrared, visible

    def _is_stale(self, infrared: Frame, visible: Frame) -> bool:
        if infrared.arrived is None or visible.arrived is None:
            return False
        return visible.arrived - infrared.arrived > self._stale
