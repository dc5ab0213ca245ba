package dev.weft.bench;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.SessionLedger;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// A model whose answer is always the same, so that what remains is the cost of decoding.
public final class FixedLogits implements LanguageModel {
  private final int vocabulary;
  private final Tensor logits; // (rows, V)

  /// Logits (rows, vocabulary), row-major, which `owner` keeps.
  public FixedLogits(Owner owner, Device device, int vocabulary, float[] values) {
    this.vocabulary = vocabulary;
    Shape shape = Shape.of(values.length / vocabulary, vocabulary);
    logits = owner.empty(device, DType.F32, shape).set(values);
  }

  /// N(0, 2) logits for `rows` rows.
  public static float[] normal(int vocabulary, int rows) {
    Philox random = new Philox(11, Philox.Purpose.INITIALISATION, 0, 0);
    float[] values = new float[rows * vocabulary];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * random.nextNormal());
    }
    return values;
  }

  @Override
  public int vocabularySize() {
    return vocabulary;
  }

  @Override
  public int contextLength() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Tensor logits(int[][] tokens) {
    return logits.slice(0, 0, tokens.length);
  }

  @Override
  public Session open(int rows) {
    return new Fixed(new SessionLedger(this, rows));
  }

  private final class Fixed implements Session {
    private final SessionLedger ledger;

    Fixed(SessionLedger ledger) {
      this.ledger = ledger;
    }

    @Override
    public LanguageModel model() {
      return FixedLogits.this;
    }

    @Override
    public int rows() {
      return ledger.rows();
    }

    @Override
    public int[] tokens(int row) {
      return ledger.tokens(row);
    }

    @Override
    public Tensor feed(int[][] tokens) {
      ledger.beginFeed(tokens);
      ledger.endFeed(tokens, true);
      return logits(tokens);
    }

    @Override
    public void reorder(int[] parents) {
      ledger.checkReorder(parents);
      ledger.reorder(parents);
    }

    @Override
    public Session fork(int rows) {
      return new Fixed(ledger.fork(rows));
    }

    @Override
    public void truncate(int position) {
      ledger.truncate(position);
    }

    @Override
    public int position(int row) {
      return ledger.position(row);
    }

    @Override
    public void close() {
      ledger.close();
    }
  }
}
