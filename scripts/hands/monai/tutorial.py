"""MONAI's two-dimensional DDPM tutorial on a folder of hands, without a GPU: its network, its scheduler, its optimizer and its
augmentation; then pictures by its own DDIM sampler. As there, precision is mixed: float16 on a GPU, bfloat16 on a processor, which
needs no scaled loss. It uses as many threads as it may use cores. For comparison only.

    python3 scripts/hands/monai/tutorial.py train <folder of hands> <file of held-out names, a line each> <out> <minutes>
    python3 scripts/hands/monai/tutorial.py sample <out> <first seed> <pictures> <steps>

Writes <out>/losses.txt, <out>/unet.pt and <out>/pictures/*.png. Made with Python 3.11, torch 2.13.0, MONAI 1.6.1, einops 0.8.2.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from monai import transforms
from monai.data import CacheDataset, DataLoader
from monai.inferers import DiffusionInferer
from monai.networks.nets import DiffusionModelUNet
from monai.networks.schedulers import DDIMScheduler, DDPMScheduler
from monai.utils import set_determinism
from PIL import Image

BATCH = 128
#: Pictures drawn at a time.
AT_ONCE = 10
#: Of the tutorial's rotation, in radians.
ANGLE = np.pi / 36

mixed = torch.autocast("cpu", dtype=torch.bfloat16)
torch.set_num_threads(len(os.sched_getaffinity(0)))
model = DiffusionModelUNet(
    spatial_dims=2,
    in_channels=1,
    out_channels=1,
    channels=(128, 256, 256),
    attention_levels=(False, True, True),
    num_res_blocks=1,
    num_head_channels=256,
)


def batches(folder, held):
    hidden = set(Path(held).read_text().split())
    files = sorted(Path(folder).rglob("*.jpeg"))
    unknown = hidden - {path.name for path in files}
    if unknown:
        raise SystemExit(f"{folder} must have every held-out image, and has no {min(unknown)}.")
    files = [path for path in files if path.name not in hidden]
    transform = transforms.Compose(
        [
            transforms.LoadImaged(keys=["image"]),
            transforms.EnsureChannelFirstd(keys=["image"]),
            transforms.ScaleIntensityRanged(keys=["image"], a_min=0.0, a_max=255.0, b_min=0.0, b_max=1.0, clip=True),
            transforms.RandAffined(
                keys=["image"],
                rotate_range=[(-ANGLE, ANGLE), (-ANGLE, ANGLE)],
                translate_range=[(-1, 1), (-1, 1)],
                scale_range=[(-0.05, 0.05), (-0.05, 0.05)],
                spatial_size=[64, 64],
                padding_mode="zeros",
                prob=0.5,
            ),
        ]
    )
    data = CacheDataset(data=[{"image": str(path)} for path in files], transform=transform, progress=False)
    print(f"{len(files)} images, {sum(parameter.numel() for parameter in model.parameters()):,} parameters", flush=True)
    while True:
        yield from DataLoader(data, batch_size=BATCH, shuffle=True)


def train(folder, held, out, minutes):
    set_determinism(0)
    Path(out).mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=2.5e-5)
    inferer = DiffusionInferer(DDPMScheduler(num_train_timesteps=1000))
    data = batches(folder, held)
    following = next(data)
    done = 0
    began = time.monotonic()
    with open(f"{out}/losses.txt", "w") as losses:
        while time.monotonic() - began < 60 * float(minutes):
            images = following["image"].as_tensor()
            noise = torch.randn_like(images)
            timesteps = torch.randint(0, 1000, (len(images),))
            optimizer.zero_grad(set_to_none=True)
            with mixed:
                guess = inferer(inputs=images, diffusion_model=model, noise=noise, timesteps=timesteps)
            loss = F.mse_loss(guess.float(), noise)
            loss.backward()
            optimizer.step()
            done += 1
            print(done, f"{time.monotonic() - began:.1f}", loss.item(), file=losses, flush=True)
            following = next(data)
    print(f"{done} updates of {BATCH} images", flush=True)
    torch.save(model.state_dict(), f"{out}/unet.pt")


@torch.no_grad()
def sample(out, seed, count, steps):
    folder = Path(out) / "pictures"
    folder.mkdir(exist_ok=True)
    model.load_state_dict(torch.load(f"{out}/unet.pt"))
    model.eval()
    sampler = DDIMScheduler(num_train_timesteps=1000)
    sampler.set_timesteps(int(steps))
    inferer = DiffusionInferer(sampler)
    first, end = int(seed), int(seed) + int(count)
    began = time.monotonic()
    for start in range(first, end, AT_ONCE):
        seeds = range(start, min(start + AT_ONCE, end))
        noise = torch.stack([torch.randn(1, 64, 64, generator=torch.Generator().manual_seed(one)) for one in seeds])
        with mixed:
            pictures = inferer.sample(noise, model, sampler, verbose=False).float()
        for one, picture in zip(seeds, pictures[:, 0].clamp(0, 1)):
            Image.fromarray((picture * 255).round().byte().numpy()).save(folder / f"{one:04}.png")
    print(f"{(time.monotonic() - began) / int(count):.2f} seconds a picture", flush=True)


if __name__ == "__main__":
    {"train": train, "sample": sample}[sys.argv[1]](*sys.argv[2:])
