"""Small files of numpy with the pictures that they hold, for test/golden/images/arrays.test.ts."""

import numpy as np
from golden import saved, write


levels = (np.arange(3 * 4 * 5) * 4 + 7).astype(np.uint8).reshape(3, 4, 5)  # [N, H, W]
colour = np.stack([levels, 255 - levels, levels // 2], -1)  # [N, H, W, C]


npy = lambda array: saved(lambda file: np.save(file, array))
npz = lambda save, **arrays: saved(lambda file: save(file, **arrays))
span = levels.astype(np.int32) - 7  # 0 to 236
cases = {
    "levels": dict(file=npy(levels), pixels=levels),
    "fortran": dict(file=npy(np.asfortranarray(levels)), pixels=levels),
    "colour": dict(file=npy(colour), pixels=colour),
    "colour, channels first": dict(file=npy(np.moveaxis(colour, -1, 1)), pixels=colour),
    "colour, Fortran, channels first": dict(file=npy(np.asfortranarray(np.moveaxis(colour, -1, 1))), pixels=colour),
    "big-endian 16 bits": dict(file=npy((levels * np.uint16(100)).astype(">u2")), pixels=np.rint(span / 236 * 255)),
    "floats": dict(file=npy((levels / 10 - 5).astype(np.float32)), pixels=np.rint(span / 236 * 255)),
    "halves": dict(file=npy((levels / 4 - 5).astype(np.float16)), pixels=np.rint(span / 236 * 255)),
    "big-endian halves": dict(file=npy((levels / 4 - 5).astype(">f2")), pixels=np.rint(span / 236 * 255)),
    "doubles": dict(file=npy(-levels.astype(np.float64)), pixels=np.rint((236 - span) / 236 * 255)),
    "64-bit integers": dict(file=npy(levels.astype(np.int64) - 1000), pixels=np.rint(span / 236 * 255)),
    "savez": dict(file=npz(np.savez, images=levels, labels=np.array([2, 0, 1])), pixels=levels, labels=[2, 0, 1]),
    "savez_compressed, as MedMNIST": dict(
        file=npz(np.savez_compressed, train_images=levels, train_labels=np.array([[1], [1], [0]]), val_images=levels[:1]),
        pixels=levels, labels=[1, 1, 0],
    ),
}

if __name__ == "__main__":
    written = {name: case | dict(pixels=case["pixels"].ravel().astype(int).tolist()) for name, case in cases.items()}
    write("images/arrays.json", written)
