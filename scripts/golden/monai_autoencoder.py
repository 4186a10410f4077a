"""MONAI's two-dimensional AutoencoderKL at tiny sizes, to be read as the one here: its arguments, the names and shapes of its state
dict, the distributions of latents, and pictures of given latents. Weights come from `wave`, in the order of the state dict. And the
names and shapes of tutorials' at full width.

    python3 scripts/golden/monai_autoencoder.py        # writes test/golden/data/checkpoints/monai-autoencoder.json

Made with Python 3.11, torch 2.13.0, MONAI 1.6.1, einops 0.8.2.
"""

import torch
from golden import write
from model import load_wave, packed, shapes_of, wave
from monai.networks.nets import AutoencoderKL

# Where they can be read, and their arguments.
TUTORIALS = {
    "Project-MONAI/tutorials, generation/2d_ldm/config/config_train_32g.json": dict(
        spatial_dims=2, in_channels=1, out_channels=1, channels=[64, 128, 256], latent_channels=1, num_res_blocks=2,
        norm_num_groups=32, norm_eps=1e-6, attention_levels=[False, False, False], with_encoder_nonlocal_attn=True,
        with_decoder_nonlocal_attn=True,
    ),
    "Project-MONAI/tutorials, generation/2d_ldm/2d_ldm_tutorial.ipynb": dict(
        spatial_dims=2, in_channels=1, out_channels=1, channels=[128, 128, 256], latent_channels=3, num_res_blocks=2,
        attention_levels=[False, False, False], with_encoder_nonlocal_attn=False, with_decoder_nonlocal_attn=False,
    ),
}  # fmt: skip
NARROW = dict(channels=[4, 4, 8], norm_num_groups=2)
SECOND = list(TUTORIALS.values())[1] | NARROW

CASES = {
    "no middle": SECOND,
    "a middle with attention": list(TUTORIALS.values())[0] | dict(channels=[2, 4, 8], norm_num_groups=2),
    "attention at a level and in the encoder's middle, one matrix of queries, keys and values, RGB": dict(
        spatial_dims=2, in_channels=3, out_channels=3, channels=[4, 8], latent_channels=4, num_res_blocks=[1, 1],
        attention_levels=[False, True], norm_num_groups=4, with_encoder_nonlocal_attn=True, with_decoder_nonlocal_attn=False,
        use_combined_linear=True,
    ),
}  # fmt: skip


def case(arguments):
    model = AutoencoderKL(**arguments).eval()
    load_wave(model)
    size = 16
    with torch.no_grad():
        mean, sigma = model.encode(wave(900, (2, arguments["in_channels"], size, size), 0.9))
        decoded = model.decode(wave(902, mean.shape, 1.1))
    return dict(
        arguments=arguments, size=size, parameters=shapes_of(model), mean=packed(mean), logVariance=packed(2 * sigma.log()),
        decoded=packed(decoded),
    )  # fmt: skip


if __name__ == "__main__":
    with torch.device("meta"):
        tutorials = {name: dict(arguments=given, parameters=shapes_of(AutoencoderKL(**given))) for name, given in TUTORIALS.items()}
    found = dict(cases={name: case(arguments) for name, arguments in CASES.items()}, tutorials=tutorials)
    write("checkpoints/monai-autoencoder.json", found)
