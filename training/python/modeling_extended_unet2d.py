"""
diffusers' UNet2DModel with what Onnoise adds to it: conditions, numbers such as an age, whose embeddings are added to
the time's; patches, pixels that the network sees as the channels of one; and pictures of its classes, which it learns and
sees beside the sample. It loads as a part of the model folder:

    DiffusionPipeline.from_pretrained("<model folder>", custom_pipeline="pipeline", trust_remote_code=True)
"""

import json
from pathlib import Path

import diffusers
import torch
from diffusers.models.embeddings import TimestepEmbedding
from diffusers.models.unets.unet_2d import UNet2DOutput
from safetensors.torch import load_file

WEIGHTS = "diffusion_pytorch_model.safetensors"
OURS = dict(
    conditions=[], null_condition=False, patch_size=1, class_pictures=False, condition_image=None, mask_output=None
)


class UNet2DModel(diffusers.UNet2DModel):
    """
    Also takes conditions [N, 2K]: the values less their mean over their deviation, then a flag for each, both 0 for none. The
    sample has the channels of a condition image after its own, as in_channels says.
    """

    def forward(self, sample, timestep, class_labels=None, conditions=None, return_dict=True):
        count = len(self.config.conditions)
        if conditions is None and count > 0:
            raise ValueError("conditions must be given: DDPMPipeline takes none, the folder's own pipeline does")
        side = self.config.patch_size
        if self.config.class_pictures:
            if class_labels is None:
                raise ValueError("class_labels must be given: the network has classes")
            shape = (len(sample), self.config.out_channels, *sample.shape[2:])
            pictures = self.class_picture_embedding(class_labels).view(shape)
            sample = torch.cat((sample, pictures.to(sample.dtype)), 1)
        patches = torch.nn.functional.pixel_unshuffle(sample, side)
        add = lambda module, inputs, time: time + self.embed_conditions(conditions).to(time.dtype)
        hook = self.time_embedding.register_forward_hook(add) if count > 0 else None
        try:
            (output,) = super().forward(patches, timestep, class_labels, return_dict=False)
        finally:
            if hook:
                hook.remove()
        output = torch.nn.functional.pixel_shuffle(output, side)
        return UNet2DOutput(output) if return_dict else (output,)

    def embed_conditions(self, conditions):
        values, flags = conditions.chunk(2, 1)
        pairs = zip(self.condition_embeddings, values.unbind(1), flags.unbind(1))
        return sum(embed(self.features(value, flag)) for embed, value, flag in pairs)

    def features(self, value, flag):
        """[N, 17]: sines and cosines of 8 frequencies in turn, then the flag."""
        angles = value.clip(-8, 8)[:, None] * 2.0 ** torch.arange(-4, 4, device=value.device)
        waves = torch.stack((angles.sin(), angles.cos()), -1).flatten(1)
        return torch.cat((waves * flag[:, None], flag[:, None]), 1).to(self.dtype)

    @classmethod
    def from_pretrained(cls, folder, torch_dtype=None, **_):
        keys = json.loads(Path(folder, "config.json").read_text())
        ours = {name: keys.pop(name, default) for name, default in OURS.items()}
        side = ours["patch_size"]
        images = {name: keys[name] for name in ["sample_size", "in_channels", "out_channels"]}
        inputs = images["in_channels"] + (images["out_channels"] if ours["class_pictures"] else 0)
        deep = {"in_channels": inputs * side**2, "out_channels": images["out_channels"] * side**2}
        size = images["sample_size"]
        height, width = (size, size) if isinstance(size, int) else size
        unet = cls.from_config(keys | deep | dict(sample_size=(height // side, width // side)))
        unet.register_to_config(**ours, **images)
        time = unet.time_embedding.linear_2.out_features
        if ours["conditions"]:
            unet.condition_embeddings = torch.nn.ModuleList(TimestepEmbedding(17, time) for _ in ours["conditions"])
        if ours["class_pictures"]:
            pixels = images["out_channels"] * height * width
            unet.class_picture_embedding = torch.nn.Embedding(keys["num_class_embeds"], pixels)
        unet.load_state_dict(load_file(Path(folder, WEIGHTS)))
        return unet.to(dtype=torch_dtype or torch.float32).eval()
