"""A data set's folder made ready for the Hugging Face hub, whose viewer then shows a picture beside every row.

The viewer shows pictures only of a column with their bytes inside: a column of paths is a column of words to it
(https://github.com/huggingface/dataset-viewer/issues/3226), and `datasets` opens the path of an image without bytes
from the reader's own current folder, not from beside the table (datasets 5.2, features/image.py). A table with every
frame inside would hold each frame once for every row that is sent it. So there is one small picture a row, of the one
or two frames that the row is about, with the marks drawn; the frames stay where they are, once, under the paths in
`frames`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from PIL import Image
from pyarrow import parquet as pq

from spacevista.errors import DatasetError
from spacevista.files import PART
from spacevista.qa.card import dataset_card
from spacevista.qa.dataset import CARD_FILE, TITLE
from spacevista.qa.hub_head import IMAGE, Table
from spacevista.qa.marks import draw_marks
from spacevista.qa.page_cards import frames_of
from spacevista.qa.parquet import SCHEMA
from spacevista.qa.record import Question, Split
from spacevista.qa.small_frames import Small, jpeg_bytes, small_frames

VIEWER_FOLDER = "viewer"
HUB_SPLITS: dict[Split, str] = {"train": "train", "val": "validation", "test": "test"}
PICTURE_WIDTH_PX = 256
QUALITY = 80
ROWS_PER_GROUP = 100  # the viewer reads a group at a time, and `datasets` writes pictures in such groups
# Only the pictures' type has to be said; in the words of `datasets`, which differ between its versions for lists.
_TYPES = {b"huggingface": json.dumps({"info": {"features": {"picture": {"_type": "Image"}}}}).encode()}
VIEWER_SCHEMA = pa.schema([("picture", IMAGE), *SCHEMA], metadata=_TYPES)


def publish(data: Path, questions: Sequence[Question], counted: Callable[[], None]) -> list[Table]:
    """Write viewer/*.parquet and a card that names them into a data set's folder; what was there of both is replaced.

    Args:
        questions: all rows of the data set.
        counted: is called once for every row.

    Raises:
        DatasetError: there are no rows, or a frame is missing or damaged.
    """
    if not questions:
        raise DatasetError(f"{data}: expected rows to show, got none")
    part, final = data / (VIEWER_FOLDER + PART), data / VIEWER_FOLDER
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    tables = []
    for split, name in HUB_SPLITS.items():
        if rows := [q for q in questions if q.split == split]:
            file = f"{name}.parquet"
            write_viewer_table(part / file, rows, data, counted)
            tables.append(Table(name, f"{VIEWER_FOLDER}/{file}", len(rows), VIEWER_SCHEMA))
    shutil.rmtree(final, ignore_errors=True)
    os.replace(part, final)
    card = data / (CARD_FILE + PART)
    card.write_text(dataset_card(TITLE, questions, tables), encoding="utf-8")
    os.replace(card, data / CARD_FILE)
    return tables


def write_viewer_table(path: Path, questions: Sequence[Question], data: Path, counted: Callable[[], None]) -> None:
    """Write questions as Parquet with a picture before all other columns; `data` is where their frames are."""
    small = small_frames(data, PICTURE_WIDTH_PX)

    def rows(some: Sequence[Question]) -> Iterator[dict[str, Any]]:
        for question in some:
            picture = {"bytes": _picture(question, small), "path": None}
            yield {"picture": picture, **msgspec.to_builtins(question)}
            counted()

    with pq.ParquetWriter(path, VIEWER_SCHEMA, compression="zstd") as writer:
        for first in range(0, len(questions), ROWS_PER_GROUP):
            some = list(rows(questions[first : first + ROWS_PER_GROUP]))
            writer.write_table(pa.Table.from_pylist(some, schema=VIEWER_SCHEMA))


def _picture(question: Question, small: Callable[[str], Small]) -> bytes:
    """Return the frames that a question is about, side by side with their marks, as a JPEG file."""
    drawn = []
    for frame in frames_of(question):
        index = question.frames.index(frame)
        picture, full_size_px = small(frame)
        drawn.append(draw_marks(picture, [m for m in question.marks if m.frame_index == index], full_size_px))
    sheet = Image.new("RGB", (sum(p.width for p in drawn), max(p.height for p in drawn)), "white")
    left = 0
    for picture in drawn:
        sheet.paste(picture, (left, 0))
        left += picture.width
    return jpeg_bytes(sheet, QUALITY)
