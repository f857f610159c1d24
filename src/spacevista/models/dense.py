"""The dense encoder: a frozen vision transformer that sees the same frames as the model's own vision tower.

The frames are recovered from the pixel values of the base model's processor, so that no further tensor has to pass
through a trainer. They are resized so that the encoder has as many patches as the vision tower, one for one, whatever
the two patch sizes are.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, PreTrainedConfig
from transformers.image_utils import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD

from spacevista.models.errors import ModelError

Triple = tuple[float, float, float]
Grid = tuple[int, int, int]  # temporal slots, rows and columns of patches, as in `video_grid_thw`

# What a configuration says about a checkpoint, not about the encoder.
NOT_ARCHITECTURE = ("_name_or_path", "architectures", "dtype", "torch_dtype", "transformers_version")


class DenseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The dense encoder and how its features are fused; a plain dict under `dense` in the model's configuration.

    Attributes:
        encoder: configuration of any Hugging Face vision transformer, with its `model_type`.
        vision_mean, vision_std: how the base model's processor normalises pixels; undone before the encoder.
        encoder_mean, encoder_std: how the encoder wants them.
        width: of the hidden layer in the merger and in each block's MLP.
        heads: of the cross-attention.
        blocks: how many times is attended to the dense features.
    """

    encoder: dict[str, Any]
    vision_mean: Triple
    vision_std: Triple
    encoder_mean: Triple = tuple(IMAGENET_DEFAULT_MEAN)
    encoder_std: Triple = tuple(IMAGENET_DEFAULT_STD)
    width: int = 2048
    heads: int = 8
    blocks: int = 1


def dense_settings(plain: dict[str, Any]) -> DenseSettings:
    """Return the settings from a configuration's plain dict.

    Raises:
        ModelError: a field is missing, unknown or of another type, or a number is out of its range.
    """
    try:
        settings = msgspec.convert(plain, DenseSettings)
    except msgspec.ValidationError as error:
        raise ModelError(f"dense: {error}") from error
    if "model_type" not in settings.encoder:
        raise ModelError(f"dense.encoder: expected a configuration with model_type, got {sorted(settings.encoder)}")
    for name in ("width", "heads", "blocks"):
        if getattr(settings, name) < 1:
            raise ModelError(f"dense.{name}: expected 1 or more, got {getattr(settings, name)}")
    for name in ("vision_std", "encoder_std"):
        if min(getattr(settings, name)) <= 0:
            raise ModelError(f"dense.{name}: expected numbers above 0, got {getattr(settings, name)}")
    return settings


def encoder_plain(config: PreTrainedConfig) -> dict[str, Any]:
    """Return an encoder's configuration as the plain dict that `DenseSettings.encoder` holds."""
    return {name: value for name, value in config.to_dict().items() if name not in NOT_ARCHITECTURE}


def encoder_config(settings: DenseSettings) -> PreTrainedConfig:
    """Return the encoder's configuration as transformers has it.

    Raises:
        ModelError: no vision transformer of one width and patch size.
    """
    plain = dict(settings.encoder)
    kind = plain.pop("model_type")
    try:
        config = AutoConfig.for_model(kind, **plain)
    except ValueError as error:
        raise ModelError(f"dense.encoder: {error}") from error
    for name in ("hidden_size", "patch_size"):
        if not hasattr(config, name):
            raise ModelError(f"dense.encoder: expected a vision transformer, with a {name}, got {kind}")
    return config


