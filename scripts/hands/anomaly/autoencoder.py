"""A small convolutional autoencoder as a baseline: it learns normal images, and writes what it makes of others where measure.py finds it.

    python3 scripts/hands/anomaly/autoencoder.py <folder of normal images.npy> <folder of images.npy> [steps] [bottleneck]

The images are 64 x 64, as reconstruct.ts writes them. 3,000 steps of 32 images by default; needs PyTorch.
"""
import sys

import numpy as np
import torch
from torch import nn

normal_folder, folder, *rest = sys.argv[1:]
steps = int(rest[0]) if rest else 3000
bottleneck = int(rest[1]) if len(rest) > 1 else 128


def read(place):
    images = np.load(f"{place}/images.npy").astype(np.float32) / 127.5 - 1
    return torch.from_numpy(images)[:, None]


def halve(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 4, 2, 1), nn.GroupNorm(4, outputs), nn.SiLU()]


def double(inputs, outputs):
    return [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1), nn.GroupNorm(4, outputs), nn.SiLU()]


torch.manual_seed(0)
normal, images = read(normal_folder), read(folder)
network = nn.Sequential(
    *halve(1, 16), *halve(16, 32), *halve(32, 64),
    nn.Flatten(), nn.Linear(64 * 64, bottleneck), nn.Linear(bottleneck, 64 * 64), nn.Unflatten(1, (64, 8, 8)),
    *double(64, 32), *double(32, 16), nn.ConvTranspose2d(16, 1, 4, 2, 1),
)  # fmt: skip
optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
for step in range(steps):
    batch = normal[torch.randint(len(normal), (32,))]
    loss = ((network(batch) - batch) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 500 == 0 or step == steps - 1:
        print(f"step {step}: {loss.item():.5f}", flush=True)
with torch.no_grad():
    made = torch.cat([network(part)[:, 0] for part in images.split(64)])
np.save(f"{folder}/autoencoder-{bottleneck}.0.npy", made.numpy())
