"""Pictures in a column of a Parquet file, read when they are needed and, at most, one row group at a time.

Questions are asked in order, nearly. So the column is read forwards, some rows at a time, and the last of them are
kept; a row further back starts its row group again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet as pq

from spacevista.errors import DatasetError

ROWS_PER_BATCH = 8
KEPT_BATCHES = 32  # 256 rows: more than are under way at once
MAX_ROW_BYTES = 1 << 28
MAX_GROUP_BYTES = 1 << 32  # of the column in one row group, which Arrow may decode at once: a thousand rows of some MB


class ImageColumn:
    """A column of lists of pictures: each one bytes, or a struct with `bytes` as the `datasets` library writes it.

    Safe to use from several threads. The file is opened with the first picture.
    """

    def __init__(self, file: Path, column: str) -> None:
        self._file = file
        self._column = column
        self._lock = threading.Lock()
        self._parquet: pq.ParquetFile | None = None
        self._kept: OrderedDict[int, tuple[tuple[bytes, ...], ...]] = OrderedDict()
        self._ahead: Iterator[tuple[int, tuple[tuple[bytes, ...], ...]]] = iter(())
        self._next_row = self._group = -1

    def encoded(self, row: int) -> tuple[bytes, ...]:
        """Return the pictures of a row as they are stored.

        Raises:
            DatasetError: the row is not there, holds no pictures, or the file is damaged.
        """
        with self._lock:
            try:
                return self._found(row)
            except (pa.ArrowException, OSError) as error:
                raise DatasetError(f"{self._file.name}, row {row}: expected pictures, got {error}") from error

    def _found(self, row: int) -> tuple[bytes, ...]:
        for first, rows in self._kept.items():
            if first <= row < first + len(rows):
                return rows[row - first]
        parquet = self._parquet = self._parquet or pq.ParquetFile(self._file, memory_map=True, pre_buffer=False)
        group, first_row = _group_of(parquet, row)
        if group != self._group or row < self._next_row:
            self._ahead, self._next_row, self._group = self._batches(parquet, group, first_row), first_row, group
        for first, rows in self._ahead:
            self._kept[first] = rows
            self._next_row = first + len(rows)
            while len(self._kept) > KEPT_BATCHES:
                self._kept.popitem(last=False)
            if row < self._next_row:
                return rows[row - first]
        raise DatasetError(f"{self._file.name}: expected a row {row}, got a file that ends before")

    def _batches(
        self, parquet: pq.ParquetFile, group: int, first_row: int
    ) -> Iterator[tuple[int, tuple[tuple[bytes, ...], ...]]]:
        first = first_row
        for batch in parquet.iter_batches(ROWS_PER_BATCH, row_groups=[group], columns=[self._column]):
            rows = tuple(_pictures(value) for value in batch.column(self._column).to_pylist())
            yield first, rows
            first += len(rows)


def _group_of(parquet: pq.ParquetFile, row: int) -> tuple[int, int]:
    """Return the row group of a row and that group's first row."""
    first = 0
    for group in range(parquet.metadata.num_row_groups):
        described = parquet.metadata.row_group(group)
        if first <= row < first + described.num_rows:
            if described.total_byte_size > MAX_GROUP_BYTES:
                raise DatasetError(
                    f"expected row groups of at most {MAX_GROUP_BYTES} bytes, got {described.total_byte_size}"
                )
            return group, first
        first += described.num_rows
    raise DatasetError(f"expected a row below {first}, got {row}")


def _pictures(value: list[bytes | dict[str, Any]] | None) -> tuple[bytes, ...]:
    """Return the encoded pictures of a cell, () where one is missing or they are absurdly large."""
    items = [item.get("bytes") if isinstance(item, dict) else item for item in value or ()]
    found = tuple(item for item in items if isinstance(item, bytes))
    if len(found) != len(items) or sum(map(len, found)) > MAX_ROW_BYTES:
        return ()
    return found
