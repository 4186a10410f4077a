"""Latents and pictures of an autoencoder's folder, by the lines of its card: python autoencoder.py <folder> <card's lines>"""

import json
import math
import sys

import torch

folder, lines = sys.argv[1:]
scope = {}
exec(lines.replace("<this folder>", folder), scope)  # noqa: S102
vae = scope["vae"]


def wave(shape, frequency):
    count = math.prod(shape)
    return torch.sin(frequency * torch.arange(count, dtype=torch.float64)).float().reshape(shape)


config = vae.config
size = config.sample_size
height, width = (size, size) if isinstance(size, int) else size
with torch.no_grad():
    latents = vae.encode(wave((2, config.in_channels, height, width), 0.7)).latent_dist
    pictures = vae.decode(wave(latents.mean.shape, 0.3)).sample
print(
    json.dumps(
        dict(
            mean=latents.mean.flatten().tolist(),
            logVariance=latents.logvar.flatten().tolist(),
            pictures=pictures.flatten().tolist(),
            scale=[config.scaling_factor, config.shift_factor],
        )
    )
)