@dataclass(frozen=True)
class PatchLayout:
    """How the base model's processor cuts frames into rows of pixel values.

    Attributes:
        patch_px: side of a patch.
        temporal: frames in one row.
        merge: patches along the side of one visual token.
    """

    patch_px: int
    temporal: int
    merge: int

    @property
    def row_width(self) -> int:
        """Numbers in a row of pixel values."""
        return 3 * self.temporal * self.patch_px**2

    def tokens(self, grid: Grid) -> int:
        """Return how many visual tokens a picture or video of this grid has."""
        slots, rows, columns = grid
        return slots * (rows // self.merge) * (columns // self.merge)


def patch_layout(vision: PreTrainedConfig) -> PatchLayout:
    """Return the layout from the configuration of a Qwen vision tower."""
    return PatchLayout(vision.patch_size, vision.temporal_patch_size, vision.spatial_merge_size)


def check_pixels(pixels: Tensor, grids: Sequence[Grid], layout: PatchLayout) -> None:
    """Raise ModelError unless the pixel values have the rows that the grids name and the width of the layout."""
    for grid in grids:
        if min(grid) < 1 or grid[1] % layout.merge or grid[2] % layout.merge:
            raise ModelError(
                f"expected a grid of 1 or more slots and a multiple of {layout.merge} rows and columns, got {grid}"
            )
    rows = sum(slots * height * width for slots, height, width in grids)
    if tuple(pixels.shape) != (rows, layout.row_width):
        raise ModelError(
            f"expected {rows} x {layout.row_width} pixel values for the grids {list(grids)}, got {tuple(pixels.shape)}"
        )


def frames_of(rows: Tensor, grid: Grid, layout: PatchLayout) -> Tensor:
    """Return the frames that rows of pixel values were cut from.

    The inverse of the processor's cutting: rows go through slots, then blocks of `merge` x `merge` patches, then the
    patches of a block; a row holds channel, frame of the slot, y and x.

    Args:
        rows: (slots * height * width) x row_width, of one picture or video.

    Returns:
        (slots * temporal) x 3 x (height * patch_px) x (width * patch_px), normalised as the rows are.
    """
    slots, height, width = grid
    merge, patch, temporal = layout.merge, layout.patch_px, layout.temporal
    cut = rows.view(slots, height // merge, width // merge, merge, merge, 3, temporal, patch, patch)
    return cut.permute(0, 6, 5, 1, 3, 7, 2, 4, 8).reshape(slots * temporal, 3, height * patch, width * patch)


class DenseEncoder(nn.Module):
    """A vision transformer that never learns and always runs for evaluation.

    Both hold because `train` says so: it is called by every `model.train()` and `model.eval()`, and at the end of
    every `from_pretrained`, which makes all parameters trainable before.
    """

    def __init__(self, settings: DenseSettings) -> None:
        super().__init__()
        self.settings = settings
        self.model = AutoModel.from_config(encoder_config(settings))
        self.train(False)

    def train(self, mode: bool = True) -> DenseEncoder:
        """Stay frozen and in evaluation, whatever the mode of the model around it."""
        super().train(False)
        self.requires_grad_(False)
        return self

    @property
    def hidden_size(self) -> int:
        """Numbers in the feature of a patch."""
        return int(self.model.config.hidden_size)

    def forward(self, frames: Tensor, rows: int, columns: int) -> Tensor:
        """Return the features of frames.

        Args:
            frames: count x 3 x height x width, normalised for the vision tower, float32.
            rows, columns: of patches that are wanted.

        Returns:
            count x rows x columns x hidden_size.

        Raises:
            ModelError: the encoder gives another number of patches.
        """
        patch = _square(self.model.config.patch_size)
        frames = self._renormalised(frames)
        if frames.shape[-2:] != (rows * patch, columns * patch):
            frames = functional.interpolate(
                frames, (rows * patch, columns * patch), mode="bilinear", antialias=True, align_corners=False
            )
        with torch.no_grad():
            tokens = self.model(frames.to(self.model.dtype), **self._any_size()).last_hidden_state
        return self._patches(tokens, rows, columns)

    def _renormalised(self, frames: Tensor) -> Tensor:
        shown, wanted = self.settings, frames.new_tensor
        mean, std = (wanted(v).view(1, 3, 1, 1) for v in (shown.vision_mean, shown.vision_std))
        new_mean, new_std = (wanted(v).view(1, 3, 1, 1) for v in (shown.encoder_mean, shown.encoder_std))
        return (frames * std + mean - new_mean) / new_std

    def _any_size(self) -> dict[str, bool]:
        """Return the argument by which older encoders (ViT, SigLIP) take pictures of other sizes than they know."""
        name = "interpolate_pos_encoding"
        return {name: True} if name in inspect.signature(self.model.forward).parameters else {}

    def _patches(self, tokens: Tensor, rows: int, columns: int) -> Tensor:
        patches = rows * columns
        before = 1 + getattr(self.model.config, "num_register_tokens", 0)  # the class token; SigLIP has none
        if tokens.shape[1] not in (patches, before + patches):
            raise ModelError(
                f"expected {patches} patches from the dense encoder, or {before} tokens more, got {tokens.shape[1]}"
            )
        return tokens[:, tokens.shape[1] - patches :].unflatten(1, (rows, columns))


def _square(patch_size: int | Sequence[int]) -> int:
    sides = {patch_size} if isinstance(patch_size, int) else set(patch_size)
    if len(sides) != 1:
        raise ModelError(f"expected square patches in the dense encoder, got {patch_size}")
    return sides.pop()
