package dev.weft.gpt2;

import dev.weft.decoding.LanguageModel;
import dev.weft.nn.Layer;
import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;

/// GPT-2 for decoding: matrices packed once, products fused with bias, GELU and residual, no
/// gradients. One model serves many sessions in many threads.
///
/// The token embedding and the head are one matrix, held once: embedding rows are gathered out of
/// the head's pack. Cached and uncached logits are the same bits: both run the same blocks, and
/// attention over a cache is defined to be attention over the whole sequence.
public final class Gpt2Inference extends Layer implements LanguageModel, AutoCloseable {
  private final Gpt2Config config;
  private final Device device;
  private final Owner owner;
  private final DType weightType;
  private final Weight head; // (C, V), the token embedding as well
  private final Tensor wpe; // (context, C)
  private final Block[] blocks;
  private final Norm lnF;
  private final Head lmHead;

  /// Gives the tensor of a name and shape, F32, in the thread's scope or longer.
  @FunctionalInterface
  interface Source {
    Tensor get(String name, Shape shape);
  }

  /// The inference form of a model in training, which keeps its own weights: later changes of the
  /// parameters do not reach it, but make it refuse to run.
  ///
  /// @param weightType of the matrices: F32, BF16, I8 or, on a GPU, F16; all else stays F32
  public static Gpt2Inference of(Gpt2 model, DType weightType) {
    Source source = (name, shape) -> model.parameters().get(name).tensor();
    return new Gpt2Inference(model.config(), model.parameters().device(), weightType, source);
  }

