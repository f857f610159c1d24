"""Where the experiment's data sets, models and results lie, and which rows a cell may see."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from experiments.all_scale.protocol import PROTOCOL
from experiments.all_scale.protocol_records import Protocol
from experiments.all_scale.splits import SplitName

from spacevista.errors import SpacevistaError


class RunError(SpacevistaError):
    """A cell cannot be run; the message says what is missing and how it is made."""


@dataclass(frozen=True)
class Work:
    """Folders, and the protocol that is carried out in them.

    Attributes:
        data: a data set of the laboratory for each split, `main`, `base`, ...
        models: what cells trained: large, not committed.
        results: a JSON file for each finished cell: small, committed.
    """

    data: Path
    models: Path
    results: Path
    protocol: Protocol = PROTOCOL

    def split(self, name: SplitName | str) -> Path:
        """Return the folder of a split's data set (RunError: it has not been built)."""
        folder = self.data / name
        if not (folder / "manifest.json").is_file():
            raise RunError(
                f"{folder}: expected a finished data set; python -m experiments.all_scale.build --split {name} "
                f"--out {folder} ..."
            )
        return folder

    @property
    def base(self) -> Path:
        """The model that all arms begin with."""
        return self.models / "base" / "model"

    def cell(self, name: str) -> Path:
        """Return the folder of what a cell trained."""
        return self.models / name

    def trained(self, name: str) -> Path:
        """Return the model of another cell (RunError: it has not been run)."""
        folder = self.cell(name) / "model"
        if not folder.is_dir():
            raise RunError(f"{folder}: expected the model of {name}; python -m experiments.all_scale.run {name}")
        return folder


def work_parser(doc: str | None) -> argparse.ArgumentParser:
    """Return the parser of a command that works in these folders; its help is the first line of the module's `doc`."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("out/lab"))
    parser.add_argument("--models", type=Path, default=Path("out/models"))
    parser.add_argument("--results", type=Path, default=Path("experiments/all_scale/results"))
    return parser


def work_of(given: argparse.Namespace) -> Work:
    """Return the folders that a command was given."""
    return Work(given.data, given.models, given.results)
