"""Random poses, cameras and points for the property tests."""

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about

SCALES_M = [1e-3, 1.0, 1e3]  # both ends of what the package measures, and the middle

unit_floats = st.floats(-1, 1)


@st.composite
def directions(draw: Any) -> Any:
    """A unit vector, drawn by height and azimuth, so that it is never near zero before it is normalised."""
    height, azimuth = draw(unit_floats), draw(st.floats(-math.pi, math.pi))
    flat = math.sqrt(max(0.0, 1 - height * height))
    vector = np.array([flat * math.cos(azimuth), flat * math.sin(azimuth), height])
    return vector / np.linalg.norm(vector)


@st.composite
def rotations(draw: Any) -> Any:
    return rotation_about(draw(directions()), draw(st.floats(-180, 180)))


@st.composite
def vectors(draw: Any, metres: float = 1.0) -> Any:
    return metres * np.array([draw(unit_floats) for _ in range(3)])


@st.composite
def poses(draw: Any, metres: float = 1.0) -> Pose:
    return Pose(draw(rotations()), draw(vectors(metres)))


@st.composite
def cameras(draw: Any) -> Camera:
    width, height = draw(st.integers(2, 4000)), draw(st.integers(2, 4000))
    focal = width * draw(st.floats(0.3, 8))
    stretch = draw(st.floats(0.8, 1.25))
    centre = draw(st.floats(0.2, 0.8)), draw(st.floats(0.2, 0.8))
    return Camera(width, height, focal, focal * stretch, width * centre[0], height * centre[1])
