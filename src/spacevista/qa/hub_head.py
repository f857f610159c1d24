"""The head of a dataset card: licences, tables by split and the type of every column, in the hub's words.

The form is that of https://huggingface.co/docs/hub/datasets-manual-configuration and, for the columns, of
`datasets.Features._to_yaml_list`. A column of pictures is a struct of `bytes` and `path`
(https://huggingface.co/docs/hub/datasets-image).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_NAMES = {pa.string(): "string", pa.int64(): "int64", pa.float64(): "float64"}


@dataclass(frozen=True)
class Table:
    """A file of rows that the hub shows as one split.

    Attributes:
        split: as the hub calls it.
        path: below the data set's folder.
        schema: its columns; those of type IMAGE are shown as pictures.
    """

    split: str
    path: str
    rows: int
    schema: pa.Schema


def card_head(licences: Sequence[str], tables: Sequence[Table]) -> str:
    """Return the head, between its two lines of dashes; all tables have the columns of the first one."""
    lines = ["---"]
    if licences:
        lines += ["license:", *(f"- {licence}" for licence in licences)]
    lines += ["configs:", "- config_name: default", "  data_files:"]
    for table in tables:
        lines += [f"  - split: {table.split}", f"    path: {json.dumps(table.path)}"]
    lines += ["dataset_info:", "  config_name: default", "  features:"]
    lines += [f"  {line}" for line in _columns(tables[0].schema)]
    return "\n".join([*lines, "---", "", ""])


def _columns(fields: Sequence[pa.Field] | pa.Schema) -> Iterator[str]:
    for field in fields:
        yield f"- name: {field.name}"
        yield from (f"  {line}" for line in _column(field.type))


def _column(kind: pa.DataType) -> Iterator[str]:
    if kind == IMAGE:
        yield "dtype: image"
    elif not pa.types.is_list(kind):
        yield f"dtype: {_NAMES[kind]}"
    elif pa.types.is_struct(kind.value_type):
        yield "list:"
        yield from _columns([kind.value_type.field(i) for i in range(kind.value_type.num_fields)])
    else:
        yield f"list: {_NAMES[kind.value_type]}"
