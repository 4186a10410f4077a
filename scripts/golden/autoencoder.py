"""Golden numbers of `AutoencoderKL`, by diffusers, at tiny sizes: the distribution of the latents, pictures of given latents, and the
loss of a training step with every gradient, from given noise: L1, the L1 of differences between neighbours, and the KL divergence
from a standard normal, a mean over the latents' values. And those of `VQModel`: latents and pictures, and the names and
shapes of a well-known one.

    python3 scripts/golden/autoencoder.py        # writes test/golden/data/model/{autoencoder,fixed-latents}.json
                                                # and test/golden/data/checkpoints/known-autoencoders.json

Weights and inputs are not stored: see model.py. Made with Python 3.11, torch 2.13.0, diffusers 0.42.1.
"""

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, VQModel
from golden import write
from model import load_wave, packed, shapes_of, wave
from modeling_extended_autoencoder_kl import AutoencoderKL as ExtendedAutoencoder


EDGES, KL = 0.5, 0.01

DOWN, UP = "DownEncoderBlock2D", "UpDecoderBlock2D"
CASES = {
    "gray, two levels, attention in the middle": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8], down_block_types=[DOWN] * 2,
        up_block_types=[UP] * 2, layers_per_block=1, latent_channels=3, norm_num_groups=2,
    ),
    "RGB rectangles, three levels, two layers, no 1 x 1 convolutions, no attention": dict(
        sample_size=[8, 12], in_channels=3, out_channels=3, block_out_channels=[4, 4, 8], down_block_types=[DOWN] * 3,
        up_block_types=[UP] * 3, layers_per_block=2, latent_channels=4, norm_num_groups=2, use_quant_conv=False,
        use_post_quant_conv=False, mid_block_add_attention=False,
    ),
    "attention at a level, SiLU by another name": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8],
        down_block_types=[DOWN, "AttnDownEncoderBlock2D"], up_block_types=["AttnUpDecoderBlock2D", UP],
        layers_per_block=1, latent_channels=2, norm_num_groups=2, act_fn="swish",
    ),
}  # fmt: skip


# diffusers' class, cut as the file of a model folder cuts it.
CUT = {
    "fewer layers in the decoder, no middle in it": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8], down_block_types=[DOWN, "AttnDownEncoderBlock2D"],
        up_block_types=["AttnUpDecoderBlock2D", UP], layers_per_block=2, latent_channels=2, norm_num_groups=2,
        decoder_layers_per_block=2, decoder_mid_block=False,
    ),
    "one layer, no middle, no last activation": dict(
        sample_size=8, in_channels=3, out_channels=3, block_out_channels=[4, 8], down_block_types=[DOWN] * 2, up_block_types=[UP] * 2,
        layers_per_block=1, latent_channels=2, norm_num_groups=2, decoder_layers_per_block=1, encoder_mid_block=False,
        decoder_mid_block=False, conv_act=False,
    ),
}  # fmt: skip

FIXED = {
    "codes of the latents' width": (VQModel, dict(
        in_channels=3, out_channels=3, block_out_channels=[4, 4, 8], down_block_types=[DOWN] * 3, up_block_types=[UP] * 3,
        layers_per_block=2, latent_channels=3, norm_num_groups=2, num_vq_embeddings=64,
    ), 16),
    "codes of another width, attention": (VQModel, dict(
        in_channels=1, out_channels=1, block_out_channels=[4, 8], down_block_types=[DOWN, "AttnDownEncoderBlock2D"],
        up_block_types=["AttnUpDecoderBlock2D", UP], layers_per_block=1, latent_channels=3, vq_embed_dim=5, norm_num_groups=2,
        num_vq_embeddings=20, mid_block_add_attention=False,
    ), [8, 12]),
}  # fmt: skip


