"""GPT-2 124M for PyTorch: a TorchScript module that keeps its own cache of keys and values."""

import torch
from torch import Tensor, nn

import weights

LAYERS = 12


class Linear(nn.Module):
    """x · weightᵀ + bias, by the product that `prepare` chose.

    For F32 and BF16 oneDNN lays the weight out once, and what follows the product (GELU, the sum
    with the residual) happens in its epilogue: what TorchInductor would do. A single row of F32 is
    faster through MKL with the weight as (in, out). For int8 the input is quantised as it comes,
    the weight once, with a scale for each output; with `reduce` the input has 7 bits, which a
    processor without VNNI needs: two products of 8 bits overflow the 16 bits of its sum.
    """

    def __init__(self, weight, bias):
        super().__init__()
        self.weight = weight  # (out, in), then packed
        self.bias = bias
        self.single = torch.zeros(0)  # (in, out) where that is faster for a single row
        tiny = torch.quantize_per_tensor(torch.zeros(4, 4), 1.0, 0, torch.qint8)
        self.int8 = torch.ops.quantized.linear_prepack(tiny, None)
        self.is_int8 = False
        self.reduce = True

    def prepare(self, dtype: str, rows: int, reduce: bool):
        self.reduce = reduce
        weight, bias = self.weight, self.bias
        if dtype == "int8":
            scales = weight.abs().amax(1).clamp(min=1e-12).double() / 127
            zeros = torch.zeros_like(scales, dtype=torch.long)
            weight = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
            self.int8 = torch.ops.quantized.linear_prepack(weight, bias)
            self.is_int8 = True
            self.weight = torch.zeros(0)
        else:
            if dtype == "bf16":
                weight = weight.to(torch.bfloat16)
                if bias is not None:
                    bias = bias.to(torch.bfloat16)
            elif rows == 1:
                self.single = weight.t().contiguous()
            self.bias = bias
            self.weight = torch.ops.mkldnn._reorder_linear_weight(weight, rows)

    def is_packed(self, x: Tensor) -> bool:
        return not self.is_int8 and (x.numel() > x.size(-1) or self.single.numel() == 0)

    def forward(self, x: Tensor) -> Tensor:
        if self.is_int8:
            return torch.ops.quantized.linear_dynamic(x, self.int8, self.reduce)
        bias = self.bias
        if self.is_packed(x):
            return torch.ops.mkldnn._linear_pointwise(x, self.weight, bias, "none", [], "")
        if bias is None:
            return torch.matmul(x, self.single)
        return torch.addmm(bias, x.flatten(0, -2), self.single).view(x.size(0), x.size(1), -1)

    def gelu(self, x: Tensor) -> Tensor:
        if self.is_packed(x):
            return torch.ops.mkldnn._linear_pointwise(
                x, self.weight, self.bias, "gelu", [], "tanh")
        return nn.functional.gelu(self.forward(x), approximate="tanh")

    def add(self, x: Tensor, residual: Tensor) -> Tensor:
        if self.is_packed(x):
            return torch.ops.mkldnn._linear_pointwise(
                x, residual, self.weight, self.bias, "add")
        return residual + self.forward(x)


class Norm(nn.Module):
    def __init__(self, weight, bias):
        super().__init__()
        self.weight = weight
        self.bias = bias

    def prepare(self, dtype: str):
        if dtype == "bf16":
            self.weight = self.weight.to(torch.bfloat16)
            self.bias = self.bias.to(torch.bfloat16)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.layer_norm(x, [x.size(-1)], self.weight, self.bias, 1e-5)


class Block(nn.Module):
    def __init__(self, t, prefix):
        super().__init__()

        def linear(name):
            return Linear(t[prefix + name + ".weight"].t().contiguous(), t[prefix + name + ".bias"])

        def norm(name):
            return Norm(t[prefix + name + ".weight"], t[prefix + name + ".bias"])

        self.norm1 = norm("ln_1")
        self.qkv = linear("attn.c_attn")
        self.out = linear("attn.c_proj")
        self.norm2 = norm("ln_2")
        self.up = linear("mlp.c_fc")
        self.down = linear("mlp.c_proj")
        self.keys = torch.zeros(0)  # (rows, heads, context, size), F32
        self.values = torch.zeros(0)

    def prepare(self, dtype: str, rows: int, reduce: bool):
        self.norm1.prepare(dtype)
        self.qkv.prepare(dtype, rows, reduce)
        self.out.prepare(dtype, rows, reduce)
        self.norm2.prepare(dtype)
        self.up.prepare(dtype, rows, reduce)
        self.down.prepare(dtype, rows, reduce)
        self.keys = torch.zeros([rows, 12, 1024, 64])
        self.values = torch.zeros([rows, 12, 1024, 64])

    def forward(self, x: Tensor, start: int) -> Tensor:
        rows, length, width = x.size(0), x.size(1), x.size(2)
        end = start + length
        qkv = self.qkv(self.norm1(x)).float().view(rows, length, 3, 12, 64).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        self.keys.narrow(2, start, length).copy_(k)
        self.values.narrow(2, start, length).copy_(v)
        if start == 0:
            y = torch.ops.aten.scaled_dot_product_attention(q, k, v, None, 0.0, True)
        else:
            y = torch.ops.aten.scaled_dot_product_attention(
                q, self.keys.narrow(2, 0, end), self.values.narrow(2, 0, end))
        y = y.transpose(1, 2).reshape(rows, length, width).to(x.dtype)
        x = self.out.add(y, x)
        return self.down.add(self.up.gelu(self.norm2(x)), x)


class Gpt2(nn.Module):
    """`prepare` once, then `read` a prompt, then `step`; both give the last logits (rows, V)."""

    def __init__(self, t):
        super().__init__()
        self.tokens = t["wte.weight"]
        self.places = t["wpe.weight"]
        self.blocks = nn.ModuleList(Block(t, f"h.{i}.") for i in range(LAYERS))
        self.norm = Norm(t["ln_f.weight"], t["ln_f.bias"])
        self.head = Linear(t["wte.weight"], None)
        self.length = 0

    @torch.jit.export
    def prepare(self, dtype: str, rows: int, reduce: bool) -> int:
        for block in self.blocks:
            block.prepare(dtype, rows, reduce)
        self.norm.prepare(dtype)
        self.head.prepare(dtype, rows, reduce)
        if dtype == "bf16":
            self.tokens = self.tokens.to(torch.bfloat16)
            self.places = self.places.to(torch.bfloat16)
        return 0

    @torch.jit.export
    def read(self, ids: Tensor) -> Tensor:
        self.length = 0
        return self.step(ids)

    @torch.jit.export
    def step(self, ids: Tensor) -> Tensor:
        start, length = self.length, ids.size(1)
        self.length = start + length
        x = nn.functional.embedding(ids, self.tokens) + self.places.narrow(0, start, length)
        for block in self.blocks:
            x = block(x, start)
        return self.head(self.norm(x.select(1, length - 1)))

    def forward(self, ids: Tensor) -> Tensor:
        return self.step(ids)


def write(source, file):
    torch.jit.script(Gpt2(weights.read(source)).eval()).save(str(file))
