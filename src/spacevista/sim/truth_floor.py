"""The truth of walking over a world's ground: what an agent runs into, and how far from an object it ends.

Frame: world, metres, z up. The agent is an upright cylinder whose foot follows the ground. Objects stop it wherever
they are between the ground and its head, flat ones too: a pond, a field. Structure stops it above its step. Nothing
here is shared with the code that plans.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import coal
import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.raycast import MISS
from spacevista.sim.truth import UNITS_PER_M, Truth
from spacevista.sim.truth_moves import levelled_axes
from spacevista.sim.world import Body

STEP_SHARE = 0.2  # of its height: what is lower does not stop an agent, if it is structure
DEEP = 50.0  # heights: how far below the ground an object is still met, so that flat ones are
SAMPLES = 3  # a radius: where structure is looked at
THIN = 1e-6  # of the agent's height: radius of a plumb line


class Walks:
    """Walks of one agent in one world; the ground is looked up once a place."""

    def __init__(self, truth: Truth, width_m: float, height_m: float) -> None:
        self.truth = truth
        self.radius_m, self.height_m = width_m / 2, height_m
        self._structure = tuple(body for body in truth.world.bodies if body.id == 0)
        self._ground = truth.structure_rays
        # Below every camera, so that a ceiling is above it; above all ground, or the cameras would be in it.
        self._above_m = min(float(pose.translation_m[2]) for pose in truth.world.path)

    def ground_m(self, places_m: FloatArray) -> FloatArray:
        """Return the height of the ground (N) under places (N, 2), NaN where there is none."""
        starts = np.column_stack([places_m, np.full(len(places_m), self._above_m)])
        hits = self._ground.hits(starts, np.tile([0.0, 0.0, -1.0], (len(places_m), 1)))
        return np.where(hits.distance < MISS, self._above_m - hits.distance.astype(np.float64), np.nan)

    def first_hit(self, way_m: FloatArray) -> int | None:
        """Return what an agent first runs into on a way (K, 2): an object's id, 0: structure; None if nothing."""
        for start, end in itertools.pairwise(way_m):
            length = float(np.linalg.norm(end - start))
            count = max(math.ceil(SAMPLES * length / self.radius_m), 1)
            shares = np.linspace(0, 1, count + 1)
            places = start + shares[:, None] * (end - start)
            ground = self.ground_m(places)
            walls = [s for s, p, z in zip(shares, places, ground, strict=True) if not self._stands(p, z)]
            top = float(np.nanmax(ground, initial=-math.inf)) + self.height_m
            found = [(walls[0], 0)] if walls else []
            for body in self.truth.world.objects:
                share = self._meets(body, start, end, top) if math.isfinite(top) else None
                if share is not None:
                    found.append((share, body.id))
            if found:
                return min(found)[1]
        return None

    def distance_m(self, place_m: FloatArray, object_id: int) -> float:
        """Return how far a place (2) is from an object, seen from above."""
        body = self.truth.body(object_id)
        line, height = THIN * self.height_m, DEEP * self.height_m + float(np.ptp(body.mesh.vertices_m[:, 2]))
        middle = float(body.mesh.vertices_m[:, 2].mean())
        return self._gap(body, upright(line, 2 * height), np.array([*place_m, middle])) + line

    def _stands(self, place_m: FloatArray, ground_m: float) -> bool:
        """Tell whether there is ground at a place and no structure in the agent's way above its step."""
        if math.isnan(ground_m):
            return False
        low, high = ground_m + STEP_SHARE * self.height_m, ground_m + self.height_m
        shape, at = upright(self.radius_m, high - low), np.array([*place_m, (low + high) / 2])
        there, still = coal.Transform3s(np.eye(3), UNITS_PER_M * at), coal.Transform3s.Identity()
        reach = np.array([self.radius_m, self.radius_m, (high - low) / 2])
        return not any(
            coal.collide(self.truth.model(body), still, shape, there, coal.CollisionRequest(), coal.CollisionResult())
            for body in self._structure
            if self._near(body, at - reach, at + reach)
        )

    def _meets(self, body: Body, start_m: FloatArray, end_m: FloatArray, top_m: float) -> float | None:
        """Return the share of a way at which an agent meets an object, by conservative advancement; None if never."""
        height = DEEP * self.height_m
        low, high = np.minimum(start_m, end_m) - self.radius_m, np.maximum(start_m, end_m) + self.radius_m
        if not self._near(body, np.array([*low, top_m - height]), np.array([*high, top_m])):
            return None
        shape, middle = upright(self.radius_m, height), top_m - height / 2
        length, share = float(np.linalg.norm(end_m - start_m)), 0.0
        while True:
            at = np.array([*(start_m + share * (end_m - start_m)), middle])
            gap = self._gap(body, shape, at)
            if gap <= THIN * self.radius_m:
                return share
            if share >= 1:
                return None
            share = min(share + gap / max(length, 1e-300), 1.0)

    def _near(self, body: Body, low_m: FloatArray, high_m: FloatArray) -> bool:
        """Tell whether a body's box meets the one between two corners."""
        low, high = self.truth.bounds_m(body)
        return bool((low_m <= high).all() and (high_m >= low).all())

    def _gap(self, body: Body, shape: coal.Cylinder, at_m: FloatArray) -> float:
        there = coal.Transform3s(np.eye(3), UNITS_PER_M * at_m)
        still = coal.Transform3s.Identity()
        request, result = coal.DistanceRequest(), coal.DistanceResult()
        return float(coal.distance(self.truth.model(body), still, shape, there, request, result)) / UNITS_PER_M


def upright(radius_m: float, height_m: float) -> coal.Cylinder:
    """Return an upright cylinder in the units of `Truth.model`."""
    return coal.Cylinder(UNITS_PER_M * radius_m, UNITS_PER_M * height_m)


def walk_of(
    truth: Truth, frame: int, start_m: FloatArray, headings_deg: Sequence[float], lengths_m: Sequence[float]
) -> FloatArray:
    """Return the corners (K + 1, 2) of a walk with headings clockwise from the way into a frame's picture, levelled."""
    forward = levelled_axes(truth, frame)[1]
    north = math.atan2(forward[0], forward[1])
    angles = np.radians(np.array(headings_deg)) + north
    steps = np.stack([np.sin(angles), np.cos(angles)], axis=1) * np.array(lengths_m)[:, None]
    return np.concatenate([start_m[None], start_m + np.cumsum(steps, axis=0)])


def turns_deg(truth: Truth, way_m: FloatArray, faced: int) -> list[float]:
    """Return the turns (right positive) of a walk over (K, 2) that starts facing the middle of an object."""
    vertices = truth.body(faced).mesh.vertices_m[:, :2]
    look = (vertices.min(axis=0) + vertices.max(axis=0)) / 2 - way_m[0]
    steps = np.concatenate([look[None], np.diff(way_m, axis=0)])
    bearings = np.degrees(np.arctan2(steps[:, 0], steps[:, 1]))
    return [float((b - a + 180) % 360 - 180) for a, b in itertools.pairwise(bearings)]
