package dev.weft.decoding;

import java.util.Map;
import java.util.TreeMap;

/// Adds a number to the logits of given ids, as OpenAI's interface and llama.cpp do.
public final class LogitBias implements Filter {
  /// The largest bias, which F32 logits still bear.
  public static final double MOST = 1e30;

  private final int[] ids;
  private final double[] biases;

  /// Biases by id; −∞ makes an id impossible. Throws for NaN and above [#MOST].
  public LogitBias(Map<Integer, Double> biases) {
    this.ids = new int[biases.size()];
    this.biases = new double[biases.size()];
    int count = 0;
    for (Map.Entry<Integer, Double> entry : new TreeMap<>(biases).entrySet()) {
      double bias = entry.getValue();
      if (!(bias <= MOST)) {
        throw new IllegalArgumentException(
            "logit bias: the bias of id "
                + entry.getKey()
                + " is "
                + bias
                + "; it must be at most 1e30, or -Infinity to forbid the id");
      }
      this.ids[count] = entry.getKey();
      this.biases[count++] = bias;
    }
  }

  /// Throws for an id outside the vocabulary.
  @Override
  public void apply(Candidates candidates, History history) {
    for (int i = 0; i < ids.length; i++) {
      candidates.requireInVocabulary("logit bias", ids[i]);
      int index = candidates.indexOf(ids[i]);
      if (index >= 0) {
        candidates.logits[index] = (float) (candidates.logits[index] + biases[i]);
      }
    }
  }

  @Override
  public String name() {
    return "logit bias";
  }
}
