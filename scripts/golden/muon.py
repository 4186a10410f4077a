"""Golden numbers of Muon: matrices after four steps of torch.optim.Muon along fixed gradients.

    python3 scripts/golden/muon.py        # writes test/golden/data/train/muon.json

PyTorch orthogonalizes in bfloat16; here it is made to keep float32, as ours does.
Made with Python 3.11, torch 2.13.0.
"""

import json
from pathlib import Path

import torch

OUT = Path(__file__).parents[2] / "test/golden/data/train/muon.json"
SHAPES = [(16, 24), (24, 16), (16, 16), (16, 24)]
STEPS, LR, DECAY = 4, 0.02, 0.1

torch.Tensor.bfloat16 = lambda self: self


def rounded(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]


generator = torch.Generator().manual_seed(7)
draw = lambda shape: torch.randn(shape, generator=generator)
short = lambda x: (x * 1000).round() / 1000  # short to write
start = [short(draw(shape)) for shape in SHAPES]
# Few large directions and many small ones, as gradients are.
gradients = [
    [short(draw((rows, 2)) @ draw((2, columns)) + 0.05 * draw((rows, columns))) for rows, columns in SHAPES]
    for _ in range(STEPS)
]
parameters = [torch.nn.Parameter(p.clone()) for p in start]
optimizer = torch.optim.Muon(parameters, lr=LR, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw")
for step in gradients:
    for parameter, gradient in zip(parameters, step):
        parameter.grad = gradient.clone()
    optimizer.step()

OUT.write_text(
    json.dumps(
        dict(
            lr=LR,
            weightDecay=DECAY,
            shapes=SHAPES,
            start=[rounded(p) for p in start],
            gradients=[[rounded(g) for g in step] for step in gradients],
            end=[rounded(p) for p in parameters],
            momentum=[rounded(optimizer.state[p]["momentum_buffer"]) for p in parameters],
        )
    )
    + "\n"
)
