"""A small autoencoder of gray pictures, a quarter of their side and four channels, for a comparison of latents with pixels: see
compare.ts. Residual blocks as in Rombach et al. (arXiv 2112.10752), after every 2 x 2 pixels became four channels; L1, the L1 of
differences between neighbours, and a light KL.

    python autoencoder.py train <out> <folder of pictures> <held-out folder> [minutes]
    python autoencoder.py encode <out> <folder of pictures> <folder for latents>
    python autoencoder.py decode <out> <latents.npy> <folder for pictures>    1.png and so on

Latents are RGBA pictures of 8 bits, from 4 deviations of a channel below its mean to 4 above, so rounded to within 1.6 % of a
deviation. `<out>` has autoencoder.pt with the weights and these figures.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

LATENTS, WIDTHS, BATCH, RATE, KL, SPREAD = 4, (32, 64), 16, 1e-3, 1e-4, 4.0


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(8, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1),
            nn.GroupNorm(8, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1),
        )  # fmt: skip

    def forward(self, x):
        return x + self.body(x)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        fine, coarse = WIDTHS
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(2), nn.Conv2d(4, fine, 3, padding=1), Block(fine),
            nn.Conv2d(fine, coarse, 3, stride=2, padding=1), Block(coarse), Block(coarse),
            nn.GroupNorm(8, coarse), nn.SiLU(), nn.Conv2d(coarse, 2 * LATENTS, 3, padding=1),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Conv2d(LATENTS, coarse, 3, padding=1), Block(coarse), Block(coarse),
            nn.Conv2d(coarse, 4 * fine, 3, padding=1), nn.PixelShuffle(2), Block(fine), Block(fine),
            nn.GroupNorm(8, fine), nn.SiLU(), nn.Conv2d(fine, 4, 3, padding=1), nn.PixelShuffle(2),
        )  # fmt: skip

    def encode(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        return mean, log_variance.clamp(-30, 20)


def read(folder):
    """[N, 1, H, W] bytes, in the order of the names."""
    paths = sorted(Path(folder).glob("*.png"))
    return paths, torch.from_numpy(np.stack([np.asarray(Image.open(path).convert("L")) for path in paths])[:, None])


def floats(pictures):
    return (pictures.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def slopes(x):
    return x.diff(dim=2), x.diff(dim=3)


def train(out, folder, held_out, minutes):
    torch.manual_seed(0)
    (_, pictures), (_, held) = read(folder), read(held_out)
    net = Autoencoder().to(memory_format=torch.channels_last)
    print(f"{len(pictures)} pictures, {sum(p.numel() for p in net.parameters()):,} parameters", flush=True)
    optimizer = torch.optim.AdamW(net.parameters(), RATE, betas=(0.9, 0.99), weight_decay=0)
    began, step = time.monotonic(), 0
    while (passed := (time.monotonic() - began) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 50) * (1 - passed)
        x = floats(pictures[torch.randint(len(pictures), (BATCH,))])
        mean, log_variance = net.encode(x)
        y = net.decoder(mean + torch.randn_like(mean) * (log_variance / 2).exp())
        edges = sum(F.l1_loss(a, b) for a, b in zip(slopes(y), slopes(x)))
        kl = (mean.square() + log_variance.exp() - 1 - log_variance).mean() / 2
        loss = F.l1_loss(y, x) + edges + KL * kl
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
        optimizer.step()
        step += 1
        if step % 100 == 0:
            print(f"step {step}, {100 * passed:.0f} %, loss {loss.item():.4f}, KL {kl.item():.2f}", flush=True)
    net.eval()
    latents = encoded(net, pictures[:2000])
    centre, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    print("latents' means", centre.tolist(), "deviations", deviation.tolist())
    once = torch.cat([decoded(net, unrounded(rounded(encoded(net, part), centre, deviation), centre, deviation)) for part in held.split(500)])
    errors = ((once.float() - held.float()) / 255).square().mean((1, 2, 3))
    kept = sum(s.float().abs().sum() for s in slopes(once.float())) / sum(s.float().abs().sum() for s in slopes(held.float()))
    print(f"{step} steps; {len(held)} held out: PSNR {(-10 * errors.log10()).mean():.2f} dB, slopes {kept:.3f} of theirs", flush=True)
    Path(out).mkdir(parents=True, exist_ok=True)
    torch.save({"weights": net.state_dict(), "centre": centre, "deviation": deviation}, Path(out) / "autoencoder.pt")


@torch.no_grad()
def encoded(net, pictures):
    return torch.cat([net.encode(floats(part))[0] for part in pictures.split(50)])


@torch.no_grad()
def decoded(net, latents):
    """Bytes."""
    parts = [net.decoder(part.contiguous(memory_format=torch.channels_last)) for part in latents.split(50)]
    return torch.cat(parts).mul(127.5).add(127.5).round().clamp(0, 255).byte()


def rounded(latents, centre, deviation):
    units = (latents - centre.view(-1, 1, 1)) / (SPREAD * deviation.view(-1, 1, 1))
    return (units * 127.5 + 127.5).round().clamp(0, 255).byte()


def unrounded(levels, centre, deviation):
    return (levels.float() / 127.5 - 1) * SPREAD * deviation.view(-1, 1, 1) + centre.view(-1, 1, 1)


def load(out):
    kept = torch.load(Path(out) / "autoencoder.pt")
    net = Autoencoder().to(memory_format=torch.channels_last)
    net.load_state_dict(kept["weights"])
    return net.eval(), kept["centre"], kept["deviation"]


def encode(out, folder, latents):
    net, *figures = load(out)
    paths, pictures = read(folder)
    Path(latents).mkdir(parents=True, exist_ok=True)
    for path, levels in zip(paths, rounded(encoded(net, pictures), *figures)):
        Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy(), "RGBA").save(Path(latents) / path.name)


def decode(out, latents, folder):
    net, *figures = load(out)
    levels = torch.from_numpy(np.load(latents)).permute(0, 3, 1, 2)
    Path(folder).mkdir(parents=True, exist_ok=True)
    for i, picture in enumerate(decoded(net, unrounded(levels, *figures))[:, 0]):
        Image.fromarray(picture.numpy()).save(Path(folder) / f"{i + 1}.png")


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    torch.set_num_threads(2)
    if what == "train":
        train(*arguments[:3], float(arguments[3]) if len(arguments) > 3 else 20)
    else:
        {"encode": encode, "decode": decode}[what](*arguments)
