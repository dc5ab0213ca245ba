"""Training of a recurrent network in PyTorch: a TorchScript module whose `forward` is all of a step."""

from typing import List

import torch
from torch import Tensor, nn

import weights
from adamw_torch import AdamW


class Training(nn.Module):
    """A network and its optimizer, Adam."""

    given: List[Tensor]
    weights: List[Tensor]

    def __init__(self, given):
        super().__init__()
        self.given = list(given.values())  # embedding, four for each layer, head with bias
        gates = self.given[1].size(0) // self.given[2].size(1)
        self.cell = {1: "tanh", 3: "gru", 4: "lstm"}[gates]
        self.weights = []
        self.adam = AdamW()

    def states(self, x: Tensor) -> Tensor:
        w = self.weights[1:-2]
        layers = len(w) // 4
        start = torch.zeros([layers, x.size(1), w[1].size(1)])
        if self.cell == "lstm":
            return torch.lstm(x, [start, start], w, True, layers, 0.0, True, False, False)[0]
        if self.cell == "gru":
            return torch.gru(x, start, w, True, layers, 0.0, True, False, False)[0]
        return torch.rnn_tanh(x, start, w, True, layers, 0.0, True, False, False)[0]

    def forward(self, ids: Tensor, targets: Tensor) -> Tensor:
        """The loss before the step; ids (steps, rows), as many targets or (1, rows)."""
        torch.ops.aten.set_grad_enabled(True)
        if len(self.weights) == 0:
            self.weights = self.adam.take(self.given)
            self.given = []
        states = self.states(nn.functional.embedding(ids, self.weights[0]))
        if targets.size(0) < ids.size(0):
            states = states[-1:]
        logits = nn.functional.linear(states.flatten(0, 1), self.weights[-2], self.weights[-1])
        loss = nn.functional.cross_entropy(logits, targets.flatten())
        self.adam(loss, 1e-3, 0.0)
        return loss.detach()


def write(source, file):
    torch.jit.script(Training(weights.read(source))).save(str(file))
