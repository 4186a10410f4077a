"""Golden values of the Dice of masks, by MONAI's DiceMetric.

    npm run golden -- dice     # writes test/golden/data/evaluate/dice.json

Masks are not stored: both sides make them from `draws`. Made with Python 3.11, torch 2.13.0 and MONAI 1.6.1.
"""

import numpy as np
import torch
from golden import draws, write
from monai.metrics import DiceMetric

BLOCK = 4


def masks(seed, count, side, classes, wrong):
    """Blocks of random classes, and the same with a share of the pixels of any class."""
    blocks = np.floor(draws(seed, count * (side // BLOCK) ** 2) * classes).astype(int).reshape(count, side // BLOCK, side // BLOCK)
    wanted = blocks.repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)
    u = draws(seed + 1, 2 * wanted.size).reshape(*wanted.shape, 2)
    read = np.where(u[..., 0] < wrong, np.floor(u[..., 1] * classes).astype(int), wanted)
    return read, wanted


def dice(case, reduction):
    planes = [
        torch.nn.functional.one_hot(torch.from_numpy(mask), case["classes"]).permute(0, 3, 1, 2)
        for mask in masks(*(case[key] for key in ("seed", "count", "side", "classes", "wrong")))
    ]
    metric = DiceMetric(include_background=case["first"] == 0, reduction=reduction)
    metric(y_pred=planes[0], y=planes[1])
    return metric.aggregate()


CASES = [
    dict(name="all classes", seed=1, count=6, side=16, classes=4, wrong=0.2, first=1),
    dict(name="classes that some masks lack", seed=2, count=9, side=8, classes=5, wrong=0.4, first=1),
    dict(name="masks of background alone", seed=3, count=12, side=4, classes=3, wrong=0.5, first=1),
    dict(name="no background", seed=4, count=6, side=8, classes=3, wrong=0.3, first=0),
    dict(name="no pixel is sure", seed=5, count=6, side=16, classes=4, wrong=1, first=1),
]

if __name__ == "__main__":
    result = [dict(**case, mean=dice(case, "mean").item(), classwise=dice(case, "mean_batch").tolist()) for case in CASES]
    write("evaluate/dice.json", result)
