"""Questions as Parquet: one explicit schema, written the same byte for byte, every row checked when read.

A text that many rows share is stored once, so that a small file can hold far more than memory does. How much a file
decodes to is therefore counted first, with its texts left in their dictionaries; only then is it decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
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
MAX_BYTES = 1 << 32  # of a file uncompressed, and of its values decoded; a million of our questions have 1.5 GB
VALUE_BYTES = 8  # a number, or the place of a text in its dictionary
TEXT_ENCODINGS = {"PLAIN", "PLAIN_DICTIONARY", "RLE", "RLE_DICTIONARY", "BIT_PACKED"}  # no other keeps dictionaries


def write_parquet(path: Path, questions: Iterable[Question]) -> None:
    """Write questions in the order given; no more than a row group of them is in memory at once."""
    batches = _batches(questions)
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        while group := list(islice(batches, ROWS_PER_GROUP // ROWS_PER_BATCH)):
            writer.write_table(pa.Table.from_batches(group, SCHEMA), row_group_size=ROWS_PER_GROUP)


def _batches(questions: Iterable[Question]) -> Iterator[pa.RecordBatch]:
    rows = (msgspec.to_builtins(question) for question in questions)
    while part := list(islice(rows, ROWS_PER_BATCH)):
        yield pa.RecordBatch.from_pylist(part, schema=SCHEMA)


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
        texts = text_columns(path)
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            _check_decoded(path, file)
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS_PER_BATCH):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: expected a Parquet file, got {error}") from error


def text_columns(path: Path) -> list[str]:
    """Return the paths of the columns of texts, as `read_dictionary` of a Parquet file takes them.

    Raises:
        DatasetError: the file's own description is not that of a question file, or is of an absurd size.
    """
    with pq.ParquetFile(path) as file:
        if not file.schema_arrow.equals(SCHEMA):
            ours, theirs = ({f"{f.name} {f.type}" for f in schema} for schema in (SCHEMA, file.schema_arrow))
            raise DatasetError(
                f"{path}: expected the columns of a question file; missing {sorted(ours - theirs) or 'none'}, "
                f"not expected {sorted(theirs - ours)[:8] or 'none'}"
            )
        meta = file.metadata
        if meta.num_rows > MAX_ROWS:
            raise DatasetError(f"{path}: expected at most {MAX_ROWS} rows, got {meta.num_rows}")
        chunks = [meta.row_group(i).column(k) for i in range(meta.num_row_groups) for k in range(meta.num_columns)]
        _check_bytes(path, sum(c.total_uncompressed_size + VALUE_BYTES * c.num_values for c in chunks))
        texts = [chunk for chunk in chunks if chunk.physical_type == "BYTE_ARRAY"]
        other = {encoding for chunk in texts for encoding in chunk.encodings} - TEXT_ENCODINGS
        if other:
            raise DatasetError(f"{path}: expected texts plain or in dictionaries, got encoding {sorted(other)}")
        return sorted({chunk.path_in_schema for chunk in texts})


def _check_decoded(path: Path, file: pq.ParquetFile) -> None:
    total = 0
    for batch in file.iter_batches(ROWS_PER_BATCH):
        total += sum(map(decoded_bytes, batch.columns))
        _check_bytes(path, total)


def _check_bytes(path: Path, found: int) -> None:
    if found > MAX_BYTES:
        raise DatasetError(
            f"{path}: expected at most {MAX_BYTES} bytes of values, got {found} or more from a file of "
            f"{path.stat().st_size} bytes"
        )


def decoded_bytes(array: pa.Array) -> int:
    """Return how many bytes the values of an array take once every text stands by itself."""
    if pa.types.is_dictionary(array.type):
        lengths = pc.take(pc.binary_length(array.dictionary), array.indices)
        return VALUE_BYTES * len(array) + (pc.sum(lengths).as_py() or 0)
    if pa.types.is_list(array.type) or pa.types.is_struct(array.type):
        parts = [array.flatten()] if pa.types.is_list(array.type) else array.flatten()
        return VALUE_BYTES * len(array) + sum(map(decoded_bytes, parts))
    return VALUE_BYTES * len(array)
