"""Prints what the modules of a project draw, as JSON: draws.py <folder with the modules> <arguments as JSON>."""

import json
import sys

import torch

folder, asked = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, folder)
import images
import objective
import randomness

shape = asked["shape"]
step, batch, training, data = asked["step"], asked["batch"], asked["training"], asked["data"]
scheduler = objective.DDPMScheduler(num_train_timesteps=asked["T"])
source = images.Images(asked["file"])
batches = images.Batches(source, data, training, asked["nullClass"], batch)
at = batches.advance(images.Position(**asked["position"]))
parts = []
for rows in (range(0, batch // 2), range(batch // 2, batch)):  # as two processes do
    pixels, extra = batches.read(at, step, rows)
    noise, timesteps = objective.draw(training, scheduler, step, batch, rows, shape, "cpu")
    parts.append({"images": pixels, "noise": noise, "timesteps": timesteps, **extra})
logits = objective.logit_normal({**training, "logitMean": 0.5, "logitStd": 1.2}, asked["T"], step * batch, batch).tolist()
joined = {name: torch.cat([part[name] for part in parts]).flatten().tolist() for name in parts[0]}
words = randomness.words(asked["seed"], asked["stream"], asked["offset"], 9).tolist()
normals = randomness.normal(asked["seed"], asked["stream"], asked["offset"], 9).tolist()
shuffled = randomness.shuffle(list(range(20)), asked["seed"], asked["stream"])
print(json.dumps({**joined, "position": vars(at), "words": words, "normals": normals, "logits": logits, "shuffled": shuffled}))
