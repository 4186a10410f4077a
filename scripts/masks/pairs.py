"""
What drawn pairs teach: MONAI's 2-D U-Net learns to read masks from 1,000 pairs that a model drew, and from 1,000 phantoms with their
masks. Both read held-out phantoms; prints the Dice of both by MONAI's DiceMetric, for three seeds.

    python pairs.py <phantoms to learn from> <held-out phantoms> <folder of drawn pictures> [steps]

The masks of `drawn` are in the folder `drawn-masks`, as `pipeline sample --singles drawn` writes them.
"""

import sys
from pathlib import Path

from segment import dice, masks, pictures, train

COUNT, SEEDS = 1000, 3


def pairs(images, maps, count):
    paths = sorted(maps.glob("*.png"))[:count]
    return pictures([images / path.name for path in paths]), masks(paths)


if __name__ == "__main__":
    learn, held, drawn = map(Path, sys.argv[1:4])
    steps = int(sys.argv[4]) if len(sys.argv) > 4 else 900
    unseen = pairs(held / "images", held / "masks", COUNT)
    phantoms = pairs(learn / "images", learn / "masks", COUNT)
    made = pairs(drawn, drawn.with_name(drawn.name + "-masks"), COUNT)
    for seed in range(SEEDS):
        real, synthetic = (dice(train(*taught, steps, seed), *unseen) for taught in (phantoms, made))
        print(f"learnt from phantoms {real:.3f}, from drawn pairs {synthetic:.3f}, {synthetic / real:.3f} of that", flush=True)
