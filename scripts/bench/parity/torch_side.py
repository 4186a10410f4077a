"""PyTorch's side of the comparison: diffusers' UNet2DModel, trained and sampled as it is told on standard input.

A command is a JSON line, {"do": "step", "arrays": [["images", "float32", [32, 1, 28, 28]], ...], ...}, then the bytes of
its arrays, little-endian, in that order. The answer is a JSON line. What is random comes in with the commands; how
noise is added and taken away, the loss, the optimizer and the averages are PyTorch's and diffusers'. Eager mode, CPU.
"""

import base64
import json
import os
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, DDPMScheduler, UNet2DModel
from safetensors.torch import load_file, save_file

torch.use_deterministic_algorithms(True)


class Side:
    def open(self, config, scheduler, training, initial, folder, **_):
        """Goes on from the state in `folder`, or starts from the weights `initial`."""
        self.training, self.folder = training, Path(folder)
        self.scheduler_config = scheduler
        self.scheduler = DDPMScheduler.from_config(scheduler)
        self.model = UNet2DModel(**config)
        self.model.load_state_dict(load_file(initial))
        self.trained = list(self.model.named_parameters())
        assert len(self.trained) == len(self.model.state_dict()), "buffers would need a rule of their own"
        self.optimizer = torch.optim.AdamW(
            [p for _, p in self.trained],
            lr=training["lr"],
            betas=(training["beta1"], training["beta2"]),
            eps=training["eps"],
            weight_decay=training["weightDecay"],
        )
        self.average = {name: p.detach().clone() for name, p in self.trained}
        self.step_count = 0
        state = self.folder / "state.pt"
        if state.exists():
            kept = torch.load(state)
            self.model.load_state_dict(kept["model"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.average, self.step_count = kept["average"], kept["step"]
        return {"step": self.step_count}

    def step(self, images, noise, timesteps, labels, lr, **_):
        t = timesteps.long()
        self.model.train()
        noisy = self.scheduler.add_noise(images, noise, t)
        output = self.model(noisy, t, class_labels=labels.long()).sample
        target = {
            "epsilon": lambda: noise,
            "sample": lambda: images,
            "v_prediction": lambda: self.scheduler.get_velocity(images, noise, t),
        }[self.scheduler.config.prediction_type]()
        loss = F.mse_loss(output, target)
        self.optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in self.trained], self.training["clipNorm"])
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        decay = min(self.training["emaDecay"], (1 + self.step_count) / (10 + self.step_count))
        with torch.no_grad():
            for name, p in self.trained:
                self.average[name].lerp_(p, 1 - decay)
        self.step_count += 1
        return {"loss": loss.item(), "gradNorm": norm.item()}

    def save(self, **_):
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
            "step": self.step_count,
        }
        self._whole("state.pt", lambda path: torch.save(kept, path))
        self._whole("average.safetensors", lambda path: save_file(self.average, path))
        return {"step": self.step_count}

    def _whole(self, name, write):
        temporary = self.folder / f"{name}.tmp"
        write(temporary)
        os.replace(temporary, self.folder / name)

    def load(self, weights, **_):
        """Weights to sample."""
        self.model.load_state_dict(load_file(weights))
        return {}

    @torch.no_grad()
    def sample(self, noise, labels, steps, eta, **_):
        """`noise` [1 + steps, N, C, H, W]: where to start, and what each step adds."""
        self.model.eval()
        scheduler = DDIMScheduler.from_config(self.scheduler_config)
        scheduler.set_timesteps(steps)
        x = noise[0]
        for z, t in zip(noise[1:], scheduler.timesteps):
            output = self.model(x, t, class_labels=labels.long()).sample
            x = scheduler.step(output, t, x, eta=eta, variance_noise=z).prev_sample
        return {"images": base64.b64encode(x.numpy().astype("<f4").tobytes()).decode()}


def read(source):
    line = source.readline()
    if not line:
        return None
    command = json.loads(line)
    for name, dtype, shape in command.pop("arrays", []):
        dtype = np.dtype(dtype).newbyteorder("<")
        bytes_ = source.read(int(np.prod(shape)) * dtype.itemsize)
        command[name] = torch.from_numpy(np.frombuffer(bytearray(bytes_), dtype).reshape(shape))
    return command


def main():
    answer = lambda value: print(json.dumps(value), flush=True)
    side = Side()
    answer({"torch": torch.__version__, "diffusers": diffusers.__version__, "threads": torch.get_num_threads()})
    while (command := read(sys.stdin.buffer)) is not None:
        answer(getattr(side, command.pop("do"))(**command))


if __name__ == "__main__":
    main()
