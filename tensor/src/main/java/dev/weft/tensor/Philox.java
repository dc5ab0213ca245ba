package dev.weft.tensor;

/// Philox4x32-10, a counter-based generator: the same (seed, step, sequence, purpose, block) gives
/// the same four words on every device and in every order. Salmon, Moraes, Dror and Shaw, "Parallel
/// random numbers: as easy as 1, 2, 3", 2011.
public final class Philox {
  /// What a stream of numbers is for; streams of different purposes never meet.
  public enum Purpose {
    TOKEN(0),
    BEAM(1),
    ACCEPTANCE(2),
    DROPOUT(3),
    INITIALISATION(4),
    SHUFFLE(5),
    FORCING(6);

    private final int word;

    Purpose(int word) {
      this.word = word;
    }

    /// The counter word that stands for it.
    public int word() {
      return word;
    }
  }

  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final double TWO_POW_MINUS_53 = 0x1p-53;

  private final int key0;
  private final int key1;
  private final int step;
  private final int sequence;
  private final int purpose;
  private final int[] words = new int[4];
  private int block;
  private int used = 4;
  private double spareNormal = Double.NaN;

  /// A stream: uniforms in order, two from each block of four words.
  public Philox(long seed, Purpose purpose, int step, int sequence) {
    this.key0 = (int) seed;
    this.key1 = (int) (seed >>> 32);
    this.purpose = purpose.word();
    this.step = step;
    this.sequence = sequence;
  }

  /// The four words for a counter and a key, into `out`.
  public static void words(int c0, int c1, int c2, int c3, int k0, int k1, int[] out) {
    for (int round = 0; round < 10; round++) {
      long p0 = Integer.toUnsignedLong(M0) * Integer.toUnsignedLong(c0);
      long p1 = Integer.toUnsignedLong(M1) * Integer.toUnsignedLong(c2);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += W0;
      k1 += W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }

  /// The first uniform of a stream, in [0, 1): what one draw of one token uses.
  public static double uniform(long seed, Purpose purpose, int step, int sequence) {
    return new Philox(seed, purpose, step, sequence).nextUniform();
  }

  /// The next uniform in [0, 1): the upper 53 bits of two words, over 2^53.
  public double nextUniform() {
    if (used == 4) {
      words(step, sequence, purpose, block++, key0, key1, words);
      used = 0;
    }
    long bits = Integer.toUnsignedLong(words[used]) << 32 | Integer.toUnsignedLong(words[used + 1]);
    used += 2;
    return (bits >>> 11) * TWO_POW_MINUS_53;
  }

  /// The next integer in [0, bound), each equally likely to within 2^-53 · bound.
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("philox: the bound must be at least 1 but is " + bound);
    }
    return (int) (nextUniform() * bound);
  }

  /// The next standard normal number (Box and Muller, 1958, with StrictMath).
  public double nextNormal() {
    if (!Double.isNaN(spareNormal)) {
      double value = spareNormal;
      spareNormal = Double.NaN;
      return value;
    }
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextUniform()));
    double angle = 2 * StrictMath.PI * nextUniform();
    spareNormal = radius * StrictMath.sin(angle);
    return radius * StrictMath.cos(angle);
  }

  /// A random order of 0 … n-1 (Fisher and Yates).
  public int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
