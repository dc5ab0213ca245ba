"""GPT-2 124M for ONNX Runtime, with its own operator for attention over a cache in place."""

import torch
from torch import Tensor, nn

import weights

LAYERS, HEADS, SIZE = 12, 12, 64


class Attention(torch.autograd.Function):
    """Queries, keys and values side by side, the caches (rows, heads, capacity, size), the last place
    of each row and how many there are: to the output, and to the caches with the new places."""

    @staticmethod
    def symbolic(g, qkv, keys, values, last, total):
        absent = g.op("prim::Constant")
        absent.setType(torch._C.OptionalType.ofTensor())
        return g.op(
            "com.microsoft::GroupQueryAttention", qkv, absent, absent, keys, values, last, total,
            num_heads_i=HEADS, kv_num_heads_i=HEADS, outputs=3)

    @staticmethod
    def forward(ctx, qkv, keys, values, last, total):
        return qkv[:, :, : HEADS * SIZE].clone(), keys.clone(), values.clone()  # their shapes


class Gpt2(nn.Module):
    """Ids (rows, length), their places, what attention asks for, and 24 caches: to the last logits and the caches."""

    def __init__(self, t):
        super().__init__()
        self.t = nn.ParameterDict(
            {name.replace(".", "_"): nn.Parameter(v, False) for name, v in t.items()})

    def weight(self, name):
        return self.t[name.replace(".", "_")]

    def linear(self, x, name):
        return torch.matmul(x, self.weight(name + ".weight")) + self.weight(name + ".bias")

    def norm(self, x, name):
        weight, bias = self.weight(name + ".weight"), self.weight(name + ".bias")
        return nn.functional.layer_norm(x, [HEADS * SIZE], weight, bias, 1e-5)

    def forward(self, ids: Tensor, places: Tensor, last: Tensor, total: Tensor, *caches: Tensor):
        x = self.weight("wte.weight")[ids] + self.weight("wpe.weight")[places]
        kept = []
        for i in range(LAYERS):
            prefix = f"h.{i}."
            qkv = self.linear(self.norm(x, prefix + "ln_1"), prefix + "attn.c_attn")
            y, k, v = Attention.apply(qkv, caches[2 * i], caches[2 * i + 1], last, total)
            x = x + self.linear(y, prefix + "attn.c_proj")
            y = self.linear(self.norm(x, prefix + "ln_2"), prefix + "mlp.c_fc")
            y = 0.5 * y * (1 + torch.tanh(0.7978845608028654 * (y + 0.044715 * torch.pow(y, 3))))
            x = x + self.linear(y, prefix + "mlp.c_proj")
            kept += [k, v]
        x = self.norm(x[:, -1], "ln_f")
        return (torch.matmul(x, self.weight("wte.weight").t()), *kept)


def write(source, file):
    caches = [torch.zeros(2, HEADS, 8, SIZE) for _ in range(2 * LAYERS)]
    inputs = ["ids", "places", "last", "total"] + [f"past.{i}" for i in range(2 * LAYERS)]
    outputs = ["logits"] + [f"present.{i}" for i in range(2 * LAYERS)]
    axes = {"ids": {0: "rows", 1: "length"}, "places": {0: "length"}, "last": {0: "rows"}, "logits": {0: "rows"}}
    axes.update({name: {0: "rows", 2: "capacity"} for name in inputs[4:] + outputs[1:]})
    model = Gpt2(weights.read(source)).eval()
    last = torch.full((2,), 3, dtype=torch.int32)
    arguments = (torch.zeros(2, 4, dtype=torch.long), torch.arange(4), last, torch.tensor(4, dtype=torch.int32))
    with torch.no_grad():
        torch.onnx.export(
            model, (*arguments, *caches), str(file), input_names=inputs, output_names=outputs,
            dynamic_axes=axes, opset_version=17, do_constant_folding=True, custom_opsets={"com.microsoft": 1})
