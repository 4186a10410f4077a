"""Saves an AutoencoderKL of diffusers with random weights, and prints what it makes: python save_autoencoder.py <folder> <config>"""

import json
import math
import sys

import torch
from diffusers import AutoencoderKL

folder, config = sys.argv[1:]
torch.manual_seed(0)
vae = AutoencoderKL(**json.loads(config)).eval()
vae.save_pretrained(folder)
side, channels = vae.config.sample_size, vae.config.in_channels
images = torch.sin(0.7 * torch.arange(channels * side**2, dtype=torch.float64)).float().reshape(1, channels, side, side)
with torch.no_grad():
    latents = vae.encode(images).latent_dist.mean
    pictures = vae.decode(latents).sample
assert math.isfinite(pictures.sum())
print(json.dumps(dict(mean=latents.flatten().tolist(), pictures=pictures.flatten().tolist())))
