"""Settings of the tests of training: one thread, since two of them wait for each other on a shared CPU; offline."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that asks for the network fails at once
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"

try:
    import torch
except ImportError:
    pass
else:
    torch.set_num_threads(1)
