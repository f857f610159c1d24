"""One small module per task: (scene, rng) -> facts and declines. A task is added here, in its file and in its test."""
