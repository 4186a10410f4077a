"""
diffusers' AutoencoderKL with what Onnoise adds to it: patches, pixels that the network sees as the channels of one. It loads as a
part of a model folder, and by itself:

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
        side = keys.pop("patch_size", 1)
        images = {name: keys[name] for name in ["sample_size", "in_channels", "out_channels"]}
        deep = {name: images[name] * side**2 for name in ["in_channels", "out_channels"]}
        size = images["sample_size"]
        vae = cls.from_config(keys | deep | dict(sample_size=size if isinstance(size, int) else max(size)))
        vae.register_to_config(patch_size=side, **images)
        vae.load_state_dict(load_file(Path(folder, WEIGHTS)))
        return vae.to(dtype=torch_dtype or torch.float32).eval()
