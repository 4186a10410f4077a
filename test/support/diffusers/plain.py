"""
Runs the SimpleUnet of a model folder in PyTorch, without diffusers, and saves it again.

    python plain.py <folder> <folder to save to>

Prints its output for one input, flat.
"""

import json
import sys

sys.modules["diffusers"] = None  # importing it fails
folder, saved = sys.argv[1:]
sys.path.insert(0, f"{folder}/unet")

import torch  # noqa: E402
from modeling_simple_unet import SimpleUnet  # noqa: E402

torch.set_num_threads(1)
unet = SimpleUnet.from_pretrained(f"{folder}/unet")
keys = unet.keys
count = keys["image_channels"] * keys["sample_size"] ** 2
sample = torch.sin(torch.arange(3 * count, dtype=torch.float32)).reshape(3, keys["image_channels"], keys["sample_size"], -1)
timestep = torch.tensor([0.0, 17.5, 299.0])
inputs = {}
if keys["num_class_embeds"] is not None:
    inputs["class_labels"] = torch.tensor([0, 1, 2])
if keys["conditions"]:
    inputs["conditions"] = torch.tensor([[0.3, -1.7, 1, 1], [9.5, 0, 1, 0], [0, 0, 0, 0]])
with torch.no_grad():
    output = unet(sample, timestep, **inputs).sample.flatten().tolist()
unet.save_pretrained(saved)
print(json.dumps(output))
