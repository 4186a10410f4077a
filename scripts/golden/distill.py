"""Golden numbers of a student's training step: losses, gradient norms and final weights of a tiny denoiser in PyTorch, whose teacher
makes two steps of diffusers' DDIMScheduler, guided, in each call of the student's. Algorithm 2 of Salimans & Ho (arXiv 2202.00512).

    python3 scripts/golden/distill.py        # writes test/golden/data/train/distill.json

Made with Python 3.11, torch 2.13.0, diffusers 0.42.1.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler
from train import forward, rounded

OUT = Path(__file__).parents[2] / "test/golden/data/train/distill.json"
B, C, S, HIDDEN, CLASSES, T, STEPS, CALLS = 4, 1, 5, 3, 3, 20, 6, 2
NULL = CLASSES - 1


def schedulers(prediction):
    options = dict(num_train_timesteps=T, beta_schedule="squaredcos_cap_v2", prediction_type=prediction, clip_sample=True)
    student, teacher = (DDIMScheduler(**options, timestep_spacing="trailing") for _ in range(2))
    student.set_timesteps(CALLS)
    teacher.set_timesteps(2 * CALLS)
    return student, teacher


def lesson(teacher_weights, prediction, guidance, x0, noise, call, label):
    """One image: the student's input, its timestep, and the picture that leads to the teacher's end in one step of DDIM."""
    student, teacher = schedulers(prediction)
    t = int(student.timesteps[call])
    alpha_bar = student.alphas_cumprod
    a, s = alpha_bar[t].sqrt(), (1 - alpha_bar[t]).sqrt()
    noisy = a * x0 + s * noise
    z = noisy
    for at in (int(teacher.timesteps[2 * call]), int(teacher.timesteps[2 * call + 1])):
        given, absent = (forward(teacher_weights, z, torch.tensor([float(at)]), torch.tensor([k]), False) for k in (label, NULL))
        z = teacher.step(absent + guidance * (given - absent), at, z, use_clipped_model_output=True).prev_sample
    previous = t - T // CALLS
    end = alpha_bar[previous] if previous >= 0 else torch.tensor(1.0)
    ratio = (1 - end).sqrt() / s
    return noisy, t, (z - ratio * noisy) / (end.sqrt() - ratio * a), a, s


def run(case, start, draws):
    teacher = {k: v.clone() for k, v in start.items()}
    p = {k: v.clone() for k, v in start.items()}
    trained = [k for k in p if k != "running_mean"]
    for k in trained:
        p[k].requires_grad_()
    optimizer = torch.optim.AdamW([p[k] for k in trained], lr=0.02, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.0)
    losses, norms = [], []
    for x0, noise, calls, labels in draws:
        with torch.no_grad():
            rows = [
                lesson(teacher, case["predictionType"], case["guidance"], x0[i : i + 1], noise[i : i + 1], int(calls[i]), int(labels[i]))
                for i in range(B)
            ]
        noisy, picture = (torch.cat([row[k] for row in rows]) for k in (0, 2))
        a, s = (torch.stack([row[k] for row in rows])[:, None, None, None] for k in (3, 4))
        target = picture if case["predictionType"] == "sample" else (a * noisy - picture) / s
        prediction = forward(p, noisy, torch.tensor([float(row[1]) for row in rows]), labels)
        weight = 1 / s**2 if case["predictionType"] == "sample" else 1  # SNR + 1, which is 1 of the velocity
        loss = (weight * (prediction - target) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_([p[k] for k in trained], 1.0)))
        optimizer.step()
        losses.append(loss.item())
    return dict(**case, losses=losses, gradNorms=norms, model={k: rounded(v) for k, v in p.items()})


def main():
    torch.manual_seed(11)
    torch.set_num_threads(1)
    start = {
        "conv1.weight": torch.randn(HIDDEN, C, 3, 3) * 0.3,
        "conv1.bias": torch.randn(HIDDEN) * 0.1,
        "time.weight": torch.randn(HIDDEN) * 0.5,
        "class.weight": torch.randn(CLASSES, HIDDEN) * 0.5,
        "conv2.weight": torch.randn(C, HIDDEN, 3, 3) * 0.3,
        "conv2.bias": torch.randn(C) * 0.1,
        "running_mean": torch.zeros(HIDDEN),
    }
    draws = [
        (torch.rand(B, C, S, S) * 2 - 1, torch.randn(B, C, S, S), torch.randint(0, CALLS, (B,)), torch.randint(0, CLASSES, (B,)))
        for _ in range(STEPS)
    ]
    cases = [dict(predictionType="v_prediction", guidance=1.5), dict(predictionType="sample", guidance=1.0)]
    golden = dict(
        batch=B, shape=[C, S, S], hidden=HIDDEN, classes=CLASSES, timesteps=T, calls=CALLS,
        start={k: rounded(v) for k, v in start.items()},
        draws=[dict(images=rounded(x), noise=rounded(e), calls=c.tolist(), labels=l.tolist()) for x, e, c, l in draws],
        cases=[run(case, start, draws) for case in cases],
    )
    OUT.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
