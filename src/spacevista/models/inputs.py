"""From questions with their clips to the tensors of a forward or of `generate`.

The processor is told when each frame was taken (without that it assumes 24 frames a second, and temporal positions are
wrong), to leave frames in the size in which they come, and to choose none of them itself. Everything is checked before
anything is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from transformers import BatchFeature

from spacevista.models.clips import Budget, Clip, budget_for, check_picture, clip_of_question, fitted_size
from spacevista.models.errors import ModelError
from spacevista.qa.record import Question

STILL_FPS = 1.0  # of a clip of one frame, whose position in time is 0 at any rate


@dataclass(frozen=True)
class Prompt:
    """What a user sends.

    Attributes:
        text: all of it, after the pictures; plain text without control tokens.
        media: clips and pictures in the order in which they are sent; pictures are RGB, in a size of whole tokens.
    """

    text: str
    media: tuple[Clip | Image.Image, ...] = ()


def prompt_of_question(question: Question, root: Path, budget: Budget) -> Prompt:
    """Return a data set's row as a prompt; errors as in `clips.clip_of_question`."""
    return Prompt(question.question, (clip_of_question(question, root, budget),))


def prompt_of_pictures(
    text: str, pictures: Sequence[Image.Image], times_s: Sequence[float] | None, budget: Budget
) -> Prompt:
    """Return a prompt with pictures that were chosen and marked already; their sides are rounded to whole tokens.

    Args:
        times_s: of each frame of a clip; empty: a second apart; None: the pictures are no clip.

    Raises:
        ModelError: a picture is too long for its width.
    """
    if times_s is None or not pictures:
        fitted = (picture.resize(fitted_size(picture.size, budget), Image.Resampling.BICUBIC) for picture in pictures)
        return Prompt(text, tuple(fitted))
    size = fitted_size(pictures[0].size, budget)
    frames = tuple(picture.resize(size, Image.Resampling.BICUBIC) for picture in pictures)
    return Prompt(text, (Clip(frames, tuple(times_s) or tuple(map(float, range(len(frames))))),))


def encode(
    processor: Any, prompts: Sequence[Prompt], budget: Budget, padding_side: Literal["left", "right"] = "left"
) -> BatchFeature:
    """Return the tensors of a batch of prompts, each of which ends where the assistant's answer begins.

    Args:
        processor: of Qwen2.5-VL or Qwen3-VL.
        budget: what no clip and no picture may exceed; frames twice, since marks may bring as many again.
        padding_side: left to generate.

    Returns:
        `input_ids`, `attention_mask`, `mm_token_type_ids` (batch x length), pixel values and grids of all pictures and
        of all videos in order, and what else the processor gives. The last frame of an odd clip is shown twice, since
        a temporal slot holds two.

    Raises:
        ModelError: no prompts, a control token in a text, a clip or picture over the budget or of another token side,
            or a prompt longer than the tokenizer allows; says which prompt, what was expected and what came.
    """
    if not prompts:
        raise ModelError("expected one prompt or more, got none")
    if (side := budget_for(processor).side_px) != budget.side_px:
        raise ModelError(f"expected a budget in tokens of {side} px, as the processor's, got {budget.side_px}")
    control = control_tokens(processor.tokenizer)
    for number, prompt in enumerate(prompts):
        try:
            _check(prompt, budget, control)
        except ModelError as error:
            raise ModelError(f"prompt {number}: {error}") from error
    clips = [part for prompt in prompts for part in prompt.media if isinstance(part, Clip)]
    pictures = [part for prompt in prompts for part in prompt.media if not isinstance(part, Clip)]
    encoded: BatchFeature = processor(
        text=[_text(processor, prompt) for prompt in prompts],
        images=pictures or None,
        videos=[np.stack([np.asarray(frame) for frame in clip.frames]) for clip in clips] or None,
        video_metadata=[_metadata(clip) for clip in clips] or None,
        do_resize=False,
        do_sample_frames=False,
        padding=True,
        padding_side=padding_side,
        return_tensors="pt",
    )
    if (length := encoded["input_ids"].shape[1]) > processor.tokenizer.model_max_length:
        raise ModelError(f"expected prompts of {processor.tokenizer.model_max_length} tokens or fewer, got {length}")
    return encoded


def control_tokens(tokenizer: Any) -> tuple[str, ...]:
    """Return the texts that a tokenizer turns into control tokens, wherever they stand."""
    return tuple(token.content for token in tokenizer.added_tokens_decoder.values() if token.special)


def _check(prompt: Prompt, budget: Budget, control: Sequence[str]) -> None:
    for token in control:
        if (at := prompt.text.find(token)) >= 0:
            raise ModelError(f"expected text without control tokens, got {token} at character {at}")
    for part in prompt.media:
        if isinstance(part, Clip) and len(part.frames) > 2 * budget.frames:
            raise ModelError(
                f"expected {budget.frames} frames or fewer, and as many with marks, got {len(part.frames)}"
            )
        for picture in _pictures(part):
            check_picture(picture)
            if picture.width % budget.side_px or picture.height % budget.side_px:
                raise ModelError(f"expected sides that are multiples of {budget.side_px} px, got {picture.size}")
            if picture.width * picture.height > budget.pixels:
                raise ModelError(f"expected {budget.pixels} pixels or fewer, got {picture.size}")


def _pictures(part: Clip | Image.Image) -> Iterator[Image.Image]:
    yield from part.frames if isinstance(part, Clip) else (part,)


def _text(processor: Any, prompt: Prompt) -> str:
    content: list[dict[str, str]] = [{"type": "video" if isinstance(part, Clip) else "image"} for part in prompt.media]
    content.append({"type": "text", "text": prompt.text})
    return str(
        processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
    )


def _metadata(clip: Clip) -> dict[str, Any]:
    """Return what tells the processors when the frames were taken.

    Qwen2.5-VL takes one rate for a video: the frames' mean rate. Qwen3-VL writes the time of every slot into the text:
    an index over the rate, so an index here is a frame's own time in steps of that rate, and need not be whole.
    """
    times, count = clip.times_s, len(clip.times_s)
    fps = (count - 1) / (times[-1] - times[0]) if count > 1 else STILL_FPS
    return {"total_num_frames": count, "fps": fps, "frames_indices": [time * fps for time in times]}
