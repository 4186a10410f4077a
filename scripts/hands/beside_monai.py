"""MONAI's two-dimensional DDPM tutorial on a folder of hands, for so many minutes on two cores: its network, its scheduler, its
optimizer and its augmentation, without a GPU. Then pictures, by its own DDIM sampler. For comparison only.

    python3 scripts/hands/beside_monai.py <folder of hands> <held-out names, a line each> <out> [minutes] [pictures] [steps]

Writes <out>/losses.txt, <out>/unet.pt and <out>/pictures/*.png. Made with Python 3.11, torch 2.13.0, MONAI 1.6.1, einops 0.8.2.
"""

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

folder, held, out = sys.argv[1:4]
minutes, count, steps = (float(value) for value in (sys.argv[4:] + ["30", "1000", "50"])[:3])
torch.set_num_threads(2)
set_determinism(0)
out = Path(out)
(out / "pictures").mkdir(parents=True, exist_ok=True)

hidden = set(Path(held).read_text().split())
files = sorted(path for path in Path(folder).rglob("*.jpeg") if path.name not in hidden)
angle = np.pi / 36
transform = transforms.Compose(
    [
        transforms.LoadImaged(keys=["image"]),
        transforms.EnsureChannelFirstd(keys=["image"]),
        transforms.ScaleIntensityRanged(keys=["image"], a_min=0.0, a_max=255.0, b_min=0.0, b_max=1.0, clip=True),
        transforms.RandAffined(
            keys=["image"],
            rotate_range=[(-angle, angle), (-angle, angle)],
            translate_range=[(-1, 1), (-1, 1)],
            scale_range=[(-0.05, 0.05), (-0.05, 0.05)],
            spatial_size=[64, 64],
            padding_mode="zeros",
            prob=0.5,
        ),
    ]
)
data = CacheDataset(data=[{"image": str(path)} for path in files], transform=transform, progress=False)
loader = DataLoader(data, batch_size=128, shuffle=True)

model = DiffusionModelUNet(
    spatial_dims=2,
    in_channels=1,
    out_channels=1,
    channels=(128, 256, 256),
    attention_levels=(False, True, True),
    num_res_blocks=1,
    num_head_channels=256,
)
parameters = sum(parameter.numel() for parameter in model.parameters())
print(f"{len(files)} images, {parameters:,} parameters", flush=True)
scheduler = DDPMScheduler(num_train_timesteps=1000)
optimizer = torch.optim.Adam(model.parameters(), lr=2.5e-5)
inferer = DiffusionInferer(scheduler)

began, done = time.monotonic(), 0
with open(out / "losses.txt", "w") as losses:
    while time.monotonic() - began < 60 * minutes:
        for batch in loader:
            images = batch["image"].as_tensor()
            noise = torch.randn_like(images)
            timesteps = torch.randint(0, 1000, (len(images),))
            optimizer.zero_grad(set_to_none=True)
            loss = F.mse_loss(inferer(inputs=images, diffusion_model=model, noise=noise, timesteps=timesteps), noise)
            loss.backward()
            optimizer.step()
            done += 1
            print(done, f"{time.monotonic() - began:.1f}", loss.item(), file=losses, flush=True)
            if time.monotonic() - began >= 60 * minutes:
                break
print(f"{done} updates of 128 images", flush=True)
torch.save(model.state_dict(), out / "unet.pt")

model.eval()
sampler = DDIMScheduler(num_train_timesteps=1000)
sampler.set_timesteps(int(steps))
began = time.monotonic()
for first in range(0, int(count), 20):
    noise = torch.randn(min(20, int(count) - first), 1, 64, 64)
    with torch.no_grad():
        pictures = inferer.sample(noise, model, sampler, verbose=False)
    for i, picture in enumerate(pictures[:, 0].clamp(0, 1)):
        Image.fromarray((picture * 255).round().byte().numpy()).save(out / "pictures" / f"{first + i:04}.png")
print(f"{(time.monotonic() - began) / count:.2f} seconds a picture", flush=True)
