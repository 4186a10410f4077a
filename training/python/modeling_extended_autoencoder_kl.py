"""
diffusers' AutoencoderKL with what Onnoise adds to it: patches, pixels that the network sees as the channels of one; and halves without
their middle or last activation, or with fewer layers in the decoder, as MONAI has them. It loads as a part of a model folder, and by itself:

    import sys
    sys.path.append("<folder>/vae")
    from modeling_extended_autoencoder_kl import AutoencoderKL
    vae = AutoencoderKL.from_pretrained("<folder>/vae")
"""

import json
from pathlib import Path

import diffusers
import torch
from diffusers.models.autoencoders.vae import DecoderOutput
from safetensors.torch import load_file

WEIGHTS = "diffusion_pytorch_model.safetensors"
OURS = dict(patch_size=1, encoder_mid_block=True, decoder_mid_block=True, conv_act=True, decoder_layers_per_block=None)


class AutoencoderKL(diffusers.AutoencoderKL):
    def encode(self, x, return_dict=True):
        return super().encode(torch.nn.functional.pixel_unshuffle(x, self.config.patch_size), return_dict)

    def decode(self, z, return_dict=True, generator=None):
        (patches,) = super().decode(z, return_dict=False)
        pictures = torch.nn.functional.pixel_shuffle(patches, self.config.patch_size)
        return DecoderOutput(sample=pictures) if return_dict else (pictures,)

    @classmethod
    def from_pretrained(cls, folder, torch_dtype=None, **_):
        keys = json.loads(Path(folder, "config.json").read_text())
        vae = cls.of(keys)
        vae.load_state_dict(load_file(Path(folder, WEIGHTS)))
        return vae.to(dtype=torch_dtype or torch.float32).eval()

    @classmethod
    def of(cls, keys):
        """A network of these keys, with random weights."""
        ours = {name: keys.get(name, off) for name, off in OURS.items()}
        images = {name: keys[name] for name in ["sample_size", "in_channels", "out_channels"]}
        deep = {name: images[name] * ours["patch_size"] ** 2 for name in ["in_channels", "out_channels"]}
        size = images["sample_size"]
        theirs = {name: value for name, value in keys.items() if name not in OURS}
        vae = cls.from_config(theirs | deep | dict(sample_size=size if isinstance(size, int) else max(size)))
        vae.register_to_config(**ours, **images)
        for half in ["encoder", "decoder"]:
            if not ours[f"{half}_mid_block"]:
                getattr(vae, half).mid_block = Nothing()
            if not ours["conv_act"]:
                getattr(vae, half).conv_act = Nothing()
        if ours["decoder_layers_per_block"] is not None:
            for block in vae.decoder.up_blocks:
                shorten(block, ours["decoder_layers_per_block"])
        return vae


def shorten(block, layers):
    block.resnets = block.resnets[:layers]
    if hasattr(block, "attentions"):
        block.attentions = block.attentions[:layers]


class Nothing(torch.nn.Module):
    def forward(self, x, *_):
        return x
