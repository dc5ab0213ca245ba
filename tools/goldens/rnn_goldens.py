#!/usr/bin/python3
"""Writes the PyTorch goldens of rnn: recurrent layers, their final states and every gradient.

Run from the root of the repository with a python3 that has torch (Debian: python3-torch):

    tools/goldens/rnn_goldens.py rnn/src/test/resources/goldens

Inputs are rounded to float32; everything is computed in float64 and written with 9 digits. Rows
have the lengths of the case. The gradients are those of sum(y * dy) over the real steps +
sum(hn * dhn) + sum(cn * dcn).
"""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from fixtures import normal, write, written

STEPS, ROWS, INPUT, HIDDEN = 4, 3, 3, 2
RAGGED = [3, 4, 1]
KINDS = {
    "TANH": lambda *a, **k: torch.nn.RNN(*a, nonlinearity="tanh", **k),
    "RELU": lambda *a, **k: torch.nn.RNN(*a, nonlinearity="relu", **k),
    "LSTM": torch.nn.LSTM,
    "GRU": torch.nn.GRU,
}


def case(gating, layers, bidirectional, lengths, first):
    net = KINDS[gating](INPUT, HIDDEN, num_layers=layers, bidirectional=bidirectional)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(normal(*parameter.shape, scale=0.6))
    parts = layers * (2 if bidirectional else 1)
    leaves = {"x": normal(STEPS, ROWS, INPUT)}
    names = ["h0", "c0"] if gating == "LSTM" else ["h0"]
    if first:
        leaves.update({name: normal(parts, ROWS, HIDDEN) for name in names})
    for value in leaves.values():
        value.requires_grad_()
    state = None
    if first:
        state = (leaves["h0"], leaves["c0"]) if gating == "LSTM" else leaves["h0"]
    packed = pack_padded_sequence(leaves["x"], lengths, enforce_sorted=False)
    y, last = net(packed, state)
    y, _ = pad_packed_sequence(y, total_length=STEPS)
    outputs = {"y": y, "hn": last[0], "cn": last[1]} if gating == "LSTM" else {"y": y, "hn": last}
    weights = {name: normal(*value.shape) for name, value in outputs.items()}
    real = torch.arange(STEPS)[:, None] < torch.tensor(lengths)[None, :]
    weights["y"] = weights["y"] * real[:, :, None]
    sum((outputs[name] * weights[name]).sum() for name in outputs).backward()
    return {
        "gating": gating,
        "layers": layers,
        "bidirectional": bidirectional,
        "lengths": lengths,
        "inputs": {name: written(value) for name, value in leaves.items()},
        "parameters": {name: written(value) for name, value in net.named_parameters()},
        "outputs": {name: written(value) for name, value in outputs.items()},
        "output_gradients": {name: written(value) for name, value in weights.items()},
        "gradients": {name: written(value.grad) for name, value in leaves.items()},
        "parameter_gradients": {name: written(value.grad) for name, value in net.named_parameters()},
    }


def cases():
    whole = [STEPS] * ROWS
    for gating in KINDS:
        yield case(gating, 1, False, whole, False)
        yield case(gating, 1, True, RAGGED, False)
        yield case(gating, 2, True, RAGGED, True)
        yield case(gating, 3, False, RAGGED, True)


write({"recurrent": list(cases())})
