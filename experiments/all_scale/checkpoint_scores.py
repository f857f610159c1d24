"""What the demo's model says to the held-out laboratory scenes of the main split, beside the prior.

    python -m experiments.all_scale.checkpoint_scores [--data out/lab] [--models out/models]

Asks about every test scene once, and writes results/checkpoint.json, from which the report takes its table. A stopped
run begins anew (minutes).
"""

from __future__ import annotations

from pathlib import Path

import torch
from experiments.all_scale.answer import BATCH, MAX_NEW_TOKENS, lengths_of
from experiments.all_scale.base import FRAMES, PIXELS
from experiments.all_scale.cell_records import Answers
from experiments.all_scale.checkpoint_record import Checkpoint, write_checkpoint
from experiments.all_scale.features import kept
from experiments.all_scale.record import read_scenes
from experiments.all_scale.work import Work, work_of, work_parser
from transformers import AutoModelForImageTextToText, AutoProcessor

from spacevista.evals.prior import Prior
from spacevista.evals.spacevista_sim import read as read_samples
from spacevista.models.clips import budget_for
from spacevista.models.generate import replies
from spacevista.models.inputs import prompt_of_question
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Question
from spacevista.train.grpo import fingerprint
from spacevista.train.load import MODEL_FOLDER


def scored(work: Work, folder: Path) -> Checkpoint:
    """Return what the model in a folder and the prior answer to the main split's test part.

    Raises:
        DatasetError: the data set is not there.
    """
    data = work.split("main")
    scenes = [scene for scene in read_scenes(data) if scene.split == "test"]
    rows = read_questions(data)
    questions = [row for row in rows if row.split == "test" and row.form == "reg"]
    place = {scene.id: number for number, scene in enumerate(scenes)}
    model = AutoModelForImageTextToText.from_pretrained(folder).eval()
    prior, samples = Prior(rows), {sample.id: sample for sample in read_samples(data).samples}

    def answers(said: list[str]) -> Answers:
        return Answers(
            scenes=[scene.id for scene in scenes],
            sizes=[scene.sizes for scene in scenes],
            doses=[scene.dose for scene in scenes],
            lengths=lengths_of(questions, place, said),
        )

    with kept(work.models / "features"):
        return Checkpoint(
            weights=fingerprint(model),
            prior_source=prior.source,
            model=answers(_said(model, folder, questions, data)),
            prior=answers([prior.answered(samples[question.id]).text or "" for question in questions]),
        )


def _said(model: torch.nn.Module, folder: Path, questions: list[Question], root: Path) -> list[str]:
    processor = AutoProcessor.from_pretrained(folder)
    budget = budget_for(processor, FRAMES, PIXELS)
    said: list[str] = []
    for start in range(0, len(questions), BATCH):
        prompts = [prompt_of_question(question, root, budget) for question in questions[start : start + BATCH]]
        said += replies(model, processor, prompts, budget, MAX_NEW_TOKENS)
        print(f"{len(said)} of {len(questions)}", flush=True)
    return said


def main() -> None:
    given = work_parser(__doc__).parse_args()
    torch.set_num_threads(1)  # the same sums in the same order on any machine
    work = work_of(given)
    print(write_checkpoint(work.results, scored(work, work.models / "checkpoint" / MODEL_FOLDER)))


if __name__ == "__main__":
    main()
