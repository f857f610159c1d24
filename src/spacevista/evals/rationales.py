"""Rationales told by a model behind an endpoint: what it is asked, and where its replies are found again.

A question is asked with its frames, marks drawn, after instructions and worked examples of its task in words; the model
is not told the answer. Its replies are kept on disk as those of an evaluation are, so that nothing is asked twice.
Source: SpaceVista, rationales; kept where the answer is the computed one (qa/rationales/gate.py).
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from spacevista.evals.predictions import Header, read_predictions
from spacevista.evals.records import Budget, Sample
from spacevista.evals.runner import benchmark_hash
from spacevista.evals.spacevista_sim import stored_sample
from spacevista.evals.versions import library_versions
from spacevista.qa.record import Question

PROMPT_VERSION = 1  # raise it when the words below or the examples change
GENERAL = "general"
INSTRUCTIONS = """\
You see pictures of one scene. Reason about the question at the end, then answer it.

Reply with <think>your reasoning</think><answer>your answer</answer> and nothing else. The reasoning has two to six
plain sentences without formulas or lists. It must hold
- what the question is about, once, as <semantic>name</semantic>;
- how large the things of this scene are (the geometric mean of their longest sides), once, as <scale>number
unit</scale>;
- the lengths or angles that lead to the answer, each with its unit and with no more digits than you can tell from the
pictures. State no length that you did not judge from the pictures.
The answer has exactly the form that the question asks for.

Examples, of other scenes:"""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question with a rationale as it should be."""

    question: str
    think: str
    answer: str


@cache
def examples() -> dict[str, list[Example]]:
    """Return the packed examples by task."""
    text = files("spacevista.evals").joinpath("rationale_examples.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, list[Example]])


def rationale_prompt(question: Question) -> str:
    """Return the whole text that is sent after the pictures."""
    known = examples()
    shown = [
        f"Question: {example.question}\n<think>{example.think}</think><answer>{example.answer}</answer>"
        for example in known.get(question.task, known[GENERAL])
    ]
    return "\n\n".join([INSTRUCTIONS, *shown, f"Now your question: {question.question}"])


def rationale_samples(questions: Sequence[Question], folder: Path) -> list[Sample]:
    """Return questions of a data set's folder as they are put to the endpoint."""
    return [replace(stored_sample(question, folder), prompt=rationale_prompt(question)) for question in questions]


def replies_header(samples: Sequence[Sample], model: str, budget: Budget, seed: int) -> Header:
    """Return how the replies come about; a folder keeps those of one model to one set of questions."""
    return Header(
        benchmark="spacevista_sim",
        benchmark_sha256=benchmark_hash(samples),
        answerer="endpoint rationales",
        model=model,
        prompt_version=PROMPT_VERSION,
        parser="strict",
        frames=budget.frames,
        longest_edge_px=budget.longest_edge_px,
        media="images",
        seed=seed,
        versions=library_versions(),
    )


def read_replies(file: Path) -> dict[str, str]:
    """Return the replies on disk by the ids of their questions, without those that never came.

    Raises:
        PredictionsError: the file is missing or damaged.
    """
    lines = read_predictions(file).lines
    return {line["id"]: line["predicted_answer"] for line in lines if isinstance(line.get("predicted_answer"), str)}
