"""GPT-2 124M for ONNX Runtime: a graph whose keys and values go in and come out longer."""

import torch
from torch import Tensor, nn

import weights

LAYERS, HEADS, SIZE = 12, 12, 64


class Gpt2(nn.Module):
    """(ids (rows, length), 2 · 12 caches (rows, heads, past, size)) to the last logits and caches."""

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

    def attention(self, x, prefix, keys, values, mask):
        rows, length = x.size(0), x.size(1)
        q, k, v = self.linear(x, prefix + "attn.c_attn").split(HEADS * SIZE, 2)
        q, k, v = (part.view(rows, length, HEADS, SIZE).transpose(1, 2) for part in (q, k, v))
        k, v = torch.cat([keys, k], 2), torch.cat([values, v], 2)
        scores = torch.matmul(q, k.transpose(2, 3)) * 0.125
        y = torch.matmul(torch.softmax(scores + mask, -1), v)
        y = y.transpose(1, 2).reshape(rows, length, HEADS * SIZE)
        return self.linear(y, prefix + "attn.c_proj"), k, v

    def forward(self, ids: Tensor, *caches: Tensor):
        length, past = ids.size(1), caches[0].size(2)
        places = torch.arange(past, past + length)
        later = torch.arange(past + length).unsqueeze(0) > places.unsqueeze(1)
        mask = later.float() * -1e30
        x = self.weight("wte.weight")[ids] + self.weight("wpe.weight")[places]
        kept = []
        for i in range(LAYERS):
            prefix = f"h.{i}."
            y, k, v = self.attention(
                self.norm(x, prefix + "ln_1"), prefix, caches[2 * i], caches[2 * i + 1], mask)
            x = x + y
            y = self.linear(self.norm(x, prefix + "ln_2"), prefix + "mlp.c_fc")
            y = 0.5 * y * (1 + torch.tanh(0.7978845608028654 * (y + 0.044715 * y * y * y)))
            x = x + self.linear(y, prefix + "mlp.c_proj")
            kept += [k, v]
        x = self.norm(x[:, -1], "ln_f")
        return (torch.matmul(x, self.weight("wte.weight").t()), *kept)


def write(source, file):
    caches = [torch.zeros(2, HEADS, 3, SIZE) for _ in range(2 * LAYERS)]
    inputs = ["ids"] + [f"past.{i}" for i in range(2 * LAYERS)]
    outputs = ["logits"] + [f"present.{i}" for i in range(2 * LAYERS)]
    axes = {"ids": {0: "rows", 1: "length"}, "logits": {0: "rows"}}
    axes.update({name: {0: "rows", 2: "past"} for name in inputs[1:]})
    axes.update({name: {0: "rows", 2: "present"} for name in outputs[1:]})
    model = Gpt2(weights.read(source)).eval()
    ids = torch.zeros(2, 4, dtype=torch.long)
    with torch.no_grad():
        torch.onnx.export(
            model, (ids, *caches), str(file), input_names=inputs, output_names=outputs,
            dynamic_axes=axes, opset_version=17, do_constant_folding=True)
