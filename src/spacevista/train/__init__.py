"""Training stages: supervised, experts, router, reinforcement; a trainer of transformers with the video mended."""
