"""Pillow and torchvision prepare a folder, as a PyTorch user would: decode, resize, crop, stack, save as one array.

    python3 torch_side.py <folder> <size> <workers> <file to write>

Prints one JSON line: {"ms": from the listing of the folder to the written file, "images": how many}.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2


class Folder(Dataset):
    def __init__(self, paths, size):
        self.paths = paths
        self.transform = v2.Compose([v2.Resize(size, v2.InterpolationMode.LANCZOS), v2.CenterCrop(size)])

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, number):
        with Image.open(self.paths[number]) as image:
            square = self.transform(image.convert("RGB"))
        return torch.from_numpy(numpy.array(square)).permute(2, 0, 1)


def main():
    folder, size, workers, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    began = time.perf_counter()
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix in (".png", ".jpg"))
    loader = DataLoader(Folder(paths, size), batch_size=16, num_workers=workers)
    array = torch.cat(list(loader)).numpy()
    with open(out, "wb") as file:
        numpy.save(file, array)
        file.flush()
        os.fsync(file.fileno())
    ms = (time.perf_counter() - began) * 1000
    print(json.dumps({"ms": ms, "images": len(array)}))


if __name__ == "__main__":
    main()
