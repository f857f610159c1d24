"""A simulated world: named solids, surfaces, light and a camera path. A world is made from a seed and never changes.

Frame: world, metres, z up, centred near the origin so that float32 ray casting holds at every scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray, Int32Array, frozen_floats
from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale


class Texture(IntEnum):
    """Solid (3D) patterns the renderer knows; `Material.texture_m` is their physical period."""

    PLAIN = 0
    WOOD = 1
    CLOTH = 2
    GRID = 3  # ruled paper: a line every texture_m
    BRICK = 4
    NOISE = 5
    TILES = 6
    METAL = 7
    STRIPES = 8
    FOLIAGE = 9
    WINDOWS = 10  # facade: a window every texture_m
    ASPHALT = 11
    GRASS = 12


@dataclass(frozen=True)
class Material:
    """How a solid looks: linear RGB in 0..1, a second colour for its pattern, the pattern's physical period."""

    color: tuple[float, float, float]
    second_color: tuple[float, float, float] = (0.5, 0.5, 0.5)
    texture: Texture = Texture.PLAIN
    texture_m: float = 0.1
    gloss: float = 0.2


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh: `vertices_m` (V, 3) float64, `faces` (F, 3) int32, counter-clockwise seen from outside.

    `face_materials` (F,) indexes the materials of the body that owns the mesh.
    """

    vertices_m: FloatArray
    faces: Int32Array
    face_materials: Int32Array

    def __post_init__(self) -> None:
        vertices = frozen_floats(self.vertices_m, (None, 3), "mesh vertices")
        faces = np.ascontiguousarray(self.faces, dtype=np.int32)
        materials = np.ascontiguousarray(self.face_materials, dtype=np.int32)
        if faces.ndim != 2 or faces.shape[1] != 3 or materials.shape != (len(faces),):
            raise GeometryError(f"mesh: expected F x 3 faces and F materials, got {faces.shape}, {materials.shape}")
        if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
            raise GeometryError(f"mesh: expected vertex numbers below {len(vertices)}, got {faces.max()}")
        object.__setattr__(self, "vertices_m", vertices)
        object.__setattr__(self, "faces", faces)
        object.__setattr__(self, "face_materials", materials)

    def moved(self, target_from_mesh: Pose) -> Mesh:
        return Mesh(target_from_mesh.apply(self.vertices_m), self.faces, self.face_materials)


class RelationKind(StrEnum):
    """How two things are joined on purpose. Whatever else touches does so by accident, and worlds have none of that."""

    SUPPORT = "support"  # rests on the upper side of a thing of another kind
    STACKING = "stacking"  # rests on the upper side of a thing of its own kind
    LEANING = "leaning"  # stands on what the other stands on, and tilts against the other's side
    HANGING = "hanging"  # hangs from something above its centre of mass
    ADHESION = "adhesion"  # is held to an upright face with nothing below it
    ENCIRCLING = "encircling"  # goes all around the other
    CONTAINMENT = "containment"  # rests inside the other, which is open above
    PLUG_IN = "plug_in"  # reaches with a part of itself into an opening made for it


@dataclass(frozen=True)
class Relation:
    """`subject_id` stands in relation `kind` to `object_id`, an object or 0: floor, wall, ceiling, table.

    The subject is what rests, leans, hangs, sticks, is contained or plugged in, and what goes around.
    """

    kind: RelationKind
    subject_id: int
    object_id: int


@dataclass(frozen=True, eq=False)
class Body:
    """One solid of a world. id > 0: an object that can be asked about; id 0: ground, walls and other structure."""

    id: int
    category: str
    mesh: Mesh
    materials: tuple[Material, ...]
    support_id: int = 0  # id of the body it stands on, hangs from or sticks to; 0: the structure


@dataclass(frozen=True, eq=False)
class Light:
    """A sun (unit vector towards it, strength) and a sky or room light (strength); colours are linear RGB."""

    towards_sun: FloatArray
    sun: tuple[float, float, float]
    sky: tuple[float, float, float]
    indoors: bool = False


@dataclass(frozen=True, eq=False)
class World:
    """A world of one scale: bodies, light, and the camera path that looks at it.

    Attributes:
        id: unique, made from scale and seed ("tabletop-000017").
        bodies: all solids; the ids of objects are positive and distinct.
        supports: for each object that stands on something, the plane it stands on (normal up); truth for the oracle.
            What hangs or sticks has none.
        relations: which things are joined on purpose, and how. What merely stands on the structure is not listed.
        camera, path: one camera, world_from_camera of each frame in order of time.
        floor_polygon_m: (N, 2) inner floor outline of a room, counter-clockwise; None outside.
        licence, source: of the meshes.
        unusual: for each object of an unusual size its id and how many times its usual size it has.
    """

    id: str
    seed: int
    scale: Scale
    bodies: tuple[Body, ...]
    supports: Mapping[int, Plane]
    light: Light
    camera: Camera
    path: tuple[Pose, ...]
    floor_polygon_m: FloatArray | None = None
    unusual: Mapping[int, float] = field(default_factory=dict)
    licence: str = "CC0-1.0"
    source: str = "spacevista simulator"
    background: Mapping[str, float] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()

    @property
    def objects(self) -> tuple[Body, ...]:
        return tuple(body for body in self.bodies if body.id > 0)
