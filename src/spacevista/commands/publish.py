"""`spacevista publish`: a data set's folder made ready for the Hugging Face hub; nothing is sent anywhere."""

from __future__ import annotations

from pathlib import Path

from spacevista.commands.outcome import Outcome
from spacevista.commands.progress import counting
from spacevista.locks import locked
from spacevista.qa.hub import VIEWER_FOLDER, publish
from spacevista.qa.readers import read_questions


def run(data: Path) -> Outcome:
    """Write the tables with pictures and the card, and say how to send them."""
    questions = read_questions(data)
    with locked(data, "build"), counting(len(questions), "rows") as counted:
        tables = publish(data, questions, counted)
    size = sum(file.stat().st_size for file in (data / VIEWER_FOLDER).iterdir())
    for table in tables:
        print(f"{table.split}: {table.rows} rows, {table.path}")
    print(f"{size / 1e6:.1f} MB of small pictures and rows; frames stay where they are")
    print(f"to send it: hf upload USER/NAME {data} --repo-type dataset")
    return Outcome({"splits": {table.split: table.rows for table in tables}, "viewer_bytes": size})
