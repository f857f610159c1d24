"""What a command hands back: its figures for `--json`, and whether every check held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """`figures` becomes the JSON object of `--json`; where `passed` is false the command ends with exit code 1."""

    figures: Mapping[str, Any]
    passed: bool = True
