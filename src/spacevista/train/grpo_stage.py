"""Stage grpo as a command runs it: a data set, a model folder, a run folder that is gone on with, a finished model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from spacevista.files import write_whole
from spacevista.qa.readers import read_questions
from spacevista.scoring.rewards import Embed
from spacevista.train.callbacks import StopOnRequest
from spacevista.train.checkpoints import last_checkpoint, step_of
from spacevista.train.errors import StoppedError, TrainError
from spacevista.train.grpo import LOG_FILE, RUN_FILE, train_grpo
from spacevista.train.grpo_rows import AnchorsOf
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.load import MODEL_FOLDER, save_model, start_model
from spacevista.train.parts import let_learn
from spacevista.train.run import SETTINGS_FILE, Tell, is_main, silent
from spacevista.train.settings import plain


def train_policy(
    settings: GrpoSettings,
    data: Sequence[Path],
    out: Path,
    model: Path | None = None,
    tell: Tell = silent,
    anchors: AnchorsOf | None = None,
    embed: Embed | None = None,
) -> Path:
    """Train a policy, or go on where a run in `out` was stopped, and return the folder of the finished model.

    Args:
        data: the folder of one data set; questions of its split train are used.
        model: folder of a model that answers: of the cold start, or with experts and their router.
        anchors, embed: as in `grpo.train_grpo`.

    Raises:
        TrainError: no model, not one data set, or as in `grpo.train_grpo`, as the other errors.
        StoppedError: it was asked to stop, and has left a checkpoint.
    """
    if model is None:
        raise TrainError("grpo: expected --model, the folder of a model that answers, got none")
    if len(data) != 1:
        raise TrainError(f"grpo: expected one data set, got {len(data)}")
    folder = out / MODEL_FOLDER
    if folder.exists():
        return folder
    policy, processor = start_model(settings, model)
    names = let_learn(policy, settings)
    questions = [question for question in read_questions(data[0]) if question.split == "train"]
    tell(f"{len(names)} tensors learn; {len(questions):,} questions; {settings.steps} steps")
    out.mkdir(parents=True, exist_ok=True)
    stop = StopOnRequest()
    with stop.listening():
        train_grpo(policy, processor, questions, data[0], settings, out, embed, anchors, [stop])
    last = last_checkpoint(out)
    done = 0 if last is None else step_of(last)
    if done < settings.steps:
        raise StoppedError(
            f"{out}: stopped by SIGTERM after step {done} of {settings.steps}, with a checkpoint; the same command "
            "goes on from there"
        )
    if is_main():
        write_whole(out / SETTINGS_FILE, msgspec.json.format(msgspec.json.encode(plain(settings)), indent=1) + b"\n")
        save_model(policy, processor, settings, folder, [out / name for name in (SETTINGS_FILE, LOG_FILE, RUN_FILE)])
    return folder
