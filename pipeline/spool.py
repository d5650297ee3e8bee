"""A list that never fills memory: past its first items it goes on in a file without a name."""

import os
import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any, TypeVar, overload

Item = TypeVar("Item")

ROOM = 10_000
"""Items that stay in memory."""


class Spool(Sequence[Item]):
    """Items in order of arrival. Those past `room` are pickled into a temporary file, which goes with the spool."""

    def __init__(self, items: Iterable[Item] = (), room: int = ROOM) -> None:
        self._room, self._kept, self._further = room, list[Item](), 0
        self._file: IO[bytes] | None = None
        self.extend(items)

    def append(self, item: Item) -> None:
        if len(self._kept) < self._room:
            self._kept.append(item)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="minsheng-")  # noqa: SIM115  (it lives as long as the spool)
        self._file.seek(0, os.SEEK_END)
        pickle.dump(item, self._file)
        self._further += 1

    def extend(self, items: Iterable[Item]) -> None:
        for item in items:
            self.append(item)

    def __iadd__(self, items: Iterable[Item]) -> "Spool[Item]":
        self.extend(items)
        return self

    def __len__(self) -> int:
        return len(self._kept) + self._further

    def __iter__(self) -> Iterator[Item]:
        yield from self._kept
        place = 0
        for _ in range(self._further):
            assert self._file is not None
            self._file.seek(place)
            item = pickle.load(self._file)  # noqa: S301  (written by this object, into a file nobody else can open)
            place = self._file.tell()  # before it is handed on: whoever takes it may append
            yield item

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return list(islice(self, *place.indices(len(self))))
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return next(islice(self, place % len(self), None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"Spool({list(islice(self, 3))!r}{' …' if len(self) > 3 else ''})"
