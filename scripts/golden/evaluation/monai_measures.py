"""Golden values of MMD and MS-SSIM by MONAI.

    python3 scripts/golden/evaluation/monai_measures.py     # writes test/golden/data/evaluate/monai.json

Pictures are not stored: both sides make them from `draws`, as scripts/golden/measures.py does. Made with Python 3.11, numpy 2.4.6,
torch 2.13 and monai 1.6.1.
"""

import json
from pathlib import Path

import numpy as np
import torch
from monai.metrics import MMDMetric, MultiScaleSSIMMetric

OUT = Path(__file__).parents[3] / "test/golden/data/evaluate/monai.json"


def draws(seed, count):
    """Numbers of 0 to 1 from a linear congruential generator: x = 1664525 x + 1013904223 modulo 2^32, its upper 24 bits."""
    x, values = seed, np.empty(count)
    for i in range(count):
        x = (1664525 * x + 1013904223) % 2**32
        values[i] = (x >> 8) / 2**24
    return values


def picture(seed, channels, side, noise):
    """A pattern, the same for all seeds, with noise of the seed."""
    i = np.arange(channels * side * side)
    pattern = 128 + 90 * np.sin(0.37 * (i % side)) * np.cos(0.23 * (i // side))
    values = pattern + noise * (draws(seed, i.size) - 0.5)
    return np.clip(np.floor(values), 0, 255).reshape(channels, side, side).astype(np.uint8)


def tensor(pictures):
    return torch.from_numpy(np.stack(pictures).astype(np.float64))


def mmd(name, channels, side, one, other):
    sets = [tensor([picture(seed, channels, side, noise) for seed, noise in each]) / 255 for each in (one, other)]
    value = MMDMetric()(sets[0], sets[1]).item()
    return dict(name=name, channels=channels, side=side, one=one, other=other, expected=value)


def similarity(name, channels, side, one, other):
    pair = [tensor([picture(seed, channels, side, noise)]) for seed, noise in (one, other)]
    value = MultiScaleSSIMMetric(spatial_dims=2, data_range=255)(pair[0], pair[1]).item()
    return dict(name=name, channels=channels, side=side, one=one, other=other, expected=value)


def several(first, count, noise):
    return [[first + i, noise] for i in range(count)]


golden = dict(
    mmd=[
        mmd("alike", 1, 12, several(1, 9, 90), several(101, 9, 90)),
        mmd("more noise", 1, 12, several(1, 9, 90), several(101, 9, 250)),
        mmd("colour", 3, 8, several(1, 7, 60), several(51, 7, 200)),
    ],
    similarity=[
        similarity("gray", 1, 176, [1, 60], [2, 60]),
        similarity("gray, noisy", 1, 192, [1, 20], [2, 220]),
        similarity("gray, odd", 1, 181, [1, 60], [2, 120]),
        similarity("colour", 3, 176, [1, 60], [2, 160]),
    ],
)
OUT.write_text(json.dumps(golden, indent=2) + "\n")
