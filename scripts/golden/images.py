"""Golden numbers for pipeline/src/data/square.ts and decode.ts, from torchvision's own transforms, unmodified.

Command (from the repository's root):
    python3 scripts/golden/images.py
Versions: Python 3.11, torchvision 0.28.0, Pillow 13.0.0.

Writes test/golden/data/images/squares.json:
    geometry  [width, height, size, resized width, resized height, left, top] of Resize(size) and CenterCrop(size)
    pixels    gray pictures of `level` below through both, with Pillow's Lanczos and bilinear filters (antialiased)
"""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

OUT = Path(__file__).resolve().parents[2] / "test/golden/data/images"


def geometry(width, height, size):
    resized = F.resize(Image.new("L", (width, height)), size)
    rows, columns = torch.meshgrid(torch.arange(resized.height), torch.arange(resized.width), indexing="ij")
    top, left = (F.center_crop(places[None], size)[0, 0, 0].item() for places in (rows, columns))
    return [width, height, size, resized.width, resized.height, left, top]


def level(x, y):
    """A wave from 50 to 150 along both axes."""
    t = (3 * x + 2 * y) % 200
    return 50 + np.minimum(t, 200 - t)


def pixels(width, height, size):
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    picture = Image.fromarray(level(x, y).astype(np.uint8))

    def through(mode):
        return np.asarray(F.center_crop(F.resize(picture, size, mode), size)).flatten().tolist()

    return {
        "width": width,
        "height": height,
        "size": size,
        "lanczos": through(InterpolationMode.LANCZOS),
        "bilinear": through(InterpolationMode.BILINEAR),
    }


sides = [(s, l) for s in (5, 7, 20, 33, 64, 101, 333, 1500) for l in (s, s + 1, s + 2, s + 3, s + 7, 2 * s + 1, 8 * s)]
cases = [geometry(*pair, size) for s, l in sides for pair in dict.fromkeys([(s, l), (l, s)]) for size in (1, 8, 27, 64)]
pictures = [pixels(*case) for case in [(41, 27, 16), (27, 42, 16), (103, 64, 15), (64, 150, 16), (331, 207, 20), (320, 208, 20), (10, 7, 12)]]

OUT.mkdir(parents=True, exist_ok=True)
text = json.dumps({"geometry": cases, "pixels": pictures}, separators=(",", ":")).replace("],[", "],\n[").replace("},{", "},\n{")
(OUT / "squares.json").write_text(text + "\n")
print(f"squares.json: {len(text) / 1000:.0f} kB")
