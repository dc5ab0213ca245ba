package dev.weft.tensor;

/// What a fused linear product applies after its bias.
public enum Activation {
  NONE,
  GELU_TANH
}
