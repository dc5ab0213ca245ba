package dev.weft.gpt2;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// GPT-2 for training: every weight a parameter, named as in Hugging Face's files, every op
/// recorded.
/// Reads from top to bottom: embeddings, blocks (attention, MLP), final norm, tied head.
///
/// Matrices are stored (in, out), as the published files have them. Initial weights are those of
/// the
/// paper: normal with deviation 0.02, residual projections divided by √(2 · layers), biases 0,
/// gains 1.
public final class Gpt2 implements AutoCloseable {
  private static final double DEVIATION = 0.02;

  private final Gpt2Config config;
  private final ParameterSet parameters;
  private final Parameter wte; // (V, C)
  private final Parameter wpe; // (context, C)
  private final Block[] blocks;
  private final Norm lnF;

  /// Dropout at one step of training: where it applies, GPT-2's three places use the same
  /// probability.
  ///
  /// @param p share set to zero, in [0, 1); 0 turns it off
  /// @param seed of the run
  /// @param step of the run; each step draws other masks
  public record Dropout(double p, long seed, int step) {
    /// No dropout: evaluation.
    public static final Dropout OFF = new Dropout(0, 0, 0);
  }

  /// A model with freshly drawn weights.
  public static Gpt2 create(Gpt2Config config, Device device, DType dtype, long seed) {
    Gpt2 model = new Gpt2(config, device, dtype);
    model.parameters.allocate(seed);
    return model;
  }

  /// A model that has names and shapes but no weights yet: to be loaded, or asked for them.
  static Gpt2 declare(Gpt2Config config, Device device, DType dtype) {
    return new Gpt2(config, device, dtype);
  }

  private Gpt2(Gpt2Config config, Device device, DType dtype) {
    this.config = config;
    this.parameters = new ParameterSet("gpt2", device, dtype);
    int c = config.width();
    wte = parameters.add("wte.weight", Shape.of(config.vocabulary(), c), normal(DEVIATION));
    wpe = parameters.add("wpe.weight", Shape.of(config.context(), c), normal(DEVIATION));
    blocks = new Block[config.layers()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = new Block("h." + i);
    }
    lnF = new Norm("ln_f");
  }

  private static Initializer normal(double deviation) {
    return (values, shape, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (deviation * random.nextNormal());
      }
    };
  }

  /// Layer norm's gain and bias.
  private final class Norm {
    final Parameter weight;
    final Parameter bias;

    Norm(String name) {
      weight = parameters.add(name + ".weight", Shape.of(config.width()), Initializer.ONES);
      bias = parameters.add(name + ".bias", Shape.of(config.width()), Initializer.ZEROS);
    }

    Tensor forward(Tensor x) {
      return Ops.layerNorm(x, weight.tensor(), bias.tensor(), config.layerNormEps());
    }
  }

  /// A linear layer, (in, out).
  private final class Projection {
    final Parameter weight;
    final Parameter bias;

    Projection(String name, int in, int out, double deviation) {
      weight = parameters.add(name + ".weight", Shape.of(in, out), normal(deviation));
      bias = parameters.add(name + ".bias", Shape.of(out), Initializer.ZEROS);
    }

    Tensor forward(Tensor x) {
      return Ops.linear(x, weight.tensor(), bias.tensor());
    }
  }

  /// x + attention(norm(x)), then x + mlp(norm(x)).
  private final class Block {
    final Norm ln1;
    final Projection qkv;
    final Projection attentionOut;
    final Norm ln2;
    final Projection mlpIn;
    final Projection mlpOut;

    Block(String name) {
      int c = config.width();
      double residual = DEVIATION / StrictMath.sqrt(2.0 * config.layers());
      ln1 = new Norm(name + ".ln_1");
      qkv = new Projection(name + ".attn.c_attn", c, 3 * c, DEVIATION);
      attentionOut = new Projection(name + ".attn.c_proj", c, c, residual);
      ln2 = new Norm(name + ".ln_2");
      mlpIn = new Projection(name + ".mlp.c_fc", c, 4 * c, DEVIATION);
      mlpOut = new Projection(name + ".mlp.c_proj", 4 * c, c, residual);
    }

    Tensor forward(Tensor x, Drop drop) { // (B, T, C)
      Tensor attended = attentionOut.forward(attention(qkv.forward(ln1.forward(x))));
      Tensor middle = x.add(drop.apply(attended));
      Tensor mlp = mlpOut.forward(Ops.gelu(mlpIn.forward(ln2.forward(middle))));
      return middle.add(drop.apply(mlp));
    }

    private Tensor attention(Tensor qkv) { // (B, T, 3C) → (B, T, C)
      int c = config.width();
      Tensor q = heads(qkv.slice(-1, 0, c));
      Tensor k = heads(qkv.slice(-1, c, 2 * c));
      Tensor v = heads(qkv.slice(-1, 2 * c, 3 * c));
      Tensor y = Ops.attention(q, k, v, null, 1 / StrictMath.sqrt(config.headDim()));
      return y.reshape(y.dim(0), y.dim(1), c);
    }

    private Tensor heads(Tensor x) { // (B, T, C) → (B, T, H, D)
      return x.reshape(x.dim(0), x.dim(1), config.heads(), config.headDim());
    }
  }

  /// Numbers the dropout masks of one forward pass.
  private static final class Drop {
    private final Dropout dropout;
    private int next;

    Drop(Dropout dropout) {
      this.dropout = dropout;
    }

    Tensor apply(Tensor x) {
      return Ops.dropout(x, dropout.p, dropout.seed, dropout.step, next++);
    }
  }

  /// The shape of the model.
  public Gpt2Config config() {
    return config;
  }

  /// All weights, in the order of the model.
  public ParameterSet parameters() {
    return parameters;
  }

  /// Logits (B, T, V) of ids I32 (B, T): what follows each position.
  public Tensor logits(Tensor ids) {
    return logits(ids, Dropout.OFF);
  }

  /// Logits (B, T, V) with dropout.
  public Tensor logits(Tensor ids, Dropout dropout) {
    ids.shape().requireRank(2, "gpt2", "the ids");
    int length = ids.dim(1);
    if (length < 1 || length > config.context()) {
      throw new IllegalArgumentException(
          "gpt2: " + length + " tokens do not fit the context of " + config.context());
    }
    Drop drop = new Drop(dropout);
    Tensor positions = wpe.tensor().slice(0, 0, length); // (T, C)
    Tensor x = drop.apply(Ops.embedding(wte.tensor(), ids).add(positions)); // (B, T, C)
    for (Block block : blocks) {
      x = block.forward(x, drop);
    }
    return Ops.linear(lnF.forward(x), wte.tensor().transpose(), null);
  }

  /// Mean cross entropy of the next token: ids I32 (B, T + 1) hold the input and, one further, the
  /// targets.
  public Tensor loss(Tensor ids, Dropout dropout) {
    int length = ids.dim(1) - 1;
    Tensor targets = Ops.contiguous(ids.slice(1, 1, length + 1));
    return Ops.crossEntropy(logits(Ops.contiguous(ids.slice(1, 0, length)), dropout), targets);
  }

  /// Gives the weights back.
  @Override
  public void close() {
    parameters.close();
  }
}
