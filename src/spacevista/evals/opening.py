"""Opening pictures off the event loop, once for questions in a row about the same clip."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor

from spacevista.evals.encoding import MAX_KEPT_BYTES, pixel_bytes
from spacevista.evals.records import Budget, Frames, MediaError, Opened, Sample, Video


class Opener:
    """Opens the pictures of samples on threads, and keeps the last clips.

    A benchmark asks many questions in a row about one clip, and decoding it costs more than asking. Kept are only
    clips without marks, which differ from question to question; pictures that a row holds itself are its own.
    """

    def __init__(self, open_media: Callable[[Sample, Budget], Opened], budget: Budget, threads: Executor) -> None:
        self._open_media = open_media
        self._budget = budget
        self._threads = threads
        self._kept: OrderedDict[Frames | Video, Opened] = OrderedDict()
        self._kept_bytes = 0
        self._under_way: dict[Frames | Video, asyncio.Future[Opened]] = {}

    async def open(self, sample: Sample) -> Opened:
        """Return the pictures of a sample (MediaError: they cannot be opened)."""
        clip = sample.media
        if not isinstance(clip, Frames | Video) or sample.marks:
            return await self._decode(sample)
        if (kept := self._kept.get(clip)) is not None:
            self._kept.move_to_end(clip)
            return kept
        if (other := self._under_way.get(clip)) is not None:
            return await self._decoded_for_another(other, sample)
        decoding = self._under_way[clip] = asyncio.ensure_future(self._decode(sample))
        try:
            opened = await decoding
        finally:
            del self._under_way[clip]
        self._keep(clip, opened)
        return opened

    async def _decode(self, sample: Sample) -> Opened:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._open_media, sample, self._budget)

    async def _decoded_for_another(self, decoding: asyncio.Future[Opened], sample: Sample) -> Opened:
        try:
            return await asyncio.shield(decoding)
        except MediaError as error:
            raise MediaError(sample.id, error.reason) from None

    def _keep(self, clip: Frames | Video, opened: Opened) -> None:
        self._kept[clip] = opened
        self._kept_bytes += pixel_bytes(opened)
        while self._kept_bytes > MAX_KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= pixel_bytes(oldest)
