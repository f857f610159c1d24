"""A finished model's answers to a test of the protocol, as the record of a cell keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from experiments.all_scale.adapt import own_expert
from experiments.all_scale.bands import scale_of
from experiments.all_scale.base import FRAMES, PIXELS
from experiments.all_scale.cell_records import Answers, Lengths, Usage
from experiments.all_scale.plan import numbers_of
from experiments.all_scale.protocol_records import Arm, HeldOut
from experiments.all_scale.record import SceneTruth, read_scenes
from experiments.all_scale.splits import part_of
from experiments.all_scale.work import RunError, Work

from spacevista.models.clips import budget_for
from spacevista.models.experts import Experts, experts_of
from spacevista.models.generate import replies
from spacevista.models.inputs import prompt_of_question
from spacevista.models.trace import Trace
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Question
from spacevista.scales import METRES_PER_UNIT
from spacevista.scoring.parse import answer_part, read_length_m
from spacevista.traces import random_labels, usage

BATCH = 32
MAX_NEW_TOKENS = 64


def answers_to(model: Any, processor: Any, arm: Arm, test: HeldOut, seed: int, work: Work) -> Answers:
    """Ask a model all questions about lengths of a test's scenes.

    Raises:
        RunError: the data set does not hold these scenes.
    """
    folder = work.split(test.split)
    scenes = scenes_of(test, seed, folder)
    place = {scene.id: number for number, scene in enumerate(scenes)}
    questions = [q for q in read_questions(folder) if q.scene_id in place and q.form == "reg"]
    experts = experts_of(model)
    chosen = experts_for(arm, scenes, test.name == "forced", seed)
    said: list[str] = []
    traces: list[Trace] = []
    for start in range(0, len(questions), BATCH):
        asked = questions[start : start + BATCH]
        own = None if chosen is None else [chosen[place[question.scene_id]] for question in asked]
        texts, trace = _batch(model, processor, experts, asked, own, folder)
        said += texts
        traces.append(trace)
    return Answers(
        scenes=[scene.id for scene in scenes],
        sizes=[scene.sizes for scene in scenes],
        doses=[scene.dose for scene in scenes],
        lengths=lengths_of(questions, place, said),
        forced=list(chosen) if test.name == "forced" and chosen is not None else None,
        usage=usage_of(traces, [question.scale for question in questions]) if arm.weights == "learned" else None,
    )


def lengths_of(questions: Sequence[Question], place: Mapping[str, int], said: Sequence[str]) -> Lengths:
    """Return the columns of questions about lengths; `place` is that of each scene."""
    return Lengths(
        scene=[place[question.scene_id] for question in questions],
        question=[question.fact_id.removeprefix(f"{question.scene_id}:") for question in questions],
        true_m=[question.value[0] * METRES_PER_UNIT[question.unit] for question in questions],
        predicted_m=[length_in(text) for text in said],
    )


def length_in(text: str) -> float | None:
    """Return the one length (m) that the strict parser reads in a reply; what is no finite number is none.

    >>> length_in("<think>x</think><answer>3.2 cm</answer>"), length_in("<answer>B</answer>")
    (0.032, None)
    """
    found = read_length_m(answer_part(text))
    return found if found is not None and np.isfinite(found) else None


def scenes_of(test: HeldOut, seed: int, folder: Path) -> list[SceneTruth]:
    """Return the scenes of a test in order; those whose number gave none are missing."""
    numbers = numbers_of(test, seed)
    part = part_of(numbers[0])
    found = [scene for scene in read_scenes(folder) if scene.split == part and _number(scene.id) in numbers]
    left_out = len(numbers) - len({_number(scene.id) for scene in found})
    if left_out > 0.05 * len(numbers):
        raise RunError(
            f"{folder}: expected the scenes {numbers.start} to {numbers.stop - 1}, {left_out} are missing; build the "
            f"split {test.split} with more {part} scenes"
        )
    return found


def experts_for(arm: Arm, scenes: Sequence[SceneTruth], forced: bool, seed: int) -> list[int] | None:
    """Return the expert that each scene is given, None where the model chooses."""
    count = len(arm.partition)
    if forced:
        rng = np.random.default_rng(seed)
        return [(own_expert(arm.partition, s.sizes) + int(rng.integers(1, count))) % count for s in scenes]
    if arm.weights == "random":
        return random_labels([scene.id for scene in scenes], count)
    if arm.weights == "given":
        return [own_expert(arm.partition, scene_band(scene)) for scene in scenes]
    return None


def scene_band(scene: SceneTruth) -> str:
    """Return the band of a scene; of one between or beyond the bands that whose centre is nearest, as its row says."""
    return scale_of(scene.scale_m).value


def usage_of(traces: Sequence[Trace], scales: Sequence[str]) -> Usage:
    """Return how the experts were used, over the means of the layers."""
    weights = torch.cat([trace.sequence_weights().float().mean(0) for trace in traces]).cpu().numpy()
    found = usage(weights, list(scales))
    return Usage(
        entropy_of_mean=found.of_mean, mean_entropy=found.mean_of, information_on_scale=max(found.with_scale, 0.0)
    )


def _batch(
    model: Any, processor: Any, experts: Experts, asked: Sequence[Question], own: Sequence[int] | None, root: Path
) -> tuple[list[str], Trace]:
    budget = budget_for(processor, FRAMES, PIXELS)
    prompts = [prompt_of_question(question, root, budget) for question in asked]
    given: Any = nullcontext()
    if own is not None:
        given = experts.forced(torch.eye(experts.settings.count)[list(own)][:, None])
    with given, experts.tracing() as traces:
        texts = replies(model, processor, prompts, budget, MAX_NEW_TOKENS)
    return texts, traces[0]


def _number(scene_id: str) -> int:
    return int(scene_id.split("-")[2][:6])
