"""MONAI's two-dimensional DiffusionModelUNet at tiny sizes, to be read as diffusers' UNet2DModel: its arguments, the
names and shapes of its state dict, and its output. Weights come from `wave`, in the order of the state dict.

    python3 scripts/golden/monai_unet.py        # writes test/golden/data/checkpoints/monai.json

Made with Python 3.11, torch 2.13.0, MONAI 1.6.1, einops 0.8.2.
"""

import torch
from golden import write
from model import load_wave, packed, shapes_of, wave
from monai.networks.nets import DiffusionModelUNet

CASES = {
    "attention at one level, two residual blocks, RGB": dict(
        spatial_dims=2, in_channels=3, out_channels=3, num_res_blocks=[2, 2], channels=[4, 8],
        attention_levels=[False, True], norm_num_groups=2, num_head_channels=[0, 4],
    ),
    "residual resampling, one matrix of queries, keys and values, classes": dict(
        spatial_dims=2, in_channels=1, out_channels=1, num_res_blocks=1, channels=[4, 8, 8],
        attention_levels=[False, True, False], norm_num_groups=2, num_head_channels=4, resblock_updown=True,
        num_class_embeds=5, use_combined_linear=True,
    ),
}


def case(arguments):
    model = DiffusionModelUNet(**arguments).eval()
    load_wave(model)
    size, timesteps, labels = 8, [3, 61], [4, 1]
    classes = dict(class_labels=torch.tensor(labels)) if "num_class_embeds" in arguments else {}
    with torch.no_grad():
        output = model(wave(900, (2, arguments["in_channels"], size, size), 1.2), torch.tensor(timesteps), **classes)
    labels = labels if classes else None
    return dict(arguments=arguments, size=size, timesteps=timesteps, labels=labels, parameters=shapes_of(model), output=packed(output))


if __name__ == "__main__":
    cases = {name: case(arguments) for name, arguments in CASES.items()}
    write("checkpoints/monai.json", cases)
