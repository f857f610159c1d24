"""The configuration of TRL that the settings of GRPO make."""

from __future__ import annotations

from pathlib import Path

import torch
from trl import GRPOConfig

from spacevista.train.grpo_settings import GrpoSettings


def trl_config(settings: GrpoSettings, out: Path) -> GRPOConfig:
    """Return TRL's configuration for these settings; all that matters is said, no default of TRL is relied on."""
    return GRPOConfig(
        output_dir=str(out),
        max_steps=settings.steps,
        num_generations=settings.group_size,
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.accumulation,
        steps_per_generation=settings.generation_batches,
        num_iterations=settings.iterations,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=settings.warmup_steps,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        temperature=settings.temperature,
        top_p=1.0,
        top_k=0,
        repetition_penalty=1.0,
        max_completion_length=settings.completion_tokens,
        beta=settings.beta,
        use_bias_correction_kl=False,
        epsilon=settings.epsilon,
        epsilon_high=settings.epsilon_high,
        scale_rewards="group" if settings.divide_by_std else "none",
        loss_type=settings.loss,
        importance_sampling_level=settings.ratio,
        mask_truncated_completions=settings.mask_truncated,
        disable_dropout=True,
        shuffle_dataset=False,  # the rows come in their order, see grpo_rows.order_of
        remove_unused_columns=False,
        seed=settings.seed,
        use_cpu=not torch.accelerator.is_available(),  # else several processes on a CPU do not find each other
        bf16=settings.bfloat16,
        gradient_checkpointing=settings.gradient_checkpointing,
        save_strategy="steps",
        save_steps=settings.save_every,
        logging_steps=1,
        logging_nan_inf_filter=False,  # a loss of NaN is to be seen
        report_to="none",
        disable_tqdm=True,
    )
