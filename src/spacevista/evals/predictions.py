"""Predictions on disk: JSON Lines, the header first, a line for each question as soon as it is answered.

A line is flat: the fields of the benchmark's released results line, and ours. Lines are written with one system call
each, so that a killed run leaves whole lines and at most one torn one, the last; going on cuts that off. One run at a
time holds a file (a lock on its folder, which ends with the process however it ends).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from spacevista.errors import SpacevistaError
from spacevista.evals.foreign_json import decoded

MAX_LINE_BYTES = 1 << 24  # 16 MiB: an answer of 1,024 tokens takes some kilobytes
MAX_BLANKS = 64  # that may stand before the bracket of a list
MAX_LIST_BYTES = 1 << 31  # of a file that is one JSON list, which is read at once
# What says how a run was made but not what it answers: it may differ when a run goes on.
FREE_TO_DIFFER = frozenset({"parser", "versions"})
START = b'{"header":'


class PredictionsError(SpacevistaError):
    """A predictions file is damaged, belongs to another run, or is in use; the message names file and line."""


class Header(msgspec.Struct, frozen=True):
    """How the answers of a file were made.

    Attributes:
        benchmark_sha256: of the ids, prompts and truths of all questions (`runner.benchmark_hash`).
        answerer: `Answerer.name`.
        model: what the endpoint or the local folder was asked for; "" for answerers without one.
        prompt_version: `versions.PROMPT_VERSION`.
        parser: mode of the scores that the run printed; any file can be scored in both.
        frames, longest_edge_px: the budget; 0 and None where no frames are sent.
        media: how frames are sent: images, video, or none.
        seed: of the sampling, where the endpoint takes one, and of the jitter between attempts.
        source: what else the answers depend on: a noise level, the hash of a training or predictions file.
        rejected: rows of the benchmark that could not be asked at all (`rejected.jsonl` says why).
        versions: of the package and its libraries.
    """

    benchmark: str
    benchmark_sha256: str
    answerer: str
    model: str
    prompt_version: int
    parser: str
    frames: int
    longest_edge_px: int | None
    media: str
    seed: int
    source: str = ""
    rejected: int = 0
    versions: dict[str, str] = {}


class _First(msgspec.Struct):
    header: Header


@dataclass(frozen=True)
class Predictions:
    """A predictions file in memory.

    Attributes:
        header: None in files of the released scripts.
        lines: the flat results lines, in the order of the file.
        torn: whether the last line was cut short and left out: a run was killed, or is still writing.
    """

    header: Header | None
    lines: tuple[dict[str, Any], ...]
    torn: bool = False


def read_predictions(path: Path) -> Predictions:
    """Read a predictions file: ours, or one of the released scripts (JSON Lines, or one JSON list).

    Raises:
        PredictionsError: missing, too large, or a line that is no JSON object; names the line.
    """
    header: Header | None = None
    lines: list[dict[str, Any]] = []
    for entry in entries(path):
        if isinstance(entry, Header):
            header = entry
        elif entry is None:
            return Predictions(header, tuple(lines), torn=True)
        else:
            lines.append(entry)
    return Predictions(header, tuple(lines))


def entries(path: Path) -> Iterator[Header | dict[str, Any] | None]:
    """Yield what a predictions file holds, one after the other: a header if it has one, lines, None for a torn one.

    Raises:
        PredictionsError: as `read_predictions`.
    """
    if not path.is_file():
        there = "a folder" if path.is_dir() else "no file"
        raise PredictionsError(f"{path}: expected a predictions file, got {there}")
    with path.open("rb") as stream:
        if stream.read(MAX_BLANKS).lstrip()[:1] == b"[":
            yield from _listed(path)
            return
        stream.seek(0)
        for number, text in _raw_lines(stream, path):
            if text.isspace():
                continue
            try:
                line = _object(text)
            except msgspec.DecodeError as error:
                # Nobody leaves a part of a first line: that is another kind of file.
                if not text.endswith(b"\n") and number > 1:
                    yield None
                    return
                raise PredictionsError(f"{path}, line {number}: expected a JSON object, got {error}") from None
            yield _header(text, path) if number == 1 and "header" in line else line


def resume(path: Path, header: Header, retry: Set[str] = frozenset()) -> set[str]:
    """Make the file ready to go on, with its header, and return the ids that need not be asked again.

    A torn last line is cut off. Lines without a score whose ids are in `retry` are taken out, all at once. Call it
    inside `locked`.

    Raises:
        PredictionsError: the file was made in another way (names the field), is damaged, or holds an id twice.
    """
    if not path.exists() or not _mended(path):  # the header comes whole or not at all
        _write_whole(path, [_header_line(header)])
        return set()
    ids: set[str] = set()
    some_to_retry = False
    for entry in entries(path):
        if isinstance(entry, Header):
            _require_same(entry, header, path)
        elif entry is not None:
            key = entry.get("id")
            if not isinstance(key, str) or key in ids:
                raise PredictionsError(f"{path}: expected each id once, got {key!r}" + (" twice" if key in ids else ""))
            if _went_wrong(entry) and key in retry:
                some_to_retry = True
            else:
                ids.add(key)
    if some_to_retry:
        kept = (line for line in entries(path) if isinstance(line, dict) and line["id"] in ids)
        _write_whole(path, chain([_header_line(header)], map(encoded, kept)))
    return ids


class Writer:
    """Appends lines to a predictions file, each with one system call."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND)

    def append(self, line: Mapping[str, Any]) -> None:
        """Write a line; it is in the file when this returns, even if the process is killed right after."""
        rest = memoryview(encoded(line))
        while rest:  # a full disk can take a part before it raises
            rest = rest[os.write(self._handle, rest) :]

    def close(self) -> None:
        """Bring everything to the disk."""
        os.fsync(self._handle)
        os.close(self._handle)


