"""The tutorial's network in PyTorch, for golden numbers and benchmarks."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Sinusoidal(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, time):
        half = self.dim // 2
        frequencies = torch.exp(torch.arange(half) * -(math.log(10000) / (half - 1)))
        angles = time[:, None] * frequencies[None]
        return torch.cat((angles.sin(), angles.cos()), -1)


class Block(nn.Module):
    def __init__(self, inputs, outputs, time, up=False):
        super().__init__()
        self.time_mlp = nn.Linear(time, outputs)
        self.conv1 = nn.Conv2d(2 * inputs if up else inputs, outputs, 3, padding=1)
        self.transform = nn.ConvTranspose2d(outputs, outputs, 4, 2, 1) if up else nn.Conv2d(outputs, outputs, 4, 2, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.bnorm1 = nn.BatchNorm2d(outputs)
        self.bnorm2 = nn.BatchNorm2d(outputs)

    def forward(self, x, t):
        h = self.bnorm1(F.relu(self.conv1(x)))
        h = h + F.relu(self.time_mlp(t))[..., None, None]
        return self.transform(self.bnorm2(F.relu(self.conv2(h))))


class SimpleUnet(nn.Module):
    def __init__(self, channels, time, image=1):
        super().__init__()
        self.time_mlp = nn.Sequential(Sinusoidal(time), nn.Linear(time, time), nn.ReLU())
        self.conv0 = nn.Conv2d(image, channels[0], 3, padding=1)
        up = channels[::-1]
        pairs = range(len(channels) - 1)
        self.downs = nn.ModuleList([Block(channels[i], channels[i + 1], time) for i in pairs])
        self.ups = nn.ModuleList([Block(up[i], up[i + 1], time, True) for i in pairs])
        self.output = nn.Conv2d(up[-1], image, 1)

    def forward(self, x, timestep):
        t = self.time_mlp(timestep)
        x = self.conv0(x)
        skips = []
        for down in self.downs:
            x = down(x, t)
            skips.append(x)
        for up in self.ups:
            x = up(torch.cat((x, skips.pop()), 1), t)
        return self.output(x)
