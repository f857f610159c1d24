"""What several tasks ask of one scene: worked out once and kept with the scene, gone when it goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from spacevista.scenes.record import Scene

P = ParamSpec("P")
T = TypeVar("T")


def kept(function: Callable[Concatenate[Scene, P], T]) -> Callable[Concatenate[Scene, P], T]:
    """Call a function of a scene, and of further positional arguments that have a hash, once for each of them."""

    @wraps(function)
    def call(scene: Scene, /, *args: P.args, **kwargs: P.kwargs) -> T:
        # Beside the fields, as functools.cached_property does: the scene is frozen, what follows from it may be kept.
        known: dict[Any, Any] = vars(scene).setdefault("_kept", {})
        key = (function, args, tuple(kwargs.items()))
        if key not in known:
            known[key] = function(scene, *args, **kwargs)
        result: T = known[key]
        return result

    return call
