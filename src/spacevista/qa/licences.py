"""Licences: which captures a build may use, and how a dataset card names what is in it.

A licence is allowed if it is one of the named SPDX identifiers (https://spdx.org/licenses), compared whole and without
regard to case (https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions). Nothing is inferred: an
expression ("MIT OR CC0-1.0"), plain words ("CC BY 4.0") or a licence that would allow more is another licence, and is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from spacevista.errors import SpacevistaError

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")

# What the hub's cards take as `license` (https://huggingface.co/docs/hub/repositories-licenses) of licences of data.
HUB_LICENCES = frozenset(
    {
        *("cc0-1.0", "cc-by-4.0", "cc-by-3.0", "cc-by-2.0", "cc-by-sa-4.0", "cc-by-sa-3.0", "cc-by-nc-4.0"),
        *("cc-by-nc-3.0", "cc-by-nc-2.0", "cc-by-nc-sa-4.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-2.0", "cc-by-nd-4.0"),
        *("cc-by-nc-nd-4.0", "cc-by-nc-nd-3.0", "pddl", "odc-by", "odbl", "apache-2.0", "mit", "bsd-2-clause"),
        *("bsd-3-clause", "unlicense", "etalab-2.0", "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0"),
    }
)


def named_licences(identifiers: Iterable[str]) -> list[str]:
    """Return SPDX identifiers once each, in the order of the alphabet.

    Raises:
        SpacevistaError: one of them is none by its form.
    """
    distinct: dict[str, str] = {}
    for identifier in identifiers:
        if not _IDENTIFIER.fullmatch(identifier):
            raise SpacevistaError(f"expected an SPDX identifier, such as CC-BY-4.0, got {identifier[:80]!r}")
        distinct.setdefault(identifier.casefold(), identifier)
    return [distinct[key] for key in sorted(distinct)]


def is_allowed(licence: str, allowed: Sequence[str]) -> bool:
    """Tell whether a capture's licence is among those that are allowed."""
    return licence.casefold() in {identifier.casefold() for identifier in allowed}


def hub_licences(licences: Iterable[str]) -> list[str]:
    """Return what a dataset card calls these licences: "other" stands for all that the hub has no name for."""
    return sorted({licence.lower() if licence.lower() in HUB_LICENCES else "other" for licence in licences})
