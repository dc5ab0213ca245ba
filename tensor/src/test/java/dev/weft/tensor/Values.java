package dev.weft.tensor;

/// What the elements of a test tensor are like.
public enum Values {
  /// Uniform in [−1, 1).
  UNIFORM {
    @Override
    float next(Philox random) {
      return (float) (2 * random.nextUniform() - 1);
    }
  },
  /// Uniform in [0.25, 1.25).
  POSITIVE {
    @Override
    float next(Philox random) {
      return (float) (0.25 + random.nextUniform());
    }
  },
  /// Of either sign and any size from 1e-20 to 1e20, with zeros among them.
  WIDE {
    @Override
    float next(Philox random) {
      double exponent = 40 * random.nextUniform() - 20;
      double sign = random.nextUniform();
      return sign < 0.05 ? 0f : sign < 0.1 ? -0f : (float) ((sign - 0.55) * Math.pow(10, exponent));
    }
  },
  /// Any bits: subnormal and huge numbers, infinities, NaN.
  BITS {
    @Override
    float next(Philox random) {
      return Float.intBitsToFloat((int) (long) (random.nextUniform() * 0x1p32));
    }
  },
  /// Few different values, so that ties are common, both zeros among them.
  TIES {
    @Override
    float next(Philox random) {
      int value = random.nextInt(6) - 2;
      return value == 3 ? -0f : value;
    }
  },
  /// As [#TIES], with NaN and infinities.
  TIES_AND_NAN {
    @Override
    float next(Philox random) {
      return switch (random.nextInt(12)) {
        case 0 -> Float.NaN;
        case 1 -> Float.NEGATIVE_INFINITY;
        case 2 -> Float.POSITIVE_INFINITY;
        default -> TIES.next(random);
      };
    }
  },
  /// Scores in [−20, 20).
  LOGITS {
    @Override
    float next(Philox random) {
      return (float) (40 * random.nextUniform() - 20);
    }
  },
  /// As [#LOGITS], a third of them masked with −∞.
  MASKED {
    @Override
    float next(Philox random) {
      float value = LOGITS.next(random);
      return random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : value;
    }
  };

  abstract float next(Philox random);

  /// The next `count` values of a stream.
  public float[] draw(Philox random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = next(random);
    }
    return values;
  }
}
