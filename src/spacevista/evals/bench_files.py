"""Benchmark files that somebody else wrote: found, checked before a row is read, and turned into samples row by row.

A file without the columns of its benchmark is an error. A row that cannot be asked is rejected with its id and the
reason, and the others are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import pyarrow as pa
from pyarrow import parquet as pq

from spacevista.errors import DatasetError, SpacevistaError
from spacevista.evals.foreign_json import decoded
from spacevista.evals.records import Loaded, Rejected, Sample
from spacevista.qa.parquet import TEXT_ENCODINGS, decoded_bytes

MAX_ROWS = 5_000_000
MAX_BYTES = 1 << 31  # of a JSON file, and of the texts of a Parquet file
MAX_BATCH_BYTES = 1 << 28
ROWS_PER_BATCH = 1_000
MAX_TEXT = 50_000  # characters of a prompt

Kind = Literal["text", "texts", "pictures", "other"]
Record = TypeVar("Record", bound=msgspec.Struct)


@dataclass(frozen=True)
class Found:
    """A row, from JSON still encoded, and where it stands, counting from 0 in its file."""

    file: Path
    number: int
    row: Mapping[str, Any] | msgspec.Raw

    @property
    def name(self) -> str:
        """Its id, even if it is damaged otherwise; else its place."""
        place = f"{self.file.name}, row {self.number}"
        try:
            row = decoded(bytes(self.row), object) if isinstance(self.row, msgspec.Raw) else self.row
        except msgspec.DecodeError:
            return place
        if not isinstance(row, Mapping):
            return place
        found = next((row[key] for key in ("id", "ID") if isinstance(row.get(key), str | int)), place)
        return str(found)[:200]


def benchmark_files(root: Path, *patterns: str) -> tuple[Path, list[Path]]:
    """Return the folder of a benchmark and its files: those of the first pattern that any match, sorted by name.

    `root` may also be one file of the benchmark, whose folder is then the one that paths are relative to.

    Raises:
        DatasetError: none matches; names what was looked for and what is there.
    """
    if root.is_file():
        return root.parent, [root]
    for pattern in patterns:
        if found := sorted(path for path in root.glob(pattern) if path.is_file()):
            return root, found
    there = sorted(path.name for path in root.iterdir())[:8] if root.is_dir() else "no such folder"
    raise DatasetError(f"{root}: expected {' or '.join(patterns)}, got {there}")


def table_rows(
    files: Iterable[Path], columns: Mapping[str, Kind], optional: Sequence[str] = (), pictures: str | None = None
) -> Iterator[Found]:
    """Yield the rows of Parquet files with the named columns; other columns are never decoded.

    Args:
        columns: what has to be there, and of which kind.
        optional: columns that are read if they are there.
        pictures: a column of lists of pictures that has to be there; only their names are read, if they have any.

    Raises:
        DatasetError: not Parquet, columns missing or of another kind, or an absurd number of rows.
    """
    for file in files:
        try:
            with pq.ParquetFile(file) as parquet:
                _check_columns(file, parquet, columns, pictures)
                there = parquet.schema_arrow.names
                names = [*columns, *(name for name in optional if name in there), *_name_leaves(parquet, pictures)]
                texts = _text_leaves(file, parquet, names)
            with pq.ParquetFile(file, read_dictionary=texts) as parquet:
                batches = (_checked(file, b) for b in parquet.iter_batches(ROWS_PER_BATCH, columns=names))
                for number, row in enumerate(row for batch in batches for row in batch.to_pylist()):
                    yield Found(file, number, row)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise DatasetError(f"{file}: expected a Parquet file, got {error}") from error


def json_rows(file: Path) -> Iterator[Found]:
    """Yield the entries of a file that is one JSON list.

    Raises:
        DatasetError: not a JSON list, or larger than MAX_BYTES.
    """
    _check_bytes(file)
    try:
        entries = decoded(file.read_bytes(), list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise DatasetError(f"{file}: expected one JSON list, got {error}") from error
    for number, entry in enumerate(entries):
        yield Found(file, number, entry)


def json_lines(file: Path) -> Iterator[Found]:
    """Yield the lines of a JSON Lines file, except empty ones.

    Raises:
        DatasetError: larger than MAX_BYTES.
    """
    _check_bytes(file)
    with file.open("rb") as lines:
        for number, line in enumerate(lines):
            if line.strip():
                yield Found(file, number, msgspec.Raw(line))


def record_of(row: Mapping[str, Any] | msgspec.Raw, kind: type[Record]) -> Record:
    """Return a row as a record; DatasetError, naming the field, if it is not one."""
    try:
        return decoded(bytes(row), kind) if isinstance(row, msgspec.Raw) else msgspec.convert(row, kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise DatasetError(str(error)) from error


def loaded(rows: Iterable[Found], sample_of: Callable[[Found], Sample]) -> Loaded:
    """Return the samples of rows, and those rows that have none.

    Args:
        sample_of: raises SpacevistaError if a row cannot be asked.
    """
    samples: dict[str, Sample] = {}
    rejected = []
    for found in rows:
        try:
            sample = sample_of(found)
            if sample.id in samples:
                raise DatasetError("its id stands in the files twice; the first one counts")
            if len(sample.prompt) > MAX_TEXT:
                raise DatasetError(f"expected a prompt of at most {MAX_TEXT} characters, got {len(sample.prompt)}")
            samples[sample.id] = sample
        except SpacevistaError as error:
            rejected.append(Rejected(found.name, str(error)))
        except OSError as error:  # a name that no file can have, a folder that may not be looked into
            rejected.append(Rejected(found.name, f"expected files of its own, got {error.strerror}"))
    return Loaded(tuple(samples.values()), tuple(rejected))


def _name_leaves(parquet: pq.ParquetFile, pictures: str | None) -> list[str]:
    """Return where the names of pictures are that the `datasets` library wrote: a leaf of their structs."""
    leaves = [parquet.schema.column(i).path for i in range(len(parquet.schema))]
    return [leaf for leaf in leaves if leaf.startswith(f"{pictures}.") and leaf.endswith(".path")]


def _text_leaves(file: Path, parquet: pq.ParquetFile, names: Sequence[str]) -> list[str]:
    """Return the leaves that hold texts; read as dictionaries, a text that many rows share stays one until counted."""
    meta = parquet.metadata
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    chunks = [group.column(k) for group in groups for k in range(meta.num_columns)]
    texts = [c for c in chunks if c.physical_type == "BYTE_ARRAY" and _is_below(c.path_in_schema, names)]
    if other := {encoding for chunk in texts for encoding in chunk.encodings} - TEXT_ENCODINGS:
        raise DatasetError(f"{file}: expected texts plain or in dictionaries, got encoding {sorted(other)}")
    if (size := sum(chunk.total_uncompressed_size for chunk in texts)) > MAX_BYTES:
        raise DatasetError(f"{file}: expected at most {MAX_BYTES} bytes of texts, got {size}")
    return sorted({chunk.path_in_schema for chunk in texts})


def _is_below(leaf: str, names: Sequence[str]) -> bool:
    return any(leaf == name or leaf.startswith(f"{name}.") for name in names)


def _checked(file: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose texts, each by itself, fit into memory: a small file can hold far more."""
    if (size := sum(map(decoded_bytes, batch.columns))) > MAX_BATCH_BYTES:
        raise DatasetError(f"{file}: expected at most {MAX_BATCH_BYTES} bytes in {len(batch)} rows, got {size}")
    return batch


