"""
How well pictures show the masks that they were drawn of, by MONAI's 2-D U-Net: it learns to read masks in phantoms, and reads them in
held-out phantoms and in what a model drew of the same masks. Prints the Dice of both by MONAI's DiceMetric.

    python segment.py <phantoms to learn from> <held-out phantoms> <folder of pictures> <folder of their masks> [steps]

Picture i.png is drawn of the i-th mask by name, as `pipeline sample --masks <folder> --singles <pictures>` writes them.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from monai.losses import DiceCELoss
from monai.metrics import DiceMetric
from monai.networks.nets import UNet
from PIL import Image

CLASSES, BATCH = 9, 16


def pictures(paths):
    return torch.tensor(np.stack([np.asarray(Image.open(path).convert("L")) for path in paths])[:, None] / 127.5 - 1).float()


def masks(paths):
    return torch.tensor(np.stack([np.asarray(Image.open(path)) for path in paths])[:, None].astype(np.int64))


def one_hot(numbers):  # [N, H, W] to [N, K, H, W]
    return torch.nn.functional.one_hot(numbers, CLASSES).permute(0, 3, 1, 2)


def train(images, truth, steps, seed=0):
    torch.manual_seed(seed)
    net = UNet(2, 1, CLASSES, channels=(16, 32, 64, 128), strides=(2, 2, 2), num_res_units=2)
    loss = DiceCELoss(to_onehot_y=True, softmax=True)
    optimizer = torch.optim.AdamW(net.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, steps)
    for _ in range(steps):
        some = torch.randint(len(images), (BATCH,))
        optimizer.zero_grad()
        loss(net(images[some]), truth[some]).backward()
        optimizer.step()
        schedule.step()
    return net.eval()


@torch.no_grad()
def dice(net, images, truth):
    metric = DiceMetric(include_background=False)
    for some in torch.arange(len(images)).split(50):
        metric(one_hot(net(images[some]).argmax(1)), one_hot(truth[some, 0]))
    return metric.aggregate().item()


if __name__ == "__main__":
    learn, held, drawn, asked = map(Path, sys.argv[1:5])
    steps = int(sys.argv[5]) if len(sys.argv) > 5 else 900
    known = sorted((learn / "masks").glob("*.png"))[:2000]
    net = train(pictures([learn / "images" / path.name for path in known]), masks(known), steps)
    names = sorted(path.name for path in asked.glob("*.png"))
    truth = masks([asked / name for name in names])
    real = dice(net, pictures([held / "images" / name for name in names]), truth)
    made = dice(net, pictures([drawn / f"{i}.png" for i in range(len(names))]), truth)
    print(f"held-out phantoms {real:.3f}, drawn of their masks {made:.3f}, {made / real:.3f} of that")
