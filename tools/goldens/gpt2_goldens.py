#!/usr/bin/python3
"""Goldens of a small random GPT-2, computed by PyTorch (1.13 or newer) in float64 and stored in float32.

    /usr/bin/python3 tools/goldens/gpt2_goldens.py gpt2/src/test/resources/golden

Writes three files there:

  config.json        the shape of the model
  model.safetensors  its weights
  golden.safetensors ids (2, 17), logits (2, 16, V), loss, one gradient.NAME for each weight, and
                     losses (11): before each of ten AdamW steps on the same ids, and after the last

The model stands below, in full: pre-norm blocks, causal softmax attention, GELU by tanh, a head
tied to the token embedding. Weight decay applies to matrices only.
"""
import json
import math
import os
import struct
import sys

import torch
from torch.nn import functional as F

LAYERS, WIDTH, HEADS, VOCABULARY, CONTEXT, EPS = 2, 48, 4, 101, 32, 1e-5


def shapes():
    c = WIDTH
    yield "wte.weight", (VOCABULARY, c)
    yield "wpe.weight", (CONTEXT, c)
    for i in range(LAYERS):
        for name, size in (
            ("ln_1.weight", (c,)), ("ln_1.bias", (c,)),
            ("attn.c_attn.weight", (c, 3 * c)), ("attn.c_attn.bias", (3 * c,)),
            ("attn.c_proj.weight", (c, c)), ("attn.c_proj.bias", (c,)),
            ("ln_2.weight", (c,)), ("ln_2.bias", (c,)),
            ("mlp.c_fc.weight", (c, 4 * c)), ("mlp.c_fc.bias", (4 * c,)),
            ("mlp.c_proj.weight", (4 * c, c)), ("mlp.c_proj.bias", (c,)),
        ):
            yield f"h.{i}.{name}", size
    yield "ln_f.weight", (c,)
    yield "ln_f.bias", (c,)


def gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def attention(x, w, name):
    batch, length, width = x.shape
    q, k, v = (x @ w[name + "c_attn.weight"] + w[name + "c_attn.bias"]).split(width, dim=-1)
    q, k, v = (y.view(batch, length, HEADS, -1).transpose(1, 2) for y in (q, k, v))
    scores = q @ k.transpose(-1, -2) / math.sqrt(width // HEADS)
    hidden = torch.ones(length, length, dtype=torch.bool).triu(1)
    y = scores.masked_fill(hidden, -math.inf).softmax(-1) @ v
    y = y.transpose(1, 2).reshape(batch, length, width)
    return y @ w[name + "c_proj.weight"] + w[name + "c_proj.bias"]


def norm(x, w, name):
    return F.layer_norm(x, (WIDTH,), w[name + "weight"], w[name + "bias"], EPS)


def logits(ids, w):
    x = w["wte.weight"][ids] + w["wpe.weight"][: ids.shape[1]]
    for i in range(LAYERS):
        h = f"h.{i}."
        x = x + attention(norm(x, w, h + "ln_1."), w, h + "attn.")
        y = gelu(norm(x, w, h + "ln_2.") @ w[h + "mlp.c_fc.weight"] + w[h + "mlp.c_fc.bias"])
        x = x + y @ w[h + "mlp.c_proj.weight"] + w[h + "mlp.c_proj.bias"]
    return norm(x, w, "ln_f.") @ w["wte.weight"].T


def loss(ids, w):
    return F.cross_entropy(logits(ids[:, :-1], w).flatten(0, 1), ids[:, 1:].flatten())


def save(path, tensors):
    header, data, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        whole = tensor.dtype == torch.int32
        values = tensor.detach().contiguous().to(torch.int32 if whole else torch.float32).numpy()
        raw = values.astype("<i4" if whole else "<f4").tobytes()
        header[name] = {
            "dtype": "I32" if whole else "F32",
            "shape": list(tensor.shape),
            "data_offsets": [at, at + len(raw)],
        }
        data.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def main(folder):
    torch.manual_seed(20)
    os.makedirs(folder, exist_ok=True)
    weights = {}
    for name, size in shapes():
        # far from the usual start, so that every term counts; exact in float32
        values = 0.2 * torch.randn(size) + (1 if "ln_" in name and name.endswith("weight") else 0)
        weights[name] = values.double().requires_grad_()
    ids = torch.randint(0, VOCABULARY, (2, 17))
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(
            {
                "model_type": "gpt2", "activation_function": "gelu_new", "vocab_size": VOCABULARY,
                "n_positions": CONTEXT, "n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS,
                "layer_norm_epsilon": EPS,
            },
            file,
            indent=2,
        )
    save(os.path.join(folder, "model.safetensors"), weights)

    golden = {"ids": ids.int(), "logits": logits(ids[:, :-1], weights)}
    first = loss(ids, weights)
    first.backward()
    golden["loss"] = first
    for name, w in weights.items():
        golden["gradient." + name] = w.grad.clone()
    matrices = [w for w in weights.values() if w.dim() >= 2]
    vectors = [w for w in weights.values() if w.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}],
        lr=3e-3, betas=(0.9, 0.95), eps=1e-8,
    )
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        now = loss(ids, weights)
        losses.append(now.item())
        now.backward()
        optimizer.step()
    losses.append(loss(ids, weights).item())
    golden["losses"] = torch.tensor(losses)
    save(os.path.join(folder, "golden.safetensors"), golden)


if __name__ == "__main__":
    main(sys.argv[1])
