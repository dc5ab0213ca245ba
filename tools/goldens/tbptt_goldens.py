#!/usr/bin/python3
"""Writes the PyTorch goldens of truncated backpropagation through time.

Run from the root of the repository with a python3 that has torch (Debian: python3-torch):

    tools/goldens/tbptt_goldens.py rnn/src/test/resources/goldens

A small language model reads a stream of ids, two rows side by side. Window n takes the losses of
k1 further steps and runs forward over the last k2 steps, from the state kept before them: the one
that the latest run over that place left there, detached. After each window SGD takes a step. The
layers run one step at a time, so that every state in between is at hand. Parameters are rounded to
float32; everything is computed in float64 and written with 9 digits.
"""

import torch
import torch.nn.functional as F

from fixtures import normal, write, written

VOCABULARY, WIDTH, HIDDEN, ROWS, STEPS, RATE, WINDOWS = 5, 3, 2, 2, 10, 0.5, 3
KINDS = {"TANH": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}


def detached(state):
    if isinstance(state, tuple):
        return tuple(part.detach().clone() for part in state)
    return None if state is None else state.detach().clone()


def case(gating, layers, k1, k2):
    model = torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(VOCABULARY, WIDTH),
            "rnn": KINDS[gating](WIDTH, HIDDEN, num_layers=layers),
            "head": torch.nn.Linear(HIDDEN, VOCABULARY),
        }
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(normal(*parameter.shape, scale=0.7))
    ids = torch.randint(VOCABULARY, (ROWS, STEPS + 1), generator=torch.Generator().manual_seed(4))
    # One row of the stream ends with the id that the next row begins with.
    ids[1, 0] = ids[0, STEPS]
    stream = ids[0, :STEPS].tolist() + ids[1].tolist()
    rows = torch.stack([torch.tensor(stream[r * STEPS : (r + 1) * STEPS + 1]) for r in range(ROWS)])
    initial = {name: written(value) for name, value in model.named_parameters()}
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    kept = {0: None}
    windows = []
    for window in range(WINDOWS):
        end = (window + 1) * k1
        start = max(0, end - k2)
        state = kept[start]
        losses = []
        for t in range(start, end):
            y, state = model["rnn"](model["embedding"](rows[:, t])[None], state)
            kept[t + 1] = detached(state)
            if t >= window * k1:
                losses.append(F.cross_entropy(model["head"](y[0]), rows[:, t + 1]))
        loss = torch.stack(losses).mean()
        optimizer.zero_grad()
        loss.backward()
        gradients = {name: written(value.grad) for name, value in model.named_parameters()}
        windows.append({"loss": loss.item(), "gradients": gradients})
        optimizer.step()
    return {
        "gating": gating,
        "layers": layers,
        "k1": k1,
        "k2": k2,
        "rows": ROWS,
        "stream": stream,
        "rate": RATE,
        "parameters": initial,
        "windows": windows,
        "trained": {name: written(value) for name, value in model.named_parameters()},
    }


write(
    {
        "tbptt": [
            case("TANH", 1, 3, 3),
            case("TANH", 1, 2, 3),
            case("LSTM", 2, 3, 3),
            case("LSTM", 2, 2, 5),
            case("GRU", 2, 1, 4),
        ]
    }
)
