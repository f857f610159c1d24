"""What is kept with a scene: worked out once for each argument, for this scene alone, and gone with it."""

import gc
import weakref
from dataclasses import replace

from spacevista.scenes.kept import kept
from spacevista.scenes.record import Scene
from test_annotate_capture import desk

CALLS: list[tuple[str, int]] = []


@kept
def counted(scene: Scene, number: int) -> list[int]:
    CALLS.append((scene.id, number))
    return [number]


def test_once_for_each_scene_and_argument() -> None:
    CALLS.clear()
    one, other = replace(desk(), id="one"), replace(desk(), id="other")
    assert counted(one, 1) is counted(one, 1)
    assert counted(one, 2) == [2]
    assert counted(other, 1) is not counted(one, 1)
    assert counted(replace(one, id="changed"), 1) == [1]
    assert CALLS == [("one", 1), ("one", 2), ("other", 1), ("changed", 1)]


def test_it_goes_with_the_scene() -> None:
    class Result:
        pass

    @kept
    def made(scene: Scene) -> Result:
        return Result()

    scene = replace(desk(), id="short")
    result = weakref.ref(made(scene))
    assert result() is not None
    del scene
    gc.collect()
    assert result() is None
