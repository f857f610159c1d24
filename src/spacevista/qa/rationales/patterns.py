"""The sentences of computed rationales, packed as data: general.toml, and one file for each task that has its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

ANY = "any"  # the table of a task's file for aspects without one of their own

Sentences = tuple[str, ...]


class General(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What rationales of all tasks share.

    Attributes:
        opening: with {scale} and {name}; `opening_without_scale` where no object has a size.
        bounds: with {low} and {high}, of a value that is not known to the last digit.
        compared: with {like}, a length against the size of the scene.
        fails: with {fails}, how other ways than the right one come out.
        value, choice: what is said of a fact whose task has no sentences of its own; {value}, {option}.
        letter, number, sentence: how it ends, by the form of the answer; {letter}, {option}, {answer}.
    """

    opening: Sentences
    opening_without_scale: Sentences
    bounds: Sentences
    compared: Sentences
    fails: Sentences
    value: Sentences
    choice: Sentences
    letter: Sentences
    number: Sentences
    sentence: Sentences


@dataclass(frozen=True)
class Patterns:
    """All sentences: the general ones, and by task and aspect."""

    general: General
    aspects: Mapping[tuple[str, str], Sentences]

    def of(self, task: str, aspect: str) -> Sentences:
        """Return the sentences of an aspect, none if its task has none."""
        return self.aspects.get((task, aspect)) or self.aspects.get((task, ANY), ())


@cache
def patterns() -> Patterns:
    """Read the packed sentences.

    Raises:
        msgspec.ValidationError: a file is not of this form.
    """
    folder = files("spacevista.qa.rationales") / "templates"
    tables = {f.name.removesuffix(".toml"): tomllib.loads(f.read_text(encoding="utf-8")) for f in folder.iterdir()}
    general = msgspec.convert(tables.pop("general"), General)
    found = msgspec.convert(tables, dict[str, dict[str, Sentences]])
    return Patterns(general, {(task, aspect): said for task in found for aspect, said in found[task].items()})
