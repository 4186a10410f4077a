"""Golden numbers of the feature loss: small networks as torch.onnx.export writes them, their features, the distance of two pictures in
them (Zhang et al. 2018, without learnt weights) and its gradient with respect to one of them.

    python3 scripts/golden/autoencoders/perceptual.py        # writes test/golden/data/perceptual/

Weights and pictures are made from `wave`, as in model.py. Made with Python 3.11, torch 2.13.0, onnx 1.23.2.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).parents[1]))
from model import load_wave, packed, wave  # noqa: E402

OUT = Path(__file__).parents[3] / "test/golden/data/perceptual"
EPSILON = 1e-8


class Stages(nn.Module):
    """Convolutions and ReLUs between pools, and a head: as VGG is."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1), nn.ReLU())
        self.second = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding=1), nn.ReLU())
        self.third = nn.Sequential(nn.AvgPool2d(3, 2, ceil_mode=True), nn.Conv2d(6, 8, 3, padding=1), nn.Tanh())
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(8 * 4 * 4, 5), nn.Softmax(1))

    def layers(self, x):
        first = self.first(x)
        second = self.second(first)
        return [first, second, self.third(second)]

    def forward(self, x):
        return self.head(self.layers(x)[-1])


class Blocks(nn.Module):
    """Groups, dilation, strides and pads of two numbers, normalisation, a residual, a gate and a concatenation."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 6, (5, 3), stride=(2, 1), padding=(2, 1))
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.norm1 = nn.BatchNorm2d(6)
        self.grouped = nn.Conv2d(6, 6, 3, padding=2, dilation=2, groups=3)
        self.deep = nn.Conv2d(6, 12, 3, padding=1, groups=6, bias=False)
        self.narrow = nn.Conv2d(12, 6, 1)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(6, 3, 1), nn.SiLU(), nn.Conv2d(3, 6, 1), nn.Sigmoid())
        self.mean = nn.AvgPool2d(3, 2, 1, count_include_pad=False)
        self.down = nn.Conv2d(6, 6, 3, stride=2, padding=1)
        self.slope = nn.PReLU(12)
        self.end = nn.Linear(12, 3)

    def layers(self, x):
        first = F.leaky_relu(self.stem(F.pad(x, (1, 0, 0, 2))), 0.2)
        second = self.pool(first)
        inner = F.relu6(self.grouped(self.norm1(second)))
        inner = self.narrow(F.hardswish(self.deep(inner)))
        second = second + inner * self.gate(inner) - 0.25
        third = self.slope(torch.cat([self.mean(second), self.down(second)], 1))
        return [first, second, third]

    def forward(self, x):
        return self.end(self.layers(x)[-1].mean([2, 3]))


# Network, what it takes, sides of the pictures, their channels, what black and white are.
CASES = {
    "stages": (Stages, (1, 3, 18, 18), dict(input_names=["picture"]), (2, 1, 18, 18), "imagenet"),
    "blocks": (
        Blocks,
        (2, 1, 20, 14),
        dict(input_names=["x"], dynamic_axes={"x": {0: "n", 2: "h", 3: "w"}}),
        (2, 1, 20, 14),
        "0,1",
    ),
}
MEAN, DEVIATION = [torch.tensor(v).reshape(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]


def unit(layer):
    return layer / (layer.square().sum(1, keepdim=True) + EPSILON).sqrt()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    golden = {}
    for name, (network, sides, options, shape, levels) in CASES.items():
        model = network()
        load_wave(model)
        model.eval()
        torch.onnx.export(model, torch.rand(sides), OUT / f"{name}.onnx", dynamo=False, **options)

        def features(x):
            x = ((x + 1) / 2).repeat(1, sides[1] // shape[1], 1, 1)
            return model.layers((x - MEAN) / DEVIATION if levels == "imagenet" else x)

        pictures = wave(900, shape, 0.9).requires_grad_()
        images = wave(901, shape, 0.8)
        made, wanted = features(pictures), features(images)
        loss = sum((unit(a) - unit(b)).square().sum(1).mean() for a, b in zip(made, wanted)) / len(made)
        loss.backward()
        golden[name] = dict(
            range=levels,
            shape=shape,
            layers=[dict(shape=list(layer.shape[1:]), values=packed(layer)) for layer in made],
            loss=loss.item(),
            gradient=packed(pictures.grad),
        )
    (OUT / "perceptual.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
