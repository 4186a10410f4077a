"""The tutorial's network in PyTorch, for golden numbers and benchmarks; with our options, which are off by default."""

import math

import torch
import torch.nn.functional as F
from torch import nn

ACTIVATIONS = dict(relu=F.relu, silu=F.silu, gelu=F.gelu, mish=F.mish)


class Sinusoidal(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, time):
        half = self.dim // 2
        frequencies = torch.exp(torch.arange(half) * -(math.log(10000) / (half - 1)))
        angles = time[:, None] * frequencies[None]
        return torch.cat((angles.sin(), angles.cos()), -1)


class Attention(nn.Module):
    """One head over the pixels, with the names of diffusers' class; the residual connection is part of it."""

    def __init__(self, channels, groups):
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels)
        self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels) for _ in range(3))
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def forward(self, x):
        pixels = self.group_norm(x).flatten(2).transpose(1, 2)  # [N, HW, C]
        mixed = F.scaled_dot_product_attention(self.to_q(pixels), self.to_k(pixels), self.to_v(pixels))
        return x + self.to_out(mixed).transpose(1, 2).reshape(x.shape)


class Block(nn.Module):
    def __init__(self, inputs, outputs, time, up=False, act="relu", norm="batch", groups=32, residual=False, attention=False, dropout=0.0):
        super().__init__()
        inputs = 2 * inputs if up else inputs
        self.act, self.norm, self.residual = ACTIVATIONS[act], norm, residual
        self.time_mlp = nn.Linear(time, outputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.transform = nn.ConvTranspose2d(outputs, outputs, 4, 2, 1) if up else nn.Conv2d(outputs, outputs, 4, 2, 1)
        self.dropout = nn.Dropout(dropout)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        if norm == "batch":
            self.bnorm1, self.bnorm2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        else:
            self.gnorm1, self.gnorm2 = nn.GroupNorm(groups, outputs), nn.GroupNorm(groups, outputs)
        if residual:
            self.conv_shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)
        self.attention = Attention(outputs, groups) if attention else nn.Identity()

    def forward(self, x, t):
        norm1, norm2 = (self.bnorm1, self.bnorm2) if self.norm == "batch" else (self.gnorm1, self.gnorm2)
        h = norm1(self.act(self.conv1(x)))
        h = h + self.act(self.time_mlp(t))[..., None, None]
        h = norm2(self.act(self.conv2(self.dropout(h))))
        if self.residual:
            h = h + self.conv_shortcut(x)
        return self.attention(self.transform(h))


class SimpleUnet(nn.Module):
    def __init__(self, channels, time, image=1, attention=(), **options):
        """`attention` has levels: level k has width channels[k], 0 is the outermost. `options` are those of Block."""
        super().__init__()
        act = dict(relu=nn.ReLU, silu=nn.SiLU, gelu=nn.GELU, mish=nn.Mish)[options.get("act", "relu")]
        self.time_mlp = nn.Sequential(Sinusoidal(time), nn.Linear(time, time), act())
        self.conv0 = nn.Conv2d(image, channels[0], 3, padding=1)
        levels = range(1, len(channels))
        block = lambda a, b, up: Block(channels[a], channels[b], time, up, attention=b in attention, **options)
        self.downs = nn.ModuleList([block(i - 1, i, False) for i in levels])
        self.ups = nn.ModuleList([block(i, i - 1, True) for i in reversed(levels)])
        self.output = nn.Conv2d(channels[0], image, 1)

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
