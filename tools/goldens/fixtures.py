"""What the scripts that write PyTorch goldens share: random inputs, and how tensors stand in JSON."""

import json
import pathlib
import sys

import torch

torch.set_default_dtype(torch.float64)
RANDOM = torch.Generator().manual_seed(1)


def normal(*shape, scale=1.0):
    """Normal numbers that float32 holds exactly."""
    values = torch.randn(*shape, generator=RANDOM) * scale
    return values.float().double()


def written(tensor):
    flat = tensor.detach().reshape(-1).tolist()
    values = [float("%.9g" % v) if isinstance(v, float) else v for v in flat]
    return {"shape": list(tensor.shape), "values": values}


def write(contents):
    """Writes each content as a file of its name into the folder named on the command line."""
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        text = json.dumps(content, separators=(",", ":"))
        (folder / (name + ".json")).write_text(text + "\n")
        print(name, len(text), "bytes")
