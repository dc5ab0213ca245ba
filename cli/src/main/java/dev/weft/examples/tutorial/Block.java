package dev.weft.examples.tutorial;

import dev.weft.nn.LayerNorm;
import dev.weft.nn.Linear;
import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// One transformer block.
public final class Block {
  // region block
  private final int heads;
  private final LayerNorm ln1;
  private final Linear qkv;
  private final Linear attentionOut;
  private final LayerNorm ln2;
  private final Linear mlpIn;
  private final Linear mlpOut;

  Block(Place place, int width, int heads) {
    this.heads = heads;
    ln1 = new LayerNorm(place.at("ln_1"), width);
    qkv = new Linear(place.at("attn.c_attn"), width, 3 * width);
    attentionOut = new Linear(place.at("attn.c_proj"), width, width);
    ln2 = new LayerNorm(place.at("ln_2"), width);
    mlpIn = new Linear(place.at("mlp.c_fc"), width, 4 * width);
    mlpOut = new Linear(place.at("mlp.c_proj"), 4 * width, width);
  }

  Tensor forward(Tensor x) { // (B, T, C)
    Tensor middle = x.add(attentionOut.forward(attention(qkv.forward(ln1.forward(x)))));
    return middle.add(mlpOut.forward(Ops.gelu(mlpIn.forward(ln2.forward(middle)))));
  }

  // endregion

  // region attention
  private Tensor attention(Tensor qkv) { // (B, T, 3C) → (B, T, C)
    int c = qkv.dim(2) / 3;
    Tensor q = split(qkv.slice(2, 0, c));
    Tensor k = split(qkv.slice(2, c, 2 * c));
    Tensor v = split(qkv.slice(2, 2 * c, 3 * c));
    Tensor y = Ops.attention(q, k, v, null, 1 / StrictMath.sqrt((double) c / heads));
    return y.reshape(qkv.dim(0), qkv.dim(1), c);
  }

  private Tensor split(Tensor x) { // (B, T, C) → (B, T, H, D), a view
    return x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads);
  }

  // endregion

  /// Prints to the console.
  public static void main(String[] args) {
    // region run
    Device device = Devices.best();
    try (var parameters = new ParameterSet("block", device, DType.F32)) {
      Block block = new Block(Place.in(parameters).at("h.0"), 32, 4);
      parameters.allocate(7);
      try (Scope _ = Scope.noGrad()) {
        Tensor x = Tensor.full(device, DType.F32, Shape.of(2, 5, 32), 0.5);
        System.out.println(block.forward(x).shape() + ", " + parameters.count() + " weights");
      }
    }
    // endregion
  }
}
