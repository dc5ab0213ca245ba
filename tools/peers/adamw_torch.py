"""AdamW with the global norm of the gradients clipped to 1, as one TorchScript call."""

from typing import List

import torch
from torch import Tensor, nn


class AdamW(nn.Module):
    """Weight decay for matrices only. Parameters are handed over by `take`, in any order."""

    decayed: List[Tensor]
    plain: List[Tensor]
    first: List[Tensor]  # moments of the decayed, then of the plain
    second: List[Tensor]
    steps: List[Tensor]

    def __init__(self):
        super().__init__()
        self.decayed = []
        self.plain = []
        self.first = []
        self.second = []
        self.steps = []

    def take(self, weights: List[Tensor]) -> List[Tensor]:
        """Copies that are trained, in the order given."""
        taken: List[Tensor] = []
        for weight in weights:
            copy = weight.clone().requires_grad_(True)
            taken.append(copy)
            if copy.dim() > 1:
                self.decayed.append(copy)
            else:
                self.plain.append(copy)
        for weight in self.decayed + self.plain:
            self.first.append(torch.zeros_like(weight))
            self.second.append(torch.zeros_like(weight))
            self.steps.append(torch.zeros([]))
        return taken

    def forward(self, loss: Tensor, rate: float, decay: float):
        gradients: List[Tensor] = []
        for gradient in torch.autograd.grad([loss], self.decayed + self.plain):
            assert gradient is not None
            gradients.append(gradient)
        torch.ops.aten.set_grad_enabled(False)
        # The fused kernel divides gradients by `grad_scale`: clipping costs no pass of its own.
        scale = torch.stack(torch._foreach_norm(gradients)).norm().clamp(min=1.0)
        torch._foreach_add_(self.steps, 1)
        n = len(self.decayed)
        torch.ops.aten._fused_adamw_(
            self.decayed, gradients[:n], self.first[:n], self.second[:n], [], self.steps[:n],
            lr=rate, beta1=0.9, beta2=0.999, weight_decay=decay, eps=1e-8, amsgrad=False,
            maximize=False, grad_scale=scale)
        torch.ops.aten._fused_adamw_(
            self.plain, gradients[n:], self.first[n:], self.second[n:], [], self.steps[n:],
            lr=rate, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False,
            maximize=False, grad_scale=scale)
