"""Training: the stages on top of the trainers of transformers and TRL, with the video mended (extra `train`)."""
