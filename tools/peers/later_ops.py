"""Ops of PyTorch 2.7 that the PyTorch which writes the TorchScript files may not know yet.

Only their signatures are needed to write a call down; the engine that reads the file has the ops.
"""

import torch

_LATER = {
    "aten": [
        "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value,"
        " Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, *,"
        " float? scale=None, bool enable_gqa=False) -> Tensor",
        "_fused_adamw_(Tensor(a!)[] self, Tensor(b!)[] grads, Tensor(c!)[] exp_avgs,"
        " Tensor(d!)[] exp_avg_sqs, Tensor(e!)[] max_exp_avg_sqs, Tensor[] state_steps, *,"
        " float lr, float beta1, float beta2, float weight_decay, float eps, bool amsgrad,"
        " bool maximize, Tensor? grad_scale=None, Tensor? found_inf=None) -> ()",
    ],
    "mkldnn": [
        "_reorder_linear_weight(Tensor self, int? batch_size=None) -> Tensor Y",
        "_linear_pointwise(Tensor X, Tensor W, Tensor? B, str attr, Scalar?[] scalars,"
        " str? algorithm) -> Tensor Y",
        "_linear_pointwise.binary(Tensor X, Tensor other, Tensor W, Tensor? B, str attr)"
        " -> Tensor Y",
    ],
}


def declare():
    """Declares the missing ones; what is returned has to live as long as they are used."""
    libraries = []
    for namespace, schemas in _LATER.items():
        library = torch._C._dispatch_library("FRAGMENT", namespace, "")
        for schema in schemas:
            name = namespace + "::" + schema.split("(")[0].split(".")[0]
            if schema.split("(")[0] not in {
                s.name.split("::")[1] + ("." + s.overload_name if s.overload_name else "")
                for s in torch._C._jit_get_schemas_for_operator(name)
            }:
                library.define(schema)
        libraries.append(library)
    return libraries
