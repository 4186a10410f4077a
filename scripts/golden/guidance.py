"""Golden trajectories of classifier-free guidance: diffusers' UNet2DModel with classes, its DDIMScheduler and its guider
ClassifierFreeGuidance, whose `start` and `stop` are an interval of steps.

    python3 scripts/golden/guidance.py     # writes test/golden/data/model/guidance.json

Weights and noise are not stored: both sides make them from `wave`. Made with Python 3.11, torch 2.13.0, diffusers 0.42.1.
"""

import torch
from diffusers import DDIMScheduler, UNet2DModel
from diffusers.guiders import ClassifierFreeGuidance
from golden import write
from model import WITH_CLASSES as CONFIG
from model import load_wave, packed, wave

LABELS = [3, 1]
NULL = CONFIG["num_class_embeds"] - 1
STEPS = 10
SCHEDULER = dict(num_train_timesteps=100, beta_schedule="linear", clip_sample=True)
GUIDES = [
    dict(scale=0.0, start=0.0, stop=1.0),
    dict(scale=1.5, start=0.0, stop=1.0),
    dict(scale=4.0, start=0.3, stop=0.7),
]


def trajectory(scale, start, stop):
    model = UNet2DModel(**CONFIG)
    load_wave(model)
    scheduler = DDIMScheduler(**SCHEDULER)
    scheduler.set_timesteps(STEPS)
    guider = ClassifierFreeGuidance(guidance_scale=scale, start=start, stop=stop)
    x = wave(900, (len(LABELS), 1, CONFIG["sample_size"], CONFIG["sample_size"]), 1.2)
    guided = []
    for step, t in enumerate(scheduler.timesteps):
        guider.set_state(step=step, num_inference_steps=STEPS, timestep=t)
        with torch.no_grad():
            conditional = model(x, t, class_labels=torch.tensor(LABELS)).sample
            without = model(x, t, class_labels=torch.tensor([NULL] * len(LABELS))).sample
        if guider.num_conditions == 2:
            guided.append(t.item())
        x = scheduler.step(guider.forward(conditional, without).pred, t, x).prev_sample
    return dict(scale=scale, interval=[min(guided), max(guided)], x=packed(x))


if __name__ == "__main__":
    result = dict(
        config=dict(_class_name="UNet2DModel", **CONFIG), labels=LABELS, null=NULL, steps=STEPS, scheduler=SCHEDULER,
        cases=[trajectory(**guide) for guide in GUIDES],
    )
    write("model/guidance.json", result)