def encoded(line: Mapping[str, Any]) -> bytes:
    """Return a line as it stands in the file, with its line end."""
    return msgspec.json.encode(line) + b"\n"


def _header_line(header: Header) -> bytes:
    return encoded({"header": header})


def _object(text: bytes) -> dict[str, Any]:
    return decoded(text, dict[str, Any])


def _raw_lines(stream: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their line ends, numbered from 1."""
    for number in count(1):
        text = stream.readline(MAX_LINE_BYTES + 1)
        if not text:
            return
        if len(text) > MAX_LINE_BYTES:
            raise PredictionsError(f"{path}, line {number}: expected at most {MAX_LINE_BYTES} bytes")
        yield number, text


def _listed(path: Path) -> tuple[dict[str, Any], ...]:
    if (size := path.stat().st_size) > MAX_LIST_BYTES:
        raise PredictionsError(f"{path}: expected at most {MAX_LIST_BYTES} bytes in one JSON list, got {size}")
    try:
        return tuple(decoded(path.read_bytes(), list[dict[str, Any]]))
    except msgspec.DecodeError as error:
        raise PredictionsError(f"{path}: expected a JSON list of objects, got {error}") from None


def _header(text: bytes, path: Path) -> Header:
    try:
        return decoded(text, _First).header
    except msgspec.DecodeError as error:
        raise PredictionsError(f"{path}, line 1: expected the header of a run, got {error}") from None


def _require_same(saved: Header, header: Header, path: Path) -> None:
    for name in Header.__struct_fields__:
        before, now = getattr(saved, name), getattr(header, name)
        if name in FREE_TO_DIFFER or before == now:
            continue
        told = f"{path}: made with {name} = {before!r}, and this run has {now!r}"
        if name == "benchmark_sha256":
            told = f"{path}: made of other questions (other files of the benchmark, or other scales)"
        raise PredictionsError(f"{told}; choose another folder")


def _went_wrong(line: Mapping[str, Any]) -> bool:
    """Say if a line has no answer because something went wrong; a refusal is an answer."""
    return line.get("unscored") is not None and line.get("refused") is not True


def _mended(path: Path) -> bool:
    """Cut off a torn last line, or end one that is whole; return whether the file has a header."""
    with path.open("r+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        if size == 0:
            return False
        stream.seek(0)
        if stream.read(len(START)) != START:  # not ours: nothing of it is touched
            raise PredictionsError(f"{path}: expected a header in the first line, got none: not a run that can go on")
        tail, whole = _tail(stream, size)
        if tail:
            try:
                _object(tail)
            except msgspec.DecodeError:
                stream.truncate(whole)
            else:
                stream.write(b"\n")
    return True


def _tail(stream: BinaryIO, size: int) -> tuple[bytes, int]:
    """Return what stands after the last line end, and where that is."""
    reach = min(size, MAX_LINE_BYTES + 1)
    stream.seek(size - reach)
    end = stream.read(reach)
    cut = end.rfind(b"\n") + 1
    if cut == 0 and reach < size:
        raise PredictionsError(f"{stream.name}, last line: expected at most {MAX_LINE_BYTES} bytes, got more")
    stream.seek(size)
    return end[cut:], size - reach + cut


def _write_whole(path: Path, lines: Iterable[bytes]) -> None:
    """Replace the file at once: it is the old or the new one, never a part."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as stream:
        stream.writelines(lines)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, path)
