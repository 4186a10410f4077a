"""The network of model/unet, with the names that `pipeline train` gives its weights."""

import importlib
import json
import sys

import torch


def read_json(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def create() -> torch.nn.Module:
    """As model_index.json says: a class of diffusers, or of a file beside the weights."""
    library, name = read_json("model/model_index.json")["unet"]
    sys.path.insert(0, "model/unet")
    return getattr(importlib.import_module(library), name).from_pretrained("model/unet").float()


def predict(model: torch.nn.Module, noisy, told, extra: dict) -> torch.Tensor:
    """`told` is the time [N], `extra` has class_labels [N] and conditions [N, 2K], where the network takes them."""
    return model(noisy, told, return_dict=False, **extra)[0]
