package dev.weft.gpt2;

import dev.weft.nn.Initializers;
import dev.weft.nn.Layer;
import dev.weft.nn.LayerNorm;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.Stage;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// GPT-2 for training: every weight a parameter, named as in Hugging Face's files, every op
/// recorded. Reads from top to bottom: embeddings, blocks (attention, MLP), final norm, tied head.
///
/// Matrices are stored (in, out), as the published files have them. Initial weights are those of
/// the paper: normal with deviation 0.02, residual projections divided by √(2 · layers), biases 0,
/// gains 1.
public final class Gpt2 extends Layer implements AutoCloseable {
  private static final double DEVIATION = 0.02;

  private final Gpt2Config config;
  private final ParameterSet parameters;
  private final Parameter wte; // (V, C)
  private final Parameter wpe; // (context, C)
  private final Block[] blocks;
  private final LayerNorm lnF;
  private double dropout;
  private Noise noise = new Noise(0);

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
    super("");
    this.config = config;
    this.parameters = new ParameterSet("gpt2", device, dtype);
    Place root = Place.in(parameters);
    int c = config.width();
    Initializer normal = Initializers.normal(0, DEVIATION);
    wte = root.at("wte").add("weight", Shape.of(config.vocabulary(), c), normal);
    wpe = root.at("wpe").add("weight", Shape.of(config.context(), c), normal);
    blocks = new Block[config.layers()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = part(new Block(root.at("h").at(i)));
    }
    lnF = part(new LayerNorm(root.at("ln_f"), c, config.layerNormEps()));
  }

  /// Sets dropout for training: after the embeddings and before each residual addition the same
  /// share is dropped. Attention's weights are not (Hugging Face's `attn_pdrop` is 0 here).
  ///
  /// @param share in [0, 1); 0, as at first, drops nothing
  /// @param noise counts the masks
  public Gpt2 dropout(double share, Noise noise) {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("gpt2: dropout must lie in [0, 1) but is " + share);
    }
    this.dropout = share;
    this.noise = noise;
    return this;
  }

  private Tensor drop(Tensor x) {
    boolean drops = training() && dropout > 0;
    return drops ? Ops.dropout(x, dropout, noise.seed(), noise.step(), noise.next()) : x;
  }

  /// A linear layer whose matrix is stored (in, out).
  private static final class Projection extends Layer implements Stage {
    private final Parameter weight;
    private final Parameter bias;

    Projection(Place place, int in, int out, double deviation) {
      super(place.path());
      weight = place.add("weight", Shape.of(in, out), Initializers.normal(0, deviation));
      bias = place.add("bias", Shape.of(out), Initializer.ZEROS);
    }

    @Override
    public Tensor forward(Tensor x) {
      return passed(x, Ops.linear(x, weight.tensor(), bias.tensor()));
    }
  }

  /// x + attention(norm(x)), then x + mlp(norm(x)).
  private final class Block extends Layer implements Stage {
    private final LayerNorm ln1;
    private final Projection qkv;
    private final Projection attentionOut;
    private final LayerNorm ln2;
    private final Projection mlpIn;
    private final Projection mlpOut;

    Block(Place place) {
      super(place.path());
      int c = config.width();
      double residual = DEVIATION / StrictMath.sqrt(2.0 * config.layers());
      ln1 = part(new LayerNorm(place.at("ln_1"), c, config.layerNormEps()));
      qkv = part(new Projection(place.at("attn").at("c_attn"), c, 3 * c, DEVIATION));
      attentionOut = part(new Projection(place.at("attn").at("c_proj"), c, c, residual));
      ln2 = part(new LayerNorm(place.at("ln_2"), c, config.layerNormEps()));
      mlpIn = part(new Projection(place.at("mlp").at("c_fc"), c, 4 * c, DEVIATION));
      mlpOut = part(new Projection(place.at("mlp").at("c_proj"), 4 * c, c, residual));
    }

    @Override
    public Tensor forward(Tensor x) { // (B, T, C)
      Tensor attended = attentionOut.forward(attention(qkv.forward(ln1.forward(x))));
      Tensor middle = x.add(drop(attended));
      Tensor mlp = mlpOut.forward(Ops.gelu(mlpIn.forward(ln2.forward(middle))));
      return passed(x, middle.add(drop(mlp)));
    }

    private Tensor attention(Tensor all) { // (B, T, 3C) → (B, T, C)
      int c = config.width();
      Tensor q = heads(all.slice(-1, 0, c));
      Tensor k = heads(all.slice(-1, c, 2 * c));
      Tensor v = heads(all.slice(-1, 2 * c, 3 * c));
      Tensor y = Ops.attention(q, k, v, null, 1 / StrictMath.sqrt(config.headDim()));
      return y.reshape(y.dim(0), y.dim(1), c);
    }

    private Tensor heads(Tensor x) { // (B, T, C) → (B, T, H, D)
      return x.reshape(x.dim(0), x.dim(1), config.heads(), config.headDim());
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
    ids.shape().requireRank(2, "gpt2", "the ids");
    int length = ids.dim(1);
    if (length < 1 || length > config.context()) {
      throw new IllegalArgumentException(
          "gpt2: " + length + " tokens do not fit the context of " + config.context());
    }
    Tensor positions = wpe.tensor().slice(0, 0, length); // (T, C)
    Tensor x = drop(Ops.embedding(wte.tensor(), ids).add(positions)); // (B, T, C)
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return Ops.linear(lnF.forward(x), wte.tensor().transpose(), null);
  }

  /// Mean cross entropy of the next token: ids I32 (B, T + 1) hold the input and, one further, the
  /// targets.
  public Tensor loss(Tensor ids) {
    int length = ids.dim(1) - 1;
    Tensor targets = Ops.contiguous(ids.slice(1, 1, length + 1));
    return Ops.crossEntropy(logits(Ops.contiguous(ids.slice(1, 0, length))), targets);
  }

  /// Gives the weights back.
  @Override
  public void close() {
    parameters.close();
  }
}
