"""Training of GPT-2 124M in PyTorch: a TorchScript module whose `forward` is all of a step."""

from typing import List

import torch
from torch import Tensor, nn

import weights
from adamw_torch import AdamW

PARTS = [
    "ln_1.weight", "ln_1.bias", "attn.c_attn.weight", "attn.c_attn.bias",
    "attn.c_proj.weight", "attn.c_proj.bias", "ln_2.weight", "ln_2.bias",
    "mlp.c_fc.weight", "mlp.c_fc.bias", "mlp.c_proj.weight", "mlp.c_proj.bias",
]


def norm(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return nn.functional.layer_norm(x, [x.size(-1)], weight, bias, 1e-5)


def attention(qkv: Tensor, rows: int) -> Tensor:
    """(rows · length, 3 · width) to (rows · length, width)."""
    length = qkv.size(0) // rows
    parts = qkv.view(rows, length, 3, 12, 64).permute(2, 0, 3, 1, 4)
    y = torch.ops.aten.scaled_dot_product_attention(
        parts[0], parts[1], parts[2], None, 0.0, True)
    return y.transpose(1, 2).reshape(rows * length, 768)


class Training(nn.Module):
    """The model and its optimizer."""

    given: List[Tensor]
    weights: List[Tensor]

    def __init__(self, t):
        super().__init__()
        names = ["wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias"]
        names += [f"h.{i}.{part}" for i in range(12) for part in PARTS]
        self.given = [t[name] for name in names]
        self.weights = []
        self.adam = AdamW()

    def block(self, x: Tensor, w: List[Tensor], rows: int) -> Tensor:
        y = attention(torch.addmm(w[3], norm(x, w[0], w[1]), w[2]), rows)
        x = x + torch.addmm(w[5], y, w[4])
        y = torch.addmm(w[9], norm(x, w[6], w[7]), w[8])
        return x + torch.addmm(w[11], nn.functional.gelu(y, approximate="tanh"), w[10])

    def forward(self, ids: Tensor) -> Tensor:
        """The loss before the step; ids (rows, length + 1)."""
        torch.ops.aten.set_grad_enabled(True)
        if len(self.weights) == 0:
            self.weights = self.adam.take(self.given)
            self.given = []
        w = self.weights
        rows, length = ids.size(0), ids.size(1) - 1
        tokens = nn.functional.embedding(ids[:, :-1], w[0])
        x = (tokens + w[1][:length]).flatten(0, 1)
        for i in range(12):
            x = self.block(x, w[4 + 12 * i:16 + 12 * i], rows)
        logits = torch.matmul(norm(x, w[2], w[3]), w[0].t())
        loss = nn.functional.cross_entropy(logits, ids[:, 1:].flatten())
        self.adam(loss, 1e-4, 0.01)
        return loss.detach()


def write(source, file):
    torch.jit.script(Training(weights.read(source))).save(str(file))
