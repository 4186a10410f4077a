"""The prepared images, their order, and their augmentation: the same batches as `pipeline train` makes.

    images      uint8 [N, C, H, W]
    labels      int32 [N], where the network has classes
    conditions  float32 [N, 2K], where it has conditions: normalised values, then a flag for each
    train, validation   int32, numbers of images

Epoch e has the order shuffle(train, e). Flips and augmentations are drawn by place in that order, so a batch depends on
(seed, position) alone.
"""

from dataclasses import dataclass

import torch
from safetensors import safe_open

from randomness import integers, shuffle, uniform

ORDER, FLIP, AUGMENT, DROPOUT = 0x0E000000, 0x0F000000, 0x0C000000, 0x7E000010  # streams
LUMA = (0.2989, 0.587, 0.114)


class Images:
    def __init__(self, path: str) -> None:
        file = safe_open(path, "pt")
        read = lambda name: file.get_tensor(name) if name in file.keys() else None
        self.pixels = file.get_tensor("images")  # mapped: pages are read as they are used
        self.labels, self.conditions = read("labels"), read("conditions")
        self.train = file.get_tensor("train").tolist()
        self.validation = file.get_tensor("validation").long()

    def extra(self, numbers: torch.Tensor, dropped: torch.Tensor | None, null_class: int | None) -> dict:
        """The network's inputs after picture and timestep."""
        inputs = {}
        if self.labels is not None:
            labels = self.labels[numbers].long()
            inputs["class_labels"] = labels if dropped is None else torch.where(dropped, null_class, labels)
        if self.conditions is not None:
            conditions = self.conditions[numbers]
            inputs["conditions"] = conditions if dropped is None else conditions * ~dropped[:, None]
        return inputs


@dataclass
class Position:
    """After `index` images of `epoch`."""

    epoch: int
    index: int


class Batches:
    """Batches of all processes together; each reads the rows that are its own."""

    def __init__(self, images: Images, data: dict, training: dict, null_class: int | None, batch: int) -> None:
        self.images, self.data, self.training, self.null_class, self.batch = images, data, training, null_class, batch
        self.order: tuple[int, torch.Tensor] | None = None

    def advance(self, at: Position) -> Position:
        """Where the batch at a position really begins: full batches only, the rest of an epoch is dropped."""
        over = at.index + self.batch > len(self.images.train)
        return Position(at.epoch + 1, 0) if over else at

    def read(self, at: Position, step: int, rows: range) -> tuple[torch.Tensor, dict]:
        """Rows of the batch at `at` (see `advance`): pixels float32 [n, C, H, W] in [-1, 1], and the extra inputs."""
        seed = self.training["seed"]
        if self.order is None or self.order[0] != at.epoch:
            self.order = at.epoch, torch.tensor(shuffle(self.images.train, seed, ORDER + at.epoch))
        first, count = at.index + rows.start, len(rows)
        numbers = self.order[1][first : first + count]
        pixels = self.images.pixels[numbers]
        flips = integers(seed, FLIP + at.epoch, first, count, 2).bool() if self.data["flip"] else None
        share = self.training["labelDropout"]
        drawn = uniform(seed, DROPOUT, step * self.batch + rows.start, count) if share > 0 else None
        dropped = None if drawn is None else drawn < share
        return self.augment(pixels, flips, at, first), self.images.extra(numbers, dropped, self.null_class)

    def augment(self, pixels: torch.Tensor, flips: torch.Tensor | None, at: Position, first: int) -> torch.Tensor:
        most = [self.data.get(name, 0) for name in ("rotate", "translate", "translate", "scale", "contrast")]
        if not any(most):
            mirrored = pixels if flips is None else torch.where(flips[:, None, None, None], pixels.flip(3), pixels)
            return mirrored.float() / 127.5 - 1
        draws = uniform(self.training["seed"], AUGMENT + at.epoch, 5 * first, 5 * len(pixels)).view(-1, 5)
        side = pixels.shape[3]
        angle, dx, dy, scale, contrast = ((2 * draws - 1) * torch.tensor(most, dtype=torch.float64)).unbind(1)
        moved = affine(pixels, angle, dx * side, dy * side, 1 + scale, flips)
        return adjust_contrast(moved, 1 + contrast) if most[4] > 0 else moved


def affine(pixels, angle, dx, dy, scale, flips) -> torch.Tensor:
    """Mirrors, turns (degrees, clockwise), scales and moves images about their centre, bilinear, in one resample. Beyond the
    border is the nearest pixel of the border. All but `pixels` are [n]."""
    n, channels, height, width = pixels.shape
    column = lambda values: values.view(n, 1, 1)
    turn = torch.deg2rad(angle)
    sign = torch.ones_like(angle) if flips is None else 1 - 2 * flips.double()
    u = torch.arange(width, dtype=torch.float64).view(1, 1, width) - (width - 1) / 2 - column(dx)
    v = torch.arange(height, dtype=torch.float64).view(1, height, 1) - (height - 1) / 2 - column(dy)
    cos, sin = column(torch.cos(turn) / scale), column(torch.sin(turn) / scale)
    x = (column(sign) * (cos * u + sin * v) + (width - 1) / 2).clamp(0, width - 1)
    y = (cos * v - sin * u + (height - 1) / 2).clamp(0, height - 1)
    left, top = x.long(), y.long()
    right, below = (left + 1).clamp(max=width - 1), (top + 1).clamp(max=height - 1)
    fx, fy = (x - left)[:, None], (y - top)[:, None]
    planes = pixels.double().flatten(2)
    at = lambda row, col: planes.gather(2, (row * width + col).flatten(1)[:, None].expand(-1, channels, -1)).view(
        n, channels, height, width
    )
    upper = at(top, left) + fx * (at(top, right) - at(top, left))
    lower = at(below, left) + fx * (at(below, right) - at(below, left))
    return ((upper + fy * (lower - upper)) / 127.5 - 1).float()


def adjust_contrast(values: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """About the mean luma, as torchvision's `adjust_contrast`; `factor` is [n]."""
    means = (values.double() + 1).mean((2, 3))  # [n, C]
    luma = torch.ones(1, dtype=torch.float64) if values.shape[1] == 1 else torch.tensor(LUMA, dtype=torch.float64)
    mean, factor = ((means * luma).sum(1).view(-1, 1, 1, 1), factor.view(-1, 1, 1, 1))
    return (factor * (values.double() + 1) + (1 - factor) * mean - 1).clamp(-1, 1).float()
