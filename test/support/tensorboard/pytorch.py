"""A small event file as PyTorch 2.13.0 with tensorboard 2.21.0 writes it.

    python3 test/support/tensorboard/pytorch.py   # writes pytorch.tfevents beside it
"""

import tempfile
from pathlib import Path

import numpy as np
from torch.utils.tensorboard import SummaryWriter

with tempfile.TemporaryDirectory() as folder:
    with SummaryWriter(folder, purge_step=5) as writer:
        writer.add_scalar("train/loss", 0.25, 7)
        writer.add_image("samples", np.zeros((1, 2, 3), "uint8"), 7)
        writer.add_scalar("train/loss", -1.5, 2**33 + 1)
    (file,) = Path(folder).iterdir()
    Path(__file__).with_name("pytorch.tfevents").write_bytes(file.read_bytes())
