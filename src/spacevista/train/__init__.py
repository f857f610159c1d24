"""Training stages on the trainers of transformers and TRL, with the video mended (extra `train`)."""
