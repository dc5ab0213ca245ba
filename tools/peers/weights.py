"""Reads safetensors, which Debian has no package for."""

import json
import struct

import numpy
import torch


def read(path):
    """The F32 tensors of a file by their names."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        values = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            if entry["dtype"] != "F32":
                raise SystemExit(f"{path}: {name} is {entry['dtype']}, but only F32 is read")
            start, end = entry["data_offsets"]
            array = numpy.frombuffer(values[start:end], dtype="<f4").reshape(entry["shape"])
            tensors[name] = torch.from_numpy(array.copy())
    return tensors
