"""
diffusers' UNet2DModel with the conditions of Onnoise, numbers such as an age, which diffusers' class lacks: their
embeddings are added to the time's. It loads as a part of the model folder:

    DiffusionPipeline.from_pretrained("<model folder>", custom_pipeline="pipeline", trust_remote_code=True)
"""

import json
from pathlib import Path

import diffusers
import torch
from diffusers.models.embeddings import TimestepEmbedding
from safetensors.torch import load_file

WEIGHTS = "diffusion_pytorch_model.safetensors"
OURS = ["conditions", "null_condition"]


class UNet2DModel(diffusers.UNet2DModel):
    """Also takes conditions [N, 2K]: the values less their mean over their deviation, then a flag for each, both 0 for none."""

    def forward(self, sample, timestep, class_labels=None, conditions=None, return_dict=True):
        if conditions is None:
            raise ValueError("conditions must be given: DDPMPipeline takes none, the folder's own pipeline does")
        add = lambda module, inputs, time: time + self.embed_conditions(conditions).to(time.dtype)
        hook = self.time_embedding.register_forward_hook(add)
        try:
            return super().forward(sample, timestep, class_labels, return_dict)
        finally:
            hook.remove()

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
        ours = {name: keys.pop(name) for name in OURS if name in keys}
        unet = cls.from_config(keys)
        unet.register_to_config(**ours)
        width = unet.time_embedding.linear_2.out_features
        unet.condition_embeddings = torch.nn.ModuleList(TimestepEmbedding(17, width) for _ in ours["conditions"])
        unet.load_state_dict(load_file(Path(folder, WEIGHTS)))
        return unet.to(dtype=torch_dtype or torch.float32).eval()
