"""Settings of the tests that need torch: one thread, since two of them wait for each other on a shared CPU."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that asks for the network fails at once

try:
    import torch
except ImportError:
    pass
else:
    torch.set_num_threads(1)
