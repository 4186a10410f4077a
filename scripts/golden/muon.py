"""Golden numbers of Muon: matrices after four steps of torch.optim.Muon along fixed gradients.

    python3 scripts/golden/muon.py        # writes test/golden/data/train/muon.json

PyTorch orthogonalizes in bfloat16; here it is made to keep float32, as ours does.
Made with Python 3.11, torch 2.13.0.
"""

import torch
from golden import digits, write

SHAPES = [(16, 24), (24, 16), (16, 16), (16, 24)]
STEPS, LR, DECAY = 4, 0.02, 0.1

torch.Tensor.bfloat16 = lambda self: self


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

rounded = lambda tensors: [digits(tensor.detach(), 7) for tensor in tensors]
golden = dict(
    lr=LR, weightDecay=DECAY, shapes=SHAPES, start=rounded(start), gradients=[rounded(step) for step in gradients],
    end=rounded(parameters), momentum=rounded(optimizer.state[p]["momentum_buffer"] for p in parameters),
)
write("train/muon.json", golden, separators=None)
