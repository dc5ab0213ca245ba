package dev.weft.bench.engine;

/// One step of Adam (learning rate 1e-3, β 0.9 and 0.999, ε 1e-8) of embedding, recurrent layers
/// and a linear head on the mean cross-entropy, the global norm of the gradients clipped to 1. A
/// classifier judges the state after the last step.
///
/// @param name of the network and its file of weights: `lstm-lm` …
/// @param title for people
/// @param cell `tanh`, `lstm` or `gru` as PyTorch has them: its formulas, order of gates and two
///     biases
/// @param classes of a classifier; 0 for a language model, which has a target at each step
/// @param ids steps · rows ids, step by step
/// @param targets as many for a language model, in the same order; else one for each row
public record RecurrentWork(
    String name,
    String title,
    String cell,
    int vocabulary,
    int embedding,
    int hidden,
    int layers,
    int rows,
    int steps,
    int classes,
    int[] ids,
    int[] targets) {
  /// Width of the head.
  public int out() {
    return classes > 0 ? classes : vocabulary;
  }

  /// Blocks of a gate's weights: 1, 4 or 3.
  public int gates() {
    return switch (cell) {
      case "tanh" -> 1;
      case "lstm" -> 4;
      case "gru" -> 3;
      default -> throw new IllegalArgumentException("recurrent: no cell is called " + cell);
    };
  }

  /// Weights of the embedding, of all layers, each with two biases, and of the head.
  public long parameters() {
    long count = (long) vocabulary * embedding + (long) out() * (hidden + 1);
    for (int layer = 0; layer < layers; layer++) {
      int in = layer == 0 ? embedding : hidden;
      count += (long) gates() * hidden * (in + hidden + 2);
    }
    return count;
  }

  /// Values that the way forward leaves to the way back: embeddings, each layer's gates and states,
  /// logits.
  public long activations() {
    long each = embedding + (long) layers * (gates() + 1) * hidden;
    return (long) steps * rows * each + (long) targets.length * out();
  }

  /// Operations of the products of a step: forward, and twice as many backward.
  public double flops() {
    double flops = 0;
    for (int layer = 0; layer < layers; layer++) {
      int in = layer == 0 ? embedding : hidden;
      flops += 2.0 * steps * rows * gates() * hidden * (in + hidden);
    }
    return 3 * (flops + 2.0 * targets.length * hidden * out());
  }
}
