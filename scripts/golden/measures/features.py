"""Golden numbers of the feature networks of evaluations (evaluation/src/features), from PyTorch.

    npm run golden -- features     # writes test/golden/data/features/

Versions: Python 3.11, torch 2.13.0, onnx 1.23.2 (torch.onnx needs it).

networks.json  features and logits of the classifier, features, images and levels of the autoencoder, at several shapes:
               odd sides, gray and colour, patches of 1, 2 and 4. Weights and images are `wave` of model.py.
resize.json    pictures of `level` below through interpolate(mode="bilinear", antialias=True).
tiny.onnx      a file as users bring them: a small network of 3 channels and 16 x 16 pixels by torch.onnx, with
               BatchNorm, pooling, and two outputs, `pool` [N, 12, 1, 1] and `logits` [N, 5].
tiny.json      its pooled features for gray pictures of 10 x 10 with values from 0 to 1, resized and repeated by torch,
               with the colours of ImageNet taken out.
"""

import warnings

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from golden import DATA, write
from model import load_wave, packed, wave

OUT = DATA / "features"
OUT.mkdir(parents=True, exist_ok=True)
torch.set_num_threads(1)


class Encoder(nn.Module):
    def __init__(self, channels, height, width):
        super().__init__()
        longest = max(height, width)
        self.patch = 1 if longest <= 32 else 2 if longest <= 64 else 4
        unit = 4 * self.patch
        self.rows, self.columns = (-(-side // unit) * 4 for side in (height, width))
        self.shape = channels, height, width
        stem = 16 if self.patch == 1 else 32
        if self.patch == 1:
            self.conv1 = nn.Conv2d(channels, stem, 3, padding=1)
        else:
            self.conv1 = nn.Linear(channels * self.patch**2, stem)
        self.conv2 = nn.Conv2d(stem, 32, 3, stride=2, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, stride=2, padding=1)
        self.hidden = nn.Linear(4 * self.rows * self.columns, 64)

    def encode(self, x):
        _, height, width = self.shape
        x = F.pad(x, (0, self.columns * self.patch - width, 0, self.rows * self.patch - height))
        if self.patch == 1:
            x = self.conv1(x)
        else:
            x = self.conv1(F.pixel_unshuffle(x, self.patch).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        x = F.relu(self.conv3(F.relu(self.conv2(F.relu(x)))))
        return self.hidden(x.permute(0, 2, 3, 1).flatten(1))  # pixel after pixel, as tfjs has them


class Classifier(Encoder):
    def __init__(self, shape, classes):
        super().__init__(*shape)
        self.classes = nn.Linear(64, classes)

    def forward(self, x):
        features = F.silu(self.encode(x))
        return features, self.classes(features)


class Autoencoder(Encoder):
    def __init__(self, shape):
        super().__init__(*shape)
        self.spread = nn.Linear(64, 2 * self.rows * self.columns)
        self.up = nn.ConvTranspose2d(32, 32, 4, stride=2, padding=1)
        self.out = nn.Linear(32, shape[0] * (2 * self.patch) ** 2)
        self.level = nn.Linear(64, 1)

    def forward(self, x):
        features = self.encode(x)
        y = F.relu(self.spread(features)).reshape(-1, self.rows // 4, self.columns // 4, 32).permute(0, 3, 1, 2)
        y = self.out(F.relu(self.up(y)).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        _, height, width = self.shape
        return features, F.pixel_shuffle(y, 2 * self.patch)[:, :, :height, :width], self.level(features)


def networks():
    cases = []
    for shape in [(1, 8, 8), (3, 13, 10), (1, 28, 28), (1, 40, 37), (3, 72, 66)]:
        images = wave(900, (2, *shape), 1.0)
        classifier, autoencoder = Classifier(shape, 5), Autoencoder(shape)
        for model in (classifier, autoencoder):
            load_wave(model)
        with torch.no_grad():
            features, logits = classifier(images)
            codes, made, level = autoencoder(images)
        some = made[:, :, ::7, ::5].contiguous()  # for the file's size
        found = dict(features=features, logits=logits, codes=codes, made=some, level=level)
        cases.append(dict(shape=shape, **{name: packed(values) for name, values in found.items()}))
    return cases


def level(height, width, phase):
    """Bytes that are no wave of any resolution, so that aliasing shows."""
    y, x = np.mgrid[0:height, 0:width]
    return torch.from_numpy(((x * x + 3 * x * y + 7 * y * y + 11 * phase) % 256).astype(np.uint8))


def resized(picture, height, width):
    return F.interpolate(picture[None, None].float(), (height, width), mode="bilinear", antialias=True)[0, 0]


def resize():
    sizes = [(10, 10, 16, 16), (31, 17, 8, 8), (9, 12, 4, 29), (8, 8, 8, 8), (7, 5, 1, 1)]
    return [dict(size=size, values=packed(resized(level(*size[:2], 0), *size[2:]))) for size in sizes]


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        x = F.leaky_relu(self.norm1(self.conv1(x)))
        x = F.max_pool2d(F.gelu(self.conv2(x)), 2)
        pool = F.adaptive_avg_pool2d(x, 1)
        return pool, self.fc(pool.flatten(1))


def tiny():
    model = Tiny().eval()
    load_wave(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter says that it is older
        torch.onnx.export(
            model,
            torch.zeros(1, 3, 16, 16),
            OUT / "tiny.onnx",
            input_names=["input"],
            output_names=["pool", "logits"],
            dynamic_axes={name: {0: "batch"} for name in ("input", "pool", "logits")},
            opset_version=20,
            dynamo=False,
        )
    mean, std = (torch.tensor(v)[:, None, None] for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    pictures = torch.stack([(resized(level(10, 10, i), 16, 16).repeat(3, 1, 1) / 255 - mean) / std for i in range(3)])
    with torch.no_grad():
        pool, _ = model(pictures)
    return dict(size=10, count=3, features=packed(pool))


for name, values in dict(networks=networks(), resize=resize(), tiny=tiny()).items():
    write(f"features/{name}.json", values, separators=None)