# Name, where the configuration can be read, the configuration, and what is smaller.
KNOWN = [
    ("CompVis/ldm-celebahq-256", "training scripts of others, which quote its files", VQModel, dict(
        _class_name="VQModel", _diffusers_version="0.1.2", act_fn="silu", block_out_channels=[128, 256, 512],
        down_block_types=[DOWN] * 3, in_channels=3, latent_channels=3, layers_per_block=2, num_vq_embeddings=8192, out_channels=3,
        sample_size=256, up_block_types=[UP] * 3,
    ), dict(block_out_channels=[8, 16, 32], norm_num_groups=2, num_vq_embeddings=64, sample_size=16)),
]  # fmt: skip


def known():
    cases = []
    for name, source, kind, config, less in KNOWN:
        given = {key: value for key, value in config.items() if not key.startswith("_")}
        with torch.device("meta"):
            shapes = shapes_of(kind(**given))
        small = {key: value for key, value in (given | less).items() if key != "sample_size"}
        cases.append(dict(name=name, source=source, config=config, parameters=shapes, narrow=fixed(kind, small, 16)))
    return cases


def fixed(kind, config, size):
    """Latents of pictures, and pictures of given latents."""
    network = kind(**config).eval()
    load_wave(network)
    sides = [size, size] if isinstance(size, int) else size
    with torch.no_grad():
        latents = network.encode(wave(900, (2, config["in_channels"], *sides), 0.9)).latents
        decoded = network.decode(wave(902, latents.shape, 1.1)).sample
    return dict(
        config=dict(_class_name=kind.__name__, **config, sample_size=size), batch=2,
        parameters=shapes_of(network), latents=packed(latents), decoded=packed(decoded),
    )  # fmt: skip


class InPatches(torch.nn.Module):
    """An autoencoder of patches, between PixelUnshuffle and PixelShuffle."""

    def __init__(self, network, side):
        super().__init__()
        self.network, self.side = network, side

    def encode(self, x):
        return self.network.encode(F.pixel_unshuffle(x, self.side))

    def decode(self, z):
        return type("Decoded", (), dict(sample=F.pixel_shuffle(self.network.decode(z).sample, self.side)))


def golden(config, network, model):
    load_wave(network)
    size = config["sample_size"]
    sides = [size, size] if isinstance(size, int) else size
    images = wave(900, (2, config["in_channels"], *sides), 0.9)
    distribution = model.encode(images).latent_dist
    noise = wave(901, distribution.mean.shape, 1.0)
    with torch.no_grad():
        decoded = model.decode(wave(902, noise.shape, 1.1)).sample
    pictures = model.decode(distribution.mean + distribution.std * noise).sample
    slopes = lambda x: (x.diff(dim=2), x.diff(dim=3))
    edges = sum(F.l1_loss(a, b) for a, b in zip(slopes(pictures), slopes(images)))
    kl = distribution.kl().sum() / distribution.mean.numel()
    loss = F.l1_loss(pictures, images) + EDGES * edges + KL * kl
    network.zero_grad()
    loss.backward()
    return dict(
        config=dict(_class_name="AutoencoderKL", **config), batch=2,
        parameters=shapes_of(network),
        mean=packed(distribution.mean), logVariance=packed(distribution.logvar), decoded=packed(decoded),
        output=packed(pictures), loss=loss.item(), gradients={n: packed(p.grad) for n, p in network.named_parameters()},
    )  # fmt: skip


def patched():
    inner = CASES["gray, two levels, attention in the middle"] | dict(in_channels=4, out_channels=4)
    network = AutoencoderKL(**inner)
    outer = inner | dict(sample_size=16, in_channels=1, out_channels=1, patch_size=2)
    return golden(outer, network, InPatches(network, 2))


if __name__ == "__main__":
    found = {}
    for name, config in CASES.items():
        network = AutoencoderKL(**config)
        found[name] = golden(config, network, network)
    found["in patches"] = patched()
    for name, config in CUT.items():
        network = ExtendedAutoencoder.of(config)
        found[name] = golden(config, network, network)
    found |= dict(edges=EDGES, kl=KL)
    write("model/autoencoder.json", found)
    write("model/fixed-latents.json", {name: fixed(*case) for name, case in FIXED.items()})
    write("checkpoints/known-autoencoders.json", known())
