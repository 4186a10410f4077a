"""Golden values of MS-SSIM by MONAI.

    npm run golden -- monai_measures     # writes test/golden/data/evaluate/monai.json

Pictures are not stored: both sides make them from `picture` of golden.py. Made with Python 3.11, numpy 2.4.6,
torch 2.13 and monai 1.6.1.
"""

import numpy as np
import torch
from golden import picture, write
from monai.metrics import MultiScaleSSIMMetric



def tensor(pictures):
    return torch.from_numpy(np.stack(pictures).astype(np.float64))


def similarity(name, channels, side, one, other):
    pair = [tensor([picture(seed, channels, side, noise)]) for seed, noise in (one, other)]
    value = MultiScaleSSIMMetric(spatial_dims=2, data_range=255)(pair[0], pair[1]).item()
    return dict(name=name, channels=channels, side=side, one=one, other=other, expected=value)


golden = dict(
    similarity=[
        similarity("gray", 1, 176, [1, 60], [2, 60]),
        similarity("gray, noisy", 1, 192, [1, 20], [2, 220]),
        similarity("gray, odd", 1, 181, [1, 60], [2, 120]),
        similarity("gray, odd at each scale", 1, 191, [1, 60], [2, 120]),
        similarity("colour", 3, 176, [1, 60], [2, 160]),
    ],
)
write("evaluate/monai.json", golden, indent=2, separators=None)
