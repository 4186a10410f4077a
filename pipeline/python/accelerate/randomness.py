"""The random numbers of Onnoise: Philox 4x32-10, so that value n of a stream is a pure function of (seed, stream, n).

Each process draws its part of a batch directly, on its own device: the noise of an image is the same for any number of
processes, after any stop, and in `pipeline train`.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; scheduler/src/noise of Onnoise.
"""

import math

import torch

MASK = 0xFFFFFFFF


def words(seed: int, stream: int, offset: int, count: int, device="cpu") -> torch.Tensor:
    """32-bit words offset .. offset + count - 1 of a stream, as int64 [count]."""
    first = offset // 4
    blocks = torch.arange(first, (offset + count + 3) // 4, dtype=torch.int64, device=device)
    c0, c1 = blocks & MASK, blocks >> 32
    c2, c3 = torch.full_like(blocks, stream), torch.zeros_like(blocks)
    k0, k1 = seed & MASK, seed >> 32
    for _ in range(10):
        # int64 keeps the lower 64 bits of a product, which are all of it
        p0, p1 = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c2 = ((p1 >> 32) & MASK) ^ c1 ^ k0, ((p0 >> 32) & MASK) ^ c3 ^ k1
        c1, c3 = p1 & MASK, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return torch.stack([c0, c1, c2, c3], 1).flatten()[offset - 4 * first :][:count]


def uniform(seed: int, stream: int, offset: int, count: int) -> torch.Tensor:
    """In (0, 1), float64 [count]."""
    return (words(seed, stream, offset, count).double() + 0.5) / 2**32


def integers(seed: int, stream: int, offset: int, count: int, bound: int) -> torch.Tensor:
    """In 0 .. bound - 1, int64 [count]."""
    return (words(seed, stream, offset, count) * bound) >> 32


def normal(seed: int, stream: int, offset: int, count: int, device="cpu") -> torch.Tensor:
    """Unit normals by Box-Muller, computed in float64: float32 [count] on the device."""
    computed = "cpu" if torch.device(device).type == "mps" else device  # which has no float64
    first = offset // 4 * 4
    blocks = words(seed, stream, first, (offset + count - first + 3) // 4 * 4, computed).double().view(-1, 2)
    radius = torch.sqrt(-2 * torch.log((blocks[:, 0] + 0.5) / 2**32))
    angle = blocks[:, 1] * (2 * math.pi / 2**32)
    values = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], 1).flatten()
    return values[offset - first :][:count].float().to(device)


def shuffle(values: list[int], seed: int, stream: int) -> list[int]:
    """Fisher-Yates; a new list."""
    values = list(values)
    last = len(values) - 1
    for i, word in enumerate(words(seed, stream, 0, max(last, 0)).tolist()):
        other = (word * (last - i + 1)) >> 32
        values[last - i], values[other] = values[other], values[last - i]
    return values
