"""Reading a data set, whichever of our forms it is in."""

from pathlib import Path

from spacevista.errors import DatasetError
from spacevista.qa.parquet import read_parquet
from spacevista.qa.record import Question
from spacevista.qa.released import read_released


def read_questions(path: Path | str) -> list[Question]:
    """Read the questions of a data set's folder, of a Parquet file, or of a JSON file in the released form.

    Raises:
        DatasetError: there is no such file, or it is not in the form it claims to be; names the file and the row.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "questions.parquet"
    if not file.is_file():
        raise DatasetError(f"{file}: expected a data set's folder or a file of questions, got nothing there")
    if file.suffix == ".parquet":
        return read_parquet(file)
    if file.suffix == ".json":
        return read_released(file)
    raise DatasetError(f"{file}: expected a .parquet or a .json file, got {file.suffix or 'no suffix'}")
