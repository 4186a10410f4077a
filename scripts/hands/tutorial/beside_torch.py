"""The tutorial's network in PyTorch, on the weights, images, noise and timesteps that draws.ts wrote; and the notebook's strip from
weights of ours, two rows of each model: with the statistics of the picture, as the notebook draws it, and with the running ones.

    python3 scripts/hands/tutorial/beside_torch.py losses <folder of draws> <losses.txt>
    python3 scripts/hands/tutorial/beside_torch.py strip <strip.png> <model folder with weights for Python>...

For comparison only. Made with Python 3.11, torch 2.13.0, safetensors 0.8.0.
"""

import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

sys.path.insert(0, str(Path(__file__).parents[2] / "golden"))
from simple_unet import SimpleUnet  # noqa: E402

T = 300
CHANNELS = [64, 128, 256, 512, 1024]
#: A row has every 30th step of the chain, as in the notebook.
EVERY, SEED = 30, 0

torch.set_num_threads(2)
betas = torch.linspace(0.0001, 0.02, T)
alpha_bar = torch.cumprod(1 - betas, 0)


def network(weights):
    model = SimpleUnet(CHANNELS, 32)
    missing, unexpected = model.load_state_dict(load_file(weights), strict=False)
    strange = unexpected + [name for name in missing if not name.endswith("num_batches_tracked")]
    if strange:
        raise SystemExit(f"{weights} does not hold the tutorial's network: {', '.join(strange)}")
    return model


def losses(folder, out):
    model = network(f"{folder}/weights.safetensors")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    draws = load_file(f"{folder}/draws.safetensors")
    with open(out, "w") as file:
        for images, noise, t in zip(draws["images"], draws["noise"], draws["timesteps"].long()):
            signal, spread = (a[t].sqrt()[:, None, None, None] for a in (alpha_bar, 1 - alpha_bar))
            loss = F.l1_loss(model(signal * images + spread * noise, t.float()), noise)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            print(loss.item(), file=file, flush=True)


@torch.no_grad()
def chain(model):
    """Pictures at every 30th step; like the notebook, the last is that of step 0."""
    torch.manual_seed(SEED)
    x = torch.randn(1, 1, 64, 64)
    pictures = []
    for i in reversed(range(T)):
        predicted = model(x, torch.tensor([float(i)]))
        mean = (x - betas[i] * predicted / (1 - alpha_bar[i]).sqrt()) / (1 - betas[i]).sqrt()
        if i > 0:
            variance = betas[i] * (1 - alpha_bar[i - 1]) / (1 - alpha_bar[i])
            mean = mean + variance.sqrt() * torch.randn_like(x)
        x = mean
        if i % EVERY == 0:
            pictures.append(x[0, 0])
    return torch.cat(pictures, 1)


def strip(out, *folders):
    rows = []
    for folder in folders:
        model = network(f"{folder}/unet/diffusion_pytorch_model.safetensors")
        rows.append(chain(model.eval()))  # first, since the other changes the running statistics
        rows.insert(-1, chain(model.train()))
    pixels = torch.nan_to_num((torch.cat(rows).clamp(-1, 1) + 1) * 127.5)
    Image.fromarray(pixels.round().numpy().astype(np.uint8)).save(out)


if __name__ == "__main__":
    {"losses": losses, "strip": strip}[sys.argv[1]](*sys.argv[2:])
