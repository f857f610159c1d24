"""JSON that somebody else wrote: whatever is wrong with it, there is one error to catch."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar

import msgspec

MAX_DEPTH = 100  # of lists and objects inside each other; near 1,000 what was read could not be shown or written

Value = TypeVar("Value")


def decoded(encoded: bytes, kind: type[Value]) -> Value:
    """Return a JSON text as a value of a type.

    Raises:
        msgspec.DecodeError: no JSON, JSON of another type, no UTF-8, or nested deeper than MAX_DEPTH.
    """
    try:
        value: Value = _decoder(kind).decode(encoded)  # type: ignore[arg-type]  # types can be hashed
    except RecursionError:
        raise msgspec.DecodeError("too many values inside each other") from None
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from None
    if encoded.count(b"[") + encoded.count(b"{") > MAX_DEPTH and _is_deep(value):
        raise msgspec.DecodeError("too many values inside each other")
    return value


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    """Return the decoder of a type; making one takes longer than reading a line."""
    return msgspec.json.Decoder(kind)


def _is_deep(value: object) -> bool:
    layer = [value]
    for _ in range(MAX_DEPTH):
        holders = [list(each.values()) if isinstance(each, dict) else each for each in layer]
        layer = [inner for holder in holders if isinstance(holder, list) for inner in holder]
        if not layer:
            return False
    return True
