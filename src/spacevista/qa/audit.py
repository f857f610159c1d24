"""The audit: every candidate of a simulated world, asked or not, judged against the world's own truth.

Accuracy counts only with its yield: a task that declines everything is never wrong. So each candidate is recorded with
what an oracle, which has the meshes, says could have been decided. Definitions: docs/audit.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spacevista.annotate.annotate import annotate
from spacevista.qa.audit_judged import ANGLE_TOLERANCE_DEG, FLOAT_SLACK, LENGTH_TOLERANCE, PATH_TOLERANCE, Judged
from spacevista.qa.audit_plans import plan_is_right
from spacevista.qa.audit_rules import RULES, really_marked
from spacevista.scenes.record import Scene
from spacevista.sim.noise import NoiseLevel, degrade
from spacevista.sim.oracle import Oracle
from spacevista.sim.simulate import simulate
from spacevista.sim.truth import Truth, judge
from spacevista.sim.world import World
from spacevista.tasks.all import NAMES, all_candidates
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.plans import PLANNING


def audit_world(world: World, levels: tuple[NoiseLevel, ...], tasks: tuple[str, ...] = NAMES) -> list[Judged]:
    """Render depth and ids of a world, annotate it at each level, and judge every candidate of the tasks."""
    truth = Truth(world)
    oracle = Oracle(world, truth)
    exact = simulate(world, np.random.default_rng(world.seed), color=False)
    out = []
    for level in levels:
        noise = np.random.default_rng([world.seed, list(NoiseLevel).index(level)])
        scene = annotate(degrade(exact, level, noise))
        for item in all_candidates(scene, world.seed, tasks):
            out.append(judge_item(item, world, level, scene, truth, oracle))
    return out


def judge_item(
    item: Fact | Decline, world: World, level: NoiseLevel, scene: Scene, truth: Truth, oracle: Oracle
) -> Judged:
    """Judge one fact or decline."""
    candidate = item.candidate
    plain = (candidate.task, candidate.aspect, candidate.objects, candidate.frames)
    size_m, distance_m = whereabouts(candidate, scene, truth)
    unmarked = candidate.aspect == "point_z" and candidate.point_px is None  # a mask too small to mark a point in
    judged = Judged(
        scene_id=world.id,
        scale=str(world.scale),
        level=str(level),
        task=candidate.task,
        aspect=candidate.aspect,
        objects=candidate.objects,
        reason=item.reason if isinstance(item, Decline) else "",
        decidable=not unmarked and oracle.decidable(*plain, candidate.point_px),
        visible=oracle.visible(*plain),
        size_m=size_m,
        distance_m=distance_m,
    )
    if isinstance(item, Decline):
        return judged
    if candidate.task in PLANNING:
        return replace(judged, right=plan_is_right(item, int(scene.frames[0].name), truth))
    asked = replace(candidate, objects=really_marked(scene, candidate, truth))
    true = judge(truth, asked.task, asked.aspect, asked.objects, asked.frames, asked.point_px)
    if true is None:
        return judged  # asked without a truth: not right
    if isinstance(true, str):
        return replace(judged, right=item.choice == true)
    return judged_numbers(judged, item, true)


def judged_numbers(judged: Judged, fact: Fact, true: float | tuple[float, ...]) -> Judged:
    """Compare a value with the truth, by what kind of quantity it is."""
    if fact.quantity in RULES:
        return RULES[fact.quantity](judged, fact, true)
    truths = np.atleast_1d(np.array(true, dtype=np.float64))
    errors = np.abs(np.array(fact.values) - truths)
    if fact.quantity == "motion":
        path = float(np.linalg.norm(truths[:3]))
        rel_error = float(np.linalg.norm(errors[:3])) / max(path, 1e-12)
        right = rel_error <= PATH_TOLERANCE and bool((errors[3:] <= ANGLE_TOLERANCE_DEG).all())
        units = np.array([path] * 3 + [float(np.abs(truths[3:]).max())] * 2)
    else:
        rel_error = float(errors[0] / truths[0])
        right, units = rel_error <= LENGTH_TOLERANCE, truths
    slack = FLOAT_SLACK * np.maximum(units, 1e-12)
    held = [i.low - s <= t <= i.high + s for i, t, s in zip(fact.intervals, truths, slack, strict=True)]
    first = fact.intervals[0]
    return replace(
        judged,
        right=right,
        rel_error=rel_error,
        half_width=first.half_width / max(float(units[0]), 1e-12),
        covered=float(np.mean(held)),
        noise_leads=first.statistical > first.half_width - first.statistical,
    )


def whereabouts(candidate: Candidate, scene: Scene, truth: Truth) -> tuple[float | None, float | None]:
    """Return the true longest extent of the first object and its distance from the first frame that shows it."""
    if not candidate.objects:
        return None, None
    thing = scene.object(candidate.objects[0])
    size_m = truth.sizes(thing.id).longest_m
    if not thing.views:
        return size_m, None
    eye = scene.frames[thing.views[0].frame_index].world_from_camera.translation_m
    return size_m, float(np.linalg.norm(truth.middle_m(thing.id) - eye))