def _check_bytes(file: Path) -> None:
    if (size := file.stat().st_size) > MAX_BYTES:
        raise DatasetError(f"{file}: expected at most {MAX_BYTES} bytes, got {size}")


def _check_columns(file: Path, parquet: pq.ParquetFile, columns: Mapping[str, Kind], pictures: str | None) -> None:
    there = {field.name: field.type for field in parquet.schema_arrow}
    wanted: dict[str, Kind] = dict(columns)
    if pictures is not None:
        wanted[pictures] = "pictures"
    if missing := [name for name in wanted if name not in there]:
        raise DatasetError(f"{file}: expected columns {missing}, got {sorted(there)[:40]}")
    if wrong := [f"{name} {there[name]}" for name, kind in wanted.items() if not _IS_KIND[kind](there[name])]:
        raise DatasetError(f"{file}: expected columns {[f'{n} {k}' for n, k in wanted.items()]}, got {wrong}")
    if parquet.metadata.num_rows > MAX_ROWS:
        raise DatasetError(f"{file}: expected at most {MAX_ROWS} rows, got {parquet.metadata.num_rows}")


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_pictures(kind: pa.DataType) -> bool:
    """Tell whether a column holds lists of encoded pictures: bytes, or structs with `bytes`."""
    if not _is_list(kind):
        return False
    item = kind.value_type
    if pa.types.is_struct(item):
        item = item.field("bytes").type if item.get_field_index("bytes") >= 0 else pa.null()
    return bool(pa.types.is_binary(item) or pa.types.is_large_binary(item))


_IS_KIND: Mapping[Kind, Callable[[pa.DataType], bool]] = {
    "text": _is_text,
    "texts": lambda kind: bool(pa.types.is_null(kind)) or (_is_list(kind) and _is_text(kind.value_type)),
    "pictures": _is_pictures,
    "other": lambda kind: True,
}