  Gpt2Inference(Gpt2Config config, Device device, DType weightType, Source source) {
    super("");
    this.config = config;
    this.device = device;
    this.weightType = weightType;
    this.owner = new Owner("gpt2 weights");
    int c = config.width();
    boolean complete = false;
    try {
      head = pack(source, "wte.weight", Shape.of(config.vocabulary(), c), true);
      wpe = copy(source, "wpe.weight", Shape.of(config.context(), c));
      blocks = new Block[config.layers()];
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = part(new Block(i, source));
      }
      lnF = part(new Norm("ln_f", source));
      lmHead = part(new Head());
      complete = true;
    } finally {
      if (!complete) {
        owner.close();
      }
    }
    eval();
  }

  private Weight pack(Source source, String name, Shape shape, boolean transposed) {
    try (Scope _ = Scope.noGrad()) {
      Tensor matrix = source.get(name, shape);
      return Weight.pack(transposed ? matrix.transpose() : matrix, weightType, owner);
    }
  }

  private Tensor copy(Source source, String name, Shape shape) {
    try (Scope _ = Scope.noGrad()) {
      Tensor copy = owner.empty(device, DType.F32, shape);
      device.kernels().copy(Grad.into(copy), source.get(name, shape));
      return copy;
    }
  }

  // ---- the parts ------------------------------------------------------------------------------

  /// Attention of the new tokens of one layer: q, k, v and the result (N, H, D), rows packed one
  /// after another.
  @FunctionalInterface
  interface Attention {
    Tensor apply(int layer, Tensor q, Tensor k, Tensor v);
  }

  private final class Norm extends Layer {
    private final Tensor weight;
    private final Tensor bias;

    Norm(String name, Source source) {
      super(name);
      weight = copy(source, name + ".weight", Shape.of(config.width()));
      bias = copy(source, name + ".bias", Shape.of(config.width()));
    }

    Tensor forward(Tensor x) {
      return passed(x, Ops.layerNorm(x, weight, bias, config.layerNormEps()));
    }
  }

  /// activation(x · w + bias) + residual.
  private final class Projection extends Layer {
    private final Weight weight;
    private final Tensor bias;

    Projection(String name, int in, int out, Source source) {
      super(name);
      weight = pack(source, name + ".weight", Shape.of(in, out), false);
      bias = copy(source, name + ".bias", Shape.of(out));
    }

    Tensor forward(Tensor x, Activation activation, Tensor residual) {
      return passed(x, Ops.linear(x, weight, bias, activation, residual));
    }
  }

  private final class Head extends Layer {
    Head() {
      super("lm_head");
    }

    Tensor forward(Tensor x) {
      return passed(x, Ops.linear(x, head, null, Activation.NONE, null));
    }
  }

  /// x + attention(norm(x)), then x + mlp(norm(x)).
  private final class Block extends Layer {
    private final int index;
    private final Norm ln1;
    private final Projection qkv;
    private final Projection attentionOut;
    private final Norm ln2;
    private final Projection mlpIn;
    private final Projection mlpOut;

    Block(int index, Source source) {
      super("h." + index);
      this.index = index;
      int c = config.width();
      ln1 = part(new Norm(name() + ".ln_1", source));
      qkv = part(new Projection(name() + ".attn.c_attn", c, 3 * c, source));
      attentionOut = part(new Projection(name() + ".attn.c_proj", c, c, source));
      ln2 = part(new Norm(name() + ".ln_2", source));
      mlpIn = part(new Projection(name() + ".mlp.c_fc", c, 4 * c, source));
      mlpOut = part(new Projection(name() + ".mlp.c_proj", 4 * c, c, source));
    }

    Tensor forward(Tensor x, Attention attention) { // (N, C)
      int c = config.width();
      Tensor all = qkv.forward(ln1.forward(x), Activation.NONE, null); // (N, 3C)
      Tensor y = attention.apply(index, heads(all, 0), heads(all, c), heads(all, 2 * c));
      Tensor middle = attentionOut.forward(y.reshape(-1, c), Activation.NONE, x);
      Tensor hidden = mlpIn.forward(ln2.forward(middle), Activation.GELU_TANH, null);
      return passed(x, mlpOut.forward(hidden, Activation.NONE, middle));
    }

    private Tensor heads(Tensor all, int from) { // (N, C) of (N, 3C) → (N, H, D)
      return all.slice(1, from, from + config.width())
          .reshape(all.dim(0), config.heads(), config.headDim());
    }
  }

  // ---- the forward pass -----------------------------------------------------------------------

  /// The last block's output (N, C) for N tokens and their positions.
  Tensor hidden(int[] ids, int[] positions, Attention attention) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= config.vocabulary()) {
        throw new IllegalArgumentException(
            "gpt2: id "
                + ids[i]
                + " at position "
                + i
                + " is outside 0 … "
                + (config.vocabulary() - 1));
      }
    }
    Shape shape = Shape.of(ids.length);
    return hidden(Tensor.ids(device, shape, ids), Tensor.ids(device, shape, positions), attention);
  }

  /// The same for ids and positions I32 (N) that are known to be in range: nothing is copied to the
  /// host. Temporaries go with each block, so that a long prompt holds one block's activations at a
  /// time.
  Tensor hidden(Tensor ids, Tensor positions, Attention attention) {
    Scope scope = Scope.current();
    Shape shape = Shape.of(ids.dim(0), config.width());
    Tensor tokens = Tensor.empty(device, DType.F32, shape);
    device.kernels().column(tokens, head, ids);
    Tensor places = Tensor.empty(device, DType.F32, shape);
    device.kernels().embedding(places, wpe, positions);
    Tensor x = tokens.add(places);
    for (Block block : blocks) {
      Tensor y;
      try (Scope inner = new Scope()) {
        y = inner.keep(block.forward(x, attention), scope);
      }
      scope.release(x);
      x = y;
    }
    return x;
  }

  /// Logits (N, V) of hidden (N, C).
  Tensor head(Tensor hidden) {
    return lmHead.forward(lnF.forward(hidden));
  }

  double attentionScale() {
    return 1 / StrictMath.sqrt(config.headDim());
  }

  /// Logits (B, T, V) of ids I32 (B, T): what follows each position. Keeps nothing.
  public Tensor logits(Tensor ids) {
    ids.shape().requireRank(2, "gpt2", "the ids");
    int rows = ids.dim(0);
    int length = ids.dim(1);
    int[] flat = ids.toInts();
    int[][] tokens = new int[rows][];
    for (int r = 0; r < rows; r++) {
      tokens[r] = java.util.Arrays.copyOfRange(flat, r * length, (r + 1) * length);
    }
    Scope caller = Scope.current();
    try (Scope scope = Scope.noGrad()) {
      return scope.keep(head(whole(tokens)), caller).reshape(rows, length, config.vocabulary());
    }
  }

  @Override
  public Tensor logits(int[][] tokens) {
    Scope caller = Scope.current();
    try (Scope scope = Scope.noGrad()) {
      Tensor hidden = whole(tokens); // (N, C)
      int[] last = new int[tokens.length];
      int end = 0;
      for (int r = 0; r < last.length; r++) {
        end += tokens[r].length;
        last[r] = end - 1;
      }
      Tensor rows = Ops.embedding(hidden, Tensor.ids(device, Shape.of(last.length), last));
      return scope.keep(head(rows), caller);
    }
  }

  /// The last block's output for whole sequences, packed one after another; attention runs over
  /// each of them, with no cache.
  private Tensor whole(int[][] tokens) {
    int count = 0;
    for (int r = 0; r < tokens.length; r++) {
      requireFits(r, tokens[r].length);
      count += tokens[r].length;
    }
    int[] ids = new int[count];
    int[] positions = new int[count];
    int n = 0;
    for (int[] row : tokens) {
      for (int t = 0; t < row.length; t++) {
        ids[n] = row[t];
        positions[n++] = t;
      }
    }
    return hidden(ids, positions, (layer, q, k, v) -> attendWhole(tokens, q, k, v));
  }

  private Tensor attendWhole(int[][] tokens, Tensor q, Tensor k, Tensor v) {
    Tensor[] parts = new Tensor[tokens.length];
    int from = 0;
    for (int r = 0; r < parts.length; r++) {
      int to = from + tokens[r].length;
      Tensor y =
          Ops.attention(
              sequence(q, from, to),
              sequence(k, from, to),
              sequence(v, from, to),
              null,
              attentionScale());
      parts[r] = y.reshape(to - from, config.heads(), config.headDim());
      from = to;
    }
    return parts.length == 1 ? parts[0] : Ops.concat(0, parts);
  }

  private static Tensor sequence(Tensor x, int from, int to) { // (N, H, D) → (1, T, H, D)
    return Ops.unsqueeze(x.slice(0, from, to), 0);
  }

  private void requireFits(int row, int length) {
    if (length < 1 || length > config.context()) {
      throw new IllegalArgumentException(
          "gpt2: row "
              + row
              + " has "
              + length
              + " tokens; 1 … "
              + config.context()
              + ", the context, fit");
    }
  }

  // ---- what it is -----------------------------------------------------------------------------

  @Override
  public int vocabularySize() {
    return config.vocabulary();
  }

  @Override
  public int contextLength() {
    return config.context();
  }

  @Override
  public Session open(int rows) {
    return new Gpt2Session(this, rows);
  }

  /// The shape of the model.
  public Gpt2Config config() {
    return config;
  }

  /// Where it runs.
  public Device device() {
    return device;
  }

  /// Bytes of all weights.
  public long bytes() {
    return owner.bytes();
  }

  /// Throws when the model is closed, or the parameters it was made of have changed since: what
  /// each op asks when it runs, and a replay doesn't.
  void requireUsable() {
    try (Scope _ = Scope.noGrad()) {
      head.requireFresh("gpt2");
      head.panels().requireLive("gpt2");
    }
  }

  /// Gives the weights back; sessions of it can no longer be fed.
  @Override
  public void close() {
    owner.close();
  }

  @Override
  public String toString() {
    return "gpt2 "
        + config.layers()
        + "x"
        + config.width()
        + " "
        + weightType
        + " on "
        + device.name();
  }
}
