"""The rows of data sets, read one at a time from their Parquet files.

In memory are a few bytes a row (which scale, task, form, split and scene) and the row groups that were read last, their
texts in the dictionaries of the file. So memory does not grow with the rows, but for those few bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet as pq

from spacevista.errors import DatasetError
from spacevista.qa.check import check_question, frame_sizes
from spacevista.qa.parquet import decoded_bytes, text_columns
from spacevista.qa.record import Form, Question, ScaleName, Split

CODED: dict[str, tuple[str, ...]] = {"split": get_args(Split), "scale": get_args(ScaleName), "form": get_args(Form)}
INDEXED = ("split", "scale", "form", "task", "scene_id")
MAX_GROUP_BYTES = 1 << 28  # of a row group with its texts decoded; one of ours (20,000 rows) has 30 MB
BATCH_ROWS = 10_000

Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Block:
    """One row group of one file; `first` is the number of its first row among all rows."""

    file: Path
    group: int
    first: int
    rows: int


@dataclass(frozen=True)
class Index:
    """What is known of every row without reading it; the arrays have a number a row.

    Attributes:
        split, scale, form: place in `CODED`.
        task, scene: place in `tasks` and `scenes`.
        block: place in `blocks`.
    """

    blocks: tuple[Block, ...]
    split: Codes
    scale: Codes
    form: Codes
    task: Codes
    scene: Codes
    block: Codes
    tasks: tuple[str, ...]
    scenes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.split)


@dataclass(frozen=True)
class Row:
    """A question and the folder that its frames lie below."""

    question: Question
    root: Path


def question_files(data: Sequence[Path]) -> list[Path]:
    """Return the Parquet files of data sets: `questions*.parquet` of each folder, in the order of their names.

    Raises:
        DatasetError: there is none.
    """
    found = []
    for place in data:
        files = sorted(place.glob("questions*.parquet")) if place.is_dir() else [place] if place.is_file() else []
        if not files:
            raise DatasetError(f"{place}: expected a data set's folder with questions.parquet, got nothing there")
        found += files
    return found


def index_of(files: Sequence[Path]) -> Index:
    """Read the small columns of all files.

    Raises:
        DatasetError: a file is damaged or of another form, or one scene is in two splits; names the file.
    """
    blocks: list[Block] = []
    columns: dict[str, list[Codes]] = {name: [] for name in INDEXED}
    names: dict[str, dict[str, int]] = {
        name: {value: code for code, value in enumerate(CODED.get(name, ()))} for name in INDEXED
    }
    first = 0
    for file in files:
        try:
            text_columns(file)
            with pq.ParquetFile(file) as parquet:
                for group in range(parquet.metadata.num_row_groups):
                    rows = parquet.metadata.row_group(group).num_rows
                    blocks.append(Block(file, group, first, rows))
                    first += rows
                for batch in parquet.iter_batches(BATCH_ROWS, columns=list(INDEXED), use_threads=False):
                    for name in INDEXED:
                        columns[name].append(_codes(file, name, batch.column(name), names[name]))
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise DatasetError(f"{file}: expected a Parquet file, got {error}") from error
    joined = {name: np.concatenate(parts) if parts else np.zeros(0, np.int32) for name, parts in columns.items()}
    index = Index(
        blocks=tuple(blocks),
        split=joined["split"],
        scale=joined["scale"],
        form=joined["form"],
        task=joined["task"],
        scene=joined["scene_id"],
        block=np.repeat(np.arange(len(blocks), dtype=np.int32), [block.rows for block in blocks]),
        tasks=tuple(names["task"]),
        scenes=tuple(names["scene_id"]),
    )
    _check_splits(index, files)
    return index


def _codes(file: Path, name: str, column: Any, known: dict[str, int]) -> Codes:
    encoded = column.dictionary_encode()
    values = encoded.dictionary.to_pylist()
    if encoded.null_count or (name in CODED and not set(values) <= set(known)):
        raise DatasetError(f"{file}: expected a {name} of {list(known)[:8]} in every row, got {values[:8]}")
    numbers = np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int32)
    codes: Codes = numbers[encoded.indices.to_numpy()] if len(values) else np.zeros(0, np.int32)
    return codes


def _check_splits(index: Index, files: Sequence[Path]) -> None:
    pairs = np.unique(np.stack([index.scene, index.split]), axis=1)
    scenes, times = np.unique(pairs[0], return_counts=True)
    if (times > 1).any():
        scene = index.scenes[int(scenes[times > 1][0])]
        raise DatasetError(f"{files[0]}, ...: expected every scene in one split, got scene {scene!r} in several")


class Shards:
    """Rows by their number; the row groups read last stay in memory.

    Args:
        index: of the files.
        held: how many row groups are kept.
    """

    def __init__(self, index: Index, held: int) -> None:
        self.index = index
        self.held = held
        self._tables: OrderedDict[int, pa.Table] = OrderedDict()

    def row(self, number: int) -> Row:
        """Return a row.

        Raises:
            DatasetError: its file is damaged, has changed, or the row is not a question; names file and row.
        """
        place = int(self.index.block[number])
        block = self.index.blocks[place]
        inside = number - block.first
        root = block.file.parent
        (plain,) = self._table(place).slice(inside, 1).to_pylist()
        try:
            question = msgspec.convert(plain, Question)
            check_question(question, frame_sizes(root))
        except (msgspec.ValidationError, DatasetError) as error:
            raise DatasetError(f"{block.file}, row group {block.group}, row {inside} of it: {error}") from error
        return Row(question, root)

    def held_bytes(self) -> int:
        """Return how many bytes the row groups in memory take."""
        return sum(int(table.nbytes) for table in self._tables.values())

    def _table(self, place: int) -> pa.Table:
        if place in self._tables:
            self._tables.move_to_end(place)
            return self._tables[place]
        while len(self._tables) >= self.held:
            self._tables.popitem(last=False)
        self._tables[place] = _read_group(self.index.blocks[place])
        return self._tables[place]


def _read_group(block: Block) -> pa.Table:
    try:
        texts = text_columns(block.file)
        with pq.ParquetFile(block.file, read_dictionary=texts) as parquet:
            table = parquet.read_row_group(block.group, use_threads=False)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"{block.file}, row group {block.group}: expected rows as when it was indexed: {error}"
        ) from error
    size = sum(decoded_bytes(chunk) for column in table.columns for chunk in column.chunks)
    if table.num_rows != block.rows or size > MAX_GROUP_BYTES:
        raise DatasetError(
            f"{block.file}, row group {block.group}: expected {block.rows} rows of at most {MAX_GROUP_BYTES} bytes, "
            f"got {table.num_rows} of {size}"
        )
    return table
