"""Golden numbers for square.ts and decode.ts in base/src/pictures and augment.ts in training/src/data, from torchvision's own transforms, unmodified.

Command (from the repository's root):
    npm run golden -- images
Versions: Python 3.11, torchvision 0.28.0, Pillow 13.0.0.

Writes test/golden/data/images/augmented.json: pictures of `wave` below, mirrored or not, through affine and
adjust_contrast. The border is continued as `pad` does it with "edge", since affine itself has constants alone.

Writes test/golden/data/images/squares.json:
    geometry  [width, height, size, resized width, resized height, left, top] of Resize(size) and CenterCrop(size)
    pixels    gray pictures of `level` below through both, with Pillow's Lanczos and bilinear filters (antialiased)
"""

import numpy as np
import torch
from golden import write
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F



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



def wave(channels, height, width):
    """[C, H, W] of levels from 0 to 255."""
    c, y, x = np.meshgrid(np.arange(channels), np.arange(height), np.arange(width), indexing="ij")
    return np.floor(127.5 + 127.5 * np.sin(0.9 * x + 0.5 * y + 0.13 * x * y + 1.1 * c)).astype(np.uint8)


def augmented(channels, height, width, mirrored, angle, shift, scale, contrast):
    picture = torch.from_numpy(wave(channels, height, width)).double() / 255
    picture = F.hflip(picture) if mirrored else picture
    margin = 2 * max(height, width)
    wide = F.pad(picture, [margin] * 4, padding_mode="edge")
    moved = F.affine(wide, angle, list(shift), scale, [0.0, 0.0], InterpolationMode.BILINEAR)
    result = F.adjust_contrast(F.center_crop(moved, [height, width]), contrast) * 2 - 1
    return {
        "picture": {"channels": channels, "height": height, "width": width},
        "mirrored": mirrored,
        "augmentation": {"angle": angle, "shift": shift, "scale": scale, "contrast": contrast},
        "values": [round(value, 6) for value in result.flatten().tolist()],
    }


changes = [
    augmented(1, 7, 7, False, 0.0, (0.0, 0.0), 1.0, 1.0),
    augmented(1, 7, 7, False, 25.0, (0.0, 0.0), 1.0, 1.0),
    augmented(1, 7, 7, True, -12.5, (0.0, 0.0), 1.0, 1.0),
    augmented(1, 8, 8, False, 0.0, (1.75, -0.6), 1.0, 1.0),
    augmented(1, 8, 8, True, 0.0, (-2.0, 3.0), 1.0, 1.0),
    augmented(1, 8, 8, False, 0.0, (0.0, 0.0), 1.3, 1.0),
    augmented(1, 8, 8, False, 0.0, (0.0, 0.0), 0.7, 1.0),
    augmented(1, 7, 7, False, 0.0, (0.0, 0.0), 1.0, 0.4),
    augmented(3, 6, 6, True, 0.0, (0.0, 0.0), 1.0, 1.8),
    augmented(3, 6, 9, True, 131.0, (-1.2, 0.4), 0.85, 0.9),
    augmented(3, 9, 9, False, -7.0, (0.3, 0.45), 1.1, 1.25),
    augmented(1, 1, 1, False, 40.0, (0.2, 0.0), 0.5, 1.5),
]

write("images/squares.json", {"geometry": cases, "pixels": pictures}, breaks=["],[", "},{"])
write("images/augmented.json", changes, breaks=['},{"picture'])
