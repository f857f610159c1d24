"""Questions as Parquet: one explicit schema, written the same byte for byte, every row checked when read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
from pyarrow import parquet as pq

from spacevista.errors import DatasetError
from spacevista.qa.check import check_question, frame_sizes
from spacevista.qa.record import Question

_MARK = pa.struct(
    [
        ("kind", pa.string()),
        ("frame_index", pa.int64()),
        ("coords", pa.list_(pa.float64())),
        ("mask_rle", pa.string()),
        ("color", pa.string()),
        ("object_id", pa.int64()),
    ]
)
_NOT_TEXT = {
    "options": pa.list_(pa.string()),
    "value": pa.list_(pa.float64()),
    "frames": pa.list_(pa.string()),
    "marks": pa.list_(_MARK),
    "margin": pa.float64(),
    "error": pa.float64(),
    "seed": pa.int64(),
}
SCHEMA = pa.schema([(name, _NOT_TEXT.get(name, pa.string())) for name in Question.__struct_fields__])
ROWS_PER_GROUP = 20_000
ROWS_PER_BATCH = 1_000
MAX_ROWS = 20_000_000  # twenty times the source's data set
MAX_GROUP_BYTES = 1 << 30  # uncompressed; ours have some 30 MB


def write_parquet(path: Path, questions: Sequence[Question]) -> None:
    """Write questions in the order given."""
    rows = [msgspec.to_builtins(question) for question in questions]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    pq.write_table(table, path, compression="zstd", row_group_size=ROWS_PER_GROUP)


def read_parquet(path: Path) -> list[Question]:
    """Read questions; marks are held against the frames that are there beside the file.

    Raises:
        DatasetError: not Parquet, other columns, of an absurd size, or a row that is not a question; names the row.
    """
    size_of = frame_sizes(path.parent)
    questions = []
    for number, row in enumerate(_rows(path)):
        try:
            question = msgspec.convert(row, Question)
            check_question(question, size_of)
        except (msgspec.ValidationError, DatasetError) as error:
            raise DatasetError(f"{path}, row {number}: {error}") from error
        questions.append(question)
    return questions


def _rows(path: Path) -> Iterator[object]:
    try:
        with pq.ParquetFile(path) as file:
            _check_file(path, file)
            for batch in file.iter_batches(ROWS_PER_BATCH):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: expected a Parquet file, got {error}") from error


def _check_file(path: Path, file: pq.ParquetFile) -> None:
    if not file.schema_arrow.equals(SCHEMA):
        ours, theirs = ({f"{f.name} {f.type}" for f in schema} for schema in (SCHEMA, file.schema_arrow))
        raise DatasetError(
            f"{path}: expected the columns of a question file; missing {sorted(ours - theirs) or 'none'}, "
            f"not expected {sorted(theirs - ours)[:8] or 'none'}"
        )
    meta = file.metadata
    if meta.num_rows > MAX_ROWS:
        raise DatasetError(f"{path}: expected at most {MAX_ROWS} rows, got {meta.num_rows}")
    largest = max((meta.row_group(i).total_byte_size for i in range(meta.num_row_groups)), default=0)
    if largest > MAX_GROUP_BYTES:
        raise DatasetError(f"{path}: expected row groups of at most {MAX_GROUP_BYTES} bytes, got {largest}")
