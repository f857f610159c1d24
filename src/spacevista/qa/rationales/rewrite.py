"""New rationales in a finished data set: its tables are replaced one by one, its manifest last."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from spacevista.files import PART, sync
from spacevista.qa.dataset import Manifest, write_manifest
from spacevista.qa.parquet import write_parquet
from spacevista.qa.rationales.summary import RationaleSummary
from spacevista.qa.record import Question
from spacevista.qa.released import write_released


def rewrite(data: Path, manifest: Manifest, questions: Sequence[Question], summary: RationaleSummary) -> None:
    """Write the rows of a data set again, which differ in nothing but their rationales.

    Killed in between, it leaves tables that are whole, of which some have the new rationales; doing it again ends it.
    """
    for name, write in (("questions.parquet", write_parquet), ("all.json", write_released)):
        part = data / (name + PART)
        write(part, questions)  # masks are there already, and stay
        sync(part)
        os.replace(part, data / name)
    sync(data)
    write_manifest(data, msgspec.structs.replace(manifest, rationales=summary))
