package dev.weft.gpt2;

/// The shape of a GPT-2 (Radford et al., "Language models are unsupervised multitask learners",
/// 2019).
///
/// @param vocabulary number of token ids
/// @param context most tokens in one sequence
/// @param width values per token (`n_embd`)
/// @param layers transformer blocks
/// @param heads attention heads; divide the width
/// @param layerNormEps added to the variance
public record Gpt2Config(
    int vocabulary, int context, int width, int layers, int heads, double layerNormEps) {
  /// 124 M parameters.
  public static final Gpt2Config SMALL = published(768, 12, 12);

  /// 355 M parameters.
  public static final Gpt2Config MEDIUM = published(1024, 24, 16);

  /// 774 M parameters.
  public static final Gpt2Config LARGE = published(1280, 36, 20);

  /// 1,558 M parameters.
  public static final Gpt2Config XL = published(1600, 48, 25);

  /// The model that ships with Weft: 3.5 M parameters, 7 MB in bf16. Deep rather than wide: at this
  /// size six layers of 192 read better than four of 256, and 192 columns are four whole panels.
  public static final Gpt2Config TINY = new Gpt2Config(4096, 256, 192, 6, 6, 1e-5);

  /// Checks that every size is positive and that the heads divide the width.
  public Gpt2Config {
    if (vocabulary < 1 || context < 1 || width < 1 || layers < 0 || heads < 1) {
      throw new IllegalArgumentException(
          "gpt2: vocabulary "
              + vocabulary
              + ", context "
              + context
              + ", width "
              + width
              + ", layers "
              + layers
              + ", heads "
              + heads
              + ": all must be positive");
    }
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "gpt2: the width " + width + " is no multiple of the " + heads + " heads");
    }
    if (!(layerNormEps > 0)) {
      throw new IllegalArgumentException(
          "gpt2: layer norm eps must be above 0 but is " + layerNormEps);
    }
  }

  private static Gpt2Config published(int width, int layers, int heads) {
    return new Gpt2Config(50257, 1024, width, layers, heads, 1e-5);
  }

  /// Values per head.
  public int headDim() {
    return width / heads;
  }

  /// Trained scalars; the head is tied to the token embedding and counted once.
  public long parameterCount() {
    long c = width;
    long block = 12 * c * c + 13 * c;
    return (long) vocabulary * c + (long) context * c + layers * block + 2 * c;
  }

  /// Bytes of keys and values for one sequence of `length` tokens in F32.
  public long cacheBytes(int length) {
    return 2L * layers * length * width * Float.BYTES;
  }

  /// Floating-point operations of one token's products in the forward pass, attention over `length`
  /// tokens and the head included.
  public double flopsPerToken(int length) {
    double c = width;
    return 2 * (layers * (12 * c * c + 2 * c * length) + vocabulary * c);
  }
}
