"""Versions that a predictions file records: of the prompts, of the package and of the libraries below it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from spacevista import __version__

PROMPT_VERSION = 1  # raise it when the same row gives another prompt or other pictures
LIBRARIES = ("numpy", "pillow", "av", "aiohttp", "msgspec", "torch", "torchvision", "transformers")


def library_versions() -> dict[str, str]:
    """Return the versions of this package, of Python and of those libraries that are installed."""
    found = {"spacevista": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
