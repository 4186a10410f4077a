"""Golden loss and gradients of a step of flow matching: diffusers' UNet2DModel and FlowMatchEulerDiscreteScheduler.

    python3 scripts/golden/flow_step.py        # writes test/golden/data/train/flow-step.json

As examples/dreambooth/train_dreambooth_lora_sd3.py has it: sigma and timestep of an index are the scheduler's tables
(which fall), noisy = (1 - sigma) x0 + sigma noise, target = noise - x0, and the mean square. Weights and inputs are made from
`wave`, as in model.py. Made with Python 3.11, torch 2.13.0, diffusers 0.42.1.
"""

import base64
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import FlowMatchEulerDiscreteScheduler, UNet2DModel
from model import load_wave, wave

OUT = Path(__file__).resolve().parents[2] / "test/golden/data/train/flow-step.json"
T, TIMESTEPS = 50, [0, 11, 30, 49]
CONFIG = dict(
    sample_size=8,
    in_channels=1,
    out_channels=1,
    block_out_channels=[4, 8],
    down_block_types=["DownBlock2D", "AttnDownBlock2D"],
    up_block_types=["AttnUpBlock2D", "UpBlock2D"],
    layers_per_block=1,
    norm_num_groups=2,
    attention_head_dim=4,
)


def case(shift):
    model = UNet2DModel(**CONFIG)
    load_wave(model)
    model.train()
    scheduler = FlowMatchEulerDiscreteScheduler(T, shift=shift)
    rising = T - 1 - torch.tensor(TIMESTEPS)
    sigmas, timesteps = scheduler.sigmas[rising], scheduler.timesteps[rising]
    shape = (len(TIMESTEPS), 1, 8, 8)
    images, noise = wave(900, shape, 0.9), wave(901, shape, 1.4)
    sigma = sigmas[:, None, None, None]
    output = model((1 - sigma) * images + sigma * noise, timesteps).sample
    loss = F.mse_loss(output, noise - images)
    loss.backward()
    pack = lambda tensor: base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()
    gradients = {name: pack(p.grad) for name, p in model.named_parameters()}
    return dict(shift=shift, told=timesteps.tolist(), loss=loss.item(), gradients=gradients)


def main():
    config = dict(_class_name="UNet2DModel", num_train_timesteps=T, **CONFIG)
    golden = dict(config=config, timesteps=TIMESTEPS, cases=[case(1.0), case(3.0)])
    OUT.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
