"""TRL's GRPOTrainer with the video mended.

TRL 1.16 generates with the video and trains without it: its training forward gets pictures only. Here both get the
tensors of `models.inputs.encode` for the question's clip. Batches without videos go TRL's own way, untouched.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from accelerate.utils import DistributedType, gather_object, is_peft_model
from torch import Tensor, nn
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer
from trl.trainer.utils import add_fused_lm_head, disable_dropout_in_model

from spacevista.models.clips import Budget
from spacevista.train.errors import TrainError
from spacevista.train.grpo_media import Encoded, OpenClip, clip_names, encoded_all, together, token_types
from spacevista.train.grpo_watch import Routed, RouterWatch, router_metrics
from spacevista.train.whole_checkpoints import WholeCheckpoints

Row = Mapping[str, Any]
SHARDED = (DistributedType.DEEPSPEED, DistributedType.FSDP)


class VideoGrpoTrainer(WholeCheckpoints, GRPOTrainer):
    """GRPO on conversations whose video parts, {"type": "video", "video": name}, name a clip.

    Image and video tokens are never sampled. With `beta` above 0 and no adapters of PEFT the reference is a frozen copy
    of the model as it is given; TRL would load one from the hub by its class's name. The copy shares the parameters
    that are frozen, so it costs as much memory as what is trained.

    Args:
        open_clip: returns the clip of a name.
        budget: what no clip may exceed.
        mask_flat_groups: groups whose rewards are all equal leave the loss.
        keep: checkpoints.
        watch: of the experts' router, None: not watched. Rows have the key of their scale in the column `scale`.

    Raises:
        TrainError: a reference is asked for and the model would be sharded.
    """

    def __init__(
        self,
        model: nn.Module,
        reward_funcs: Callable[..., list[float | None]] | list[Callable[..., list[float | None]]],
        args: GRPOConfig,
        train_dataset: Any,
        processing_class: Any,
        *,
        open_clip: OpenClip,
        budget: Budget,
        mask_flat_groups: bool = False,
        keep: int = 1,
        watch: RouterWatch | None = None,
        callbacks: Sequence[TrainerCallback] = (),
    ) -> None:
        self._open_clip, self._budget, self._watch = open_clip, budget, watch
        self.keep = keep
        self._mask_flat_groups = mask_flat_groups
        self._media: list[Encoded] | None = None  # of the batch in work, while TRL works on it
        self._flat: Tensor | None = None  # of the generation in work: which of all processes' rows are in flat groups
        self._routed: list[Routed] = []  # since the last line of the log
        ours = copy.copy(args)
        never = [model.config.image_token_id, model.config.video_token_id]
        ours.generation_kwargs = {**(args.generation_kwargs or {}), "suppress_tokens": never}
        reference = None
        if args.beta and not is_peft_model(model):
            if args.distributed_state.distributed_type in SHARDED:
                raise TrainError("expected beta 0 or adapters of PEFT under DeepSpeed and FSDP, got a reference model")
            reference, ours.beta = frozen_copy(model), 0.0  # at 0 TRL makes no reference of its own
        super().__init__(
            model, reward_funcs, ours, train_dataset, processing_class=processing_class, callbacks=list(callbacks)
        )
        if reference is not None:
            self.args.beta = self.beta = args.beta
            self.ref_model = self._as_reference(reference)

    def _as_reference(self, reference: nn.Module) -> nn.Module:
        """Make a copy ready as TRL makes its own reference model ready."""
        if self.args.disable_dropout:
            disable_dropout_in_model(reference)
        add_fused_lm_head(reference, self.temperature, self.args.cast_lm_head_to_fp32)
        prepared: nn.Module = self.accelerator.prepare_model(reference, evaluation_mode=True)
        return prepared

    def _tokenize_prompts(self, prompts: list[Any]) -> tuple[Any, Any, Any]:
        if not any(clip_names(prompt) for prompt in prompts):
            own: tuple[Any, Any, Any] = super()._tokenize_prompts(prompts)
            return own
        self._media = encoded_all(self.processing_class, prompts, self._open_clip, self._budget)
        types = [row.types.tolist() for row in self._media]
        return [row.ids.tolist() for row in self._media], None, together(self._media) | {"mm_token_type_ids": types}

    def _generate_and_score_completions(self, inputs: list[Row]) -> dict[str, Any]:
        if ("image" in inputs[0] or "images" in inputs[0]) and any(clip_names(row["prompt"]) for row in inputs):
            raise TrainError("expected no columns image or images beside videos, got a batch with both")
        try:
            output: dict[str, Any] = super()._generate_and_score_completions(inputs)
            if self._media is not None:
                output["media"] = self._media
            if self._mask_flat_groups:
                self._mask_flat(output)
        finally:
            self._media = self._flat = None
        if self._watch is not None:
            output["scales"] = [str(row.get("scale") or "") for row in inputs]
        return output

    def _get_per_token_logps_and_entropies(
        self,
        model: Callable[..., Any],
        input_ids: Tensor,
        attention_mask: Tensor,
        logits_to_keep: int,
        batch_size: int | None = None,
        **options: Any,
    ) -> tuple[Tensor | None, ...]:
        score = super()._get_per_token_logps_and_entropies
        if self._media is None:
            whole: tuple[Tensor | None, ...] = score(
                model, input_ids, attention_mask, logits_to_keep, batch_size, **options
            )
            return whole
        parts = []
        for start in range(0, len(input_ids), batch_size or len(input_ids)):
            rows = slice(start, start + (batch_size or len(input_ids)))
            ids, media = input_ids[rows], self._media[rows]
            types = token_types(media, (len(ids), ids.shape[1]), logits_to_keep)
            seen = together(media) | {"mm_token_type_ids": types}
            seeing = functools.partial(model, **{name: tensor.to(ids.device) for name, tensor in seen.items()})
            parts.append(score(seeing, ids, attention_mask[rows], logits_to_keep, **options))
        return tuple(_joined(part) for part in zip(*parts, strict=True))

    def _compute_loss(self, model: nn.Module, inputs: dict[str, Any]) -> Tensor:
        self._media = inputs.get("media")
        try:
            if self._watch is None:
                return super()._compute_loss(model, inputs)
            with self._watch.watching(inputs["scales"], self._routed):
                return super()._compute_loss(model, inputs)
        finally:
            self._media = None

    def _calculate_rewards(self, inputs: list[Row], prompts: Any, completions: Any, completion_ids: Any) -> Tensor:
        rewards: Tensor = super()._calculate_rewards(inputs, prompts, completions, completion_ids)
        total = (rewards * self.reward_weights.to(rewards.device)).nansum(1).view(-1, self.num_generations)
        # Equal rewards come out of the same computation: their numbers are the same, to the last bit.
        self._flat = (total == total[:, :1]).all(1).repeat_interleave(self.num_generations)
        return rewards

    def _mask_flat(self, output: dict[str, Any]) -> None:
        """Take the completions of flat groups out of the mask that the loss and its divisor are made from."""
        assert self._flat is not None
        mask = output["completion_mask"]
        first = self.accelerator.process_index * len(mask)
        mask = mask * ~self._flat[first : first + len(mask), None].to(mask.device)
        output["completion_mask"] = mask
        output["num_items_in_batch"] = self.accelerator.gather(mask.sum()).sum()

    def _send_telemetry(self) -> None:
        """Report to nobody."""

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log as TRL does, with the use of the experts since the last line."""
        if self._watch is not None and self.model.training:
            routed: list[Routed] = gather_object(self._routed)
            self._routed = []
            for name, value in router_metrics(routed).items():
                self._metrics["train"][name].append(value)
        super().log(logs, start_time)


def frozen_copy(model: nn.Module) -> nn.Module:
    """Return a copy that does not learn and shares the parameters of the original that do not learn either."""
    shared = {id(parameter): parameter for parameter in model.parameters() if not parameter.requires_grad}
    reference: nn.Module = copy.deepcopy(model, dict(shared))
    return reference.requires_grad_(False).eval()


def _joined(parts: Sequence[Tensor | None]) -> Tensor | None:
    """Put the values of several parts of a batch together; a number (an auxiliary loss) becomes their mean."""
    values = [part for part in parts if part is not None]
    if not values:
        return None
    return torch.stack(values).mean() if values[0].ndim == 0 else torch.cat(values)
