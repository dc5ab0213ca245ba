#!/usr/bin/python3
"""Writes the PyTorch goldens of nn: ops with all gradients, optimizers, schedules, clips.

Run from the root of the repository with a python3 that has torch (Debian: python3-torch):

    tools/goldens/nn_goldens.py nn/src/test/resources/goldens

Inputs are rounded to float32; everything is computed in float64 and written with 9 digits. The
gradients are those of sum(y * dy) for a given random dy.
"""

import math

import torch
import torch.nn.functional as F

from fixtures import normal, write, written


def case(name, function, inputs, **arguments):
    """One op: inputs of a floating type get gradients."""
    leaves = {}
    for key, value in inputs.items():
        floating = value.is_floating_point() and not key.startswith("constant")
        leaves[key] = value.clone().requires_grad_() if floating else value
    y = function(**leaves)
    dy = normal(*y.shape) if y.dim() else torch.tensor(1.0)
    (y * dy).sum().backward()
    return {
        "name": name,
        "arguments": arguments,
        "inputs": {key: written(value) for key, value in inputs.items()},
        "dy": written(dy),
        "y": written(y),
        "gradients": {k: written(v.grad) for k, v in leaves.items() if v.requires_grad},
    }


def rms_norm(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * w


def attention(q, k, v, lengths=None):
    """Causal attention, (B, T, H, D); query t sees keys s <= t + S - T and s < lengths[b]."""
    t, s = q.shape[1], k.shape[1]
    scores = torch.einsum("bthd,bshd->bhts", q, k) / math.sqrt(q.shape[3])
    visible = torch.arange(s)[None, :] <= torch.arange(t)[:, None] + s - t
    visible = visible[None, None]
    if lengths is not None:
        visible = visible & (torch.arange(s)[None, :] < lengths[:, None])[:, None, None, :]
    scores = scores.masked_fill(~visible, -1e30)
    e = torch.exp(scores - scores.max(-1, keepdim=True).values) * visible
    return torch.einsum("bhts,bshd->bthd", e / e.sum(-1, keepdim=True).clamp(min=1e-30), v)


def ops():
    yield case("linear", F.linear, {"input": normal(2, 3, 5), "weight": normal(4, 5), "bias": normal(4)})
    yield case("linear_no_bias", F.linear, {"input": normal(7, 33), "weight": normal(50, 33, scale=0.2)})
    ids = torch.tensor([[3, 1, 3], [0, 3, 6]])
    yield case("embedding", lambda weight, ids: F.embedding(ids, weight), {"weight": normal(7, 4), "ids": ids})
    yield case(
        "layer_norm",
        lambda x, w, b: F.layer_norm(x, (37,), w, b, 1e-5),
        {"x": normal(5, 37, scale=3.0) + 2, "w": normal(37), "b": normal(37)},
    )
    yield case("rms_norm", rms_norm, {"x": normal(5, 19), "w": normal(19)})
    yield case(
        "batch_norm",
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 1e-5),
        {"x": normal(21, 5, scale=2.0) - 1, "w": normal(5), "b": normal(5)},
    )
    wide = normal(4, 29, scale=4.0)
    yield case("softmax", lambda x: F.softmax(x, -1), {"x": wide})
    yield case("log_softmax", lambda x: F.log_softmax(x, -1), {"x": wide})
    x = torch.cat([normal(60, scale=3.0), torch.tensor([-30.0, -6.0, -0.5, 0.25, 6.0, 30.0])])
    yield case("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), {"x": x})
    yield case("gelu_erf", lambda x: F.gelu(x), {"x": x})
    yield case("silu", lambda x: F.silu(x), {"x": x})
    yield case("relu", lambda x: F.relu(x), {"x": x})
    yield case("sigmoid", lambda x: torch.sigmoid(x), {"x": x})
    yield case("tanh", lambda x: torch.tanh(x), {"x": x})
    logits, targets = normal(6, 11, scale=3.0), torch.tensor([0, 3, 10, 3, -100, 7])
    weights = normal(11).abs().float().double()
    for name, extra in {
        "cross_entropy": {},
        "cross_entropy_weights": {"weight": weights},
        "cross_entropy_smoothing": {"label_smoothing": 0.1},
        "cross_entropy_weights_smoothing": {"weight": weights, "label_smoothing": 0.25},
    }.items():
        inputs = {"x": logits, "targets": targets}
        if "weight" in extra:
            inputs["constant_weights"] = weights
        yield case(
            name,
            lambda x, targets, constant_weights=None, extra=extra: F.cross_entropy(x, targets, **extra),
            inputs,
            smoothing=extra.get("label_smoothing", 0.0),
        )
    yield case(
        "nll", lambda x, targets: F.nll_loss(F.log_softmax(x, -1), targets), {"x": logits[:4], "targets": targets[:4]}
    )
    share = torch.sigmoid(normal(3, 5)).float().double()
    yield case(
        "binary_cross_entropy",
        lambda x, constant_targets: F.binary_cross_entropy_with_logits(x, constant_targets),
        {"x": normal(3, 5, scale=4.0), "constant_targets": share},
    )
    yield case("mean_squared_error", F.mse_loss, {"input": normal(3, 5), "target": normal(3, 5)})
    q, k, v = normal(2, 6, 3, 8), normal(2, 6, 3, 8), normal(2, 6, 3, 8)
    yield case("attention", attention, {"q": q, "k": k, "v": v})
    yield case("attention_lengths", attention, {"q": q, "k": k, "v": v, "lengths": torch.tensor([6, 2])})
    yield case("attention_past", attention, {"q": q[:, 4:], "k": k, "v": v})


def optimizers():
    """Ten steps with given gradients; decay on the matrix only, by parameter groups."""
    matrix, bias = normal(3, 4), normal(4)
    gradients = [(normal(3, 4), normal(4)) for _ in range(10)]
    kinds = {
        "sgd": (torch.optim.SGD, dict(lr=0.1), 0.0),
        "sgd_decay": (torch.optim.SGD, dict(lr=0.1), 0.05),
        "sgd_momentum": (torch.optim.SGD, dict(lr=0.1, momentum=0.9), 0.0),
        "sgd_nesterov_decay": (torch.optim.SGD, dict(lr=0.1, momentum=0.9, nesterov=True), 0.05),
        "adam": (torch.optim.Adam, dict(lr=0.05), 0.0),
        "adam_decay": (torch.optim.Adam, dict(lr=0.05, betas=(0.8, 0.95), eps=1e-6), 0.1),
        "adamw": (torch.optim.AdamW, dict(lr=0.05), 0.1),
        "rmsprop": (torch.optim.RMSprop, dict(lr=0.02, alpha=0.9), 0.0),
        "adagrad": (torch.optim.Adagrad, dict(lr=0.2), 0.0),
    }
    trajectories = {}
    for name, (kind, settings, decay) in kinds.items():
        w, b = torch.nn.Parameter(matrix.clone()), torch.nn.Parameter(bias.clone())
        groups = [{"params": [w], "weight_decay": decay}, {"params": [b], "weight_decay": 0.0}]
        optimizer = kind(groups, **settings)
        steps = []
        for dw, db in gradients:
            w.grad, b.grad = dw.clone(), db.clone()
            optimizer.step()
            steps.append({"matrix": written(w), "bias": written(b)})
        trajectories[name] = steps
    return {
        "matrix": written(matrix),
        "bias": written(bias),
        "gradients": [{"matrix": written(dw), "bias": written(db)} for dw, db in gradients],
        "trajectories": trajectories,
    }


def schedules():
    def rates(schedule, count):
        w = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.SGD([w], lr=0.8)
        scheduler = schedule(optimizer)
        found = []
        for _ in range(count):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return found

    lr = torch.optim.lr_scheduler
    losses = [3, 2, 2, 1.99999, 2.5, 2, 1.5, 1.5, 1.6, 1.7, 1.8, 1.9, 1.4, 2, 2, 2, 2, 2, 2]
    w = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([w], lr=0.8)
    plateau = lr.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, min_lr=0.15)
    plateau_rates = []
    for loss in losses:
        plateau.step(loss)
        plateau_rates.append(optimizer.param_groups[0]["lr"])
    return {
        "step": rates(lambda o: lr.StepLR(o, 4, 0.3), 14),
        "cosine": rates(lambda o: lr.CosineAnnealingLR(o, 12, 0.05), 13),
        "one_cycle": rates(lambda o: lr.OneCycleLR(o, 0.8, total_steps=20, pct_start=0.3), 19),
        "plateau": {"losses": losses, "rates": plateau_rates},
    }


def clips():
    found = []
    for limit in (0.5, 100.0):
        gradients = [normal(3, 4), normal(4)]
        parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        found.append(
            {
                "limit": limit,
                "matrix": written(gradients[0]),
                "bias": written(gradients[1]),
                "norm": float(norm),
                "clipped_matrix": written(parameters[0].grad),
                "clipped_bias": written(parameters[1].grad),
            }
        )
    return found


write({"ops": list(ops()), "optimizers": optimizers(), "schedules": schedules(), "clips": clips()})
