"""Draws and beam steps in PyTorch: a TorchScript module that repeats them inside one call."""

import torch
from torch import Tensor, nn


class Draws(nn.Module):
    """`prepare` with the logits (rows, V); then each method gives the last of `times` results."""

    def __init__(self):
        super().__init__()
        self.logits = torch.zeros(0)

    @torch.jit.export
    def prepare(self, logits: Tensor) -> int:
        self.logits = logits.clone()
        return 0

    @torch.jit.export
    def temperature(self, times: int) -> Tensor:
        """One id by its probability at temperature 0.8."""
        drawn = torch.zeros(0)
        for _ in range(times):
            drawn = torch.multinomial(torch.softmax(self.logits / 0.8, -1), 1)
        return drawn

    @torch.jit.export
    def top_k(self, times: int) -> Tensor:
        """One of the 40 largest."""
        drawn = torch.zeros(0)
        for _ in range(times):
            values, ids = torch.topk(self.logits, 40, -1)
            place = torch.multinomial(torch.softmax(values / 0.8, -1), 1)
            drawn = ids.gather(-1, place)
        return drawn

    @torch.jit.export
    def top_p(self, times: int) -> Tensor:
        """One of the smallest set that reaches 0.95 of the probability, by a full sort."""
        drawn = torch.zeros(0)
        for _ in range(times):
            values, ids = torch.sort(self.logits / 0.8, -1, True)
            weights = torch.softmax(values, -1)
            before = weights.cumsum(-1) - weights
            kept = torch.multinomial(weights.masked_fill_(before >= 0.95, 0.0), 1)
            drawn = ids.gather(-1, kept)
        return drawn

    @torch.jit.export
    def beam(self, times: int) -> Tensor:
        """The places in (rows · V) of the four best by the sum of log-probabilities."""
        scores = torch.zeros([self.logits.size(0), 1])
        best = torch.zeros(0)
        for _ in range(times):
            best = torch.topk((scores + torch.log_softmax(self.logits, -1)).flatten(), 4)[1]
        return best

    def forward(self, times: int) -> Tensor:
        return self.temperature(times)


def write(source, file):
    torch.jit.script(Draws()).save(str(file))
