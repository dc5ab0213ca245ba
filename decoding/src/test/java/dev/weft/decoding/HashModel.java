package dev.weft.decoding;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.concurrent.atomic.AtomicLong;

/// A recurrent mock: a state is folded over the ids, and the logits are a function of the state.
/// Counts the positions that it computes.
public final class HashModel implements LanguageModel {
  private final Device device = Devices.best();
  private final int vocabularySize;
  private final int contextLength;
  private final AtomicLong positions = new AtomicLong();
  private volatile boolean failing;

  public HashModel(int vocabularySize, int contextLength) {
    this.vocabularySize = vocabularySize;
    this.contextLength = contextLength;
  }

  /// Positions computed so far.
  public long positions() {
    return positions.get();
  }

  /// Makes every step of a session fail in the middle.
  public void failing(boolean failing) {
    this.failing = failing;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public Tensor logits(int[][] tokens) {
    float[] values = new float[tokens.length * vocabularySize];
    for (int r = 0; r < tokens.length; r++) {
      fill(values, r, fold(0, tokens[r]));
    }
    return Tensor.of(device, Shape.of(tokens.length, vocabularySize), values);
  }

  private long fold(long state, int[] ids) {
    for (int id : ids) {
      positions.incrementAndGet();
      state = (state ^ (id + 1)) * 0x9E3779B97F4A7C15L;
      state ^= state >>> 29;
    }
    return state;
  }

  private void fill(float[] values, int row, long state) {
    if (failing) {
      throw new ArithmeticException("made to fail");
    }
    for (int j = 0; j < vocabularySize; j++) {
      long h = (state + j) * 0xBF58476D1CE4E5B9L;
      h = (h ^ (h >>> 31)) * 0x94D049BB133111EBL;
      values[row * vocabularySize + j] = (h >>> 40) * 0x1p-22f;
    }
  }

  @Override
  public Session open(int rows) {
    return new States(new SessionLedger(this, rows), new long[rows]);
  }

  @Override
  public String toString() {
    return "hash model of " + vocabularySize;
  }

  private final class States implements Session {
    private final SessionLedger ledger;
    private long[] states;
    private Owner owner = new Owner("states");

    States(SessionLedger ledger, long[] states) {
      this.ledger = ledger;
      this.states = states;
    }

    @Override
    public LanguageModel model() {
      return HashModel.this;
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
    public int position(int row) {
      return ledger.position(row);
    }

    @Override
    public Tensor feed(int[][] tokens) {
      ledger.beginFeed(tokens);
      boolean done = false;
      try {
        long[] next = states.clone();
        float[] values = new float[tokens.length * vocabularySize];
        for (int r = 0; r < tokens.length; r++) {
          next[r] = fold(next[r], tokens[r]);
          fill(values, r, next[r]);
        }
        owner.close();
        owner = new Owner("states");
        Tensor logits =
            owner.empty(device, DType.F32, Shape.of(tokens.length, vocabularySize)).set(values);
        states = next;
        done = true;
        return logits;
      } finally {
        ledger.endFeed(tokens, done);
      }
    }

    @Override
    public void reorder(int[] parents) {
      ledger.begin("reorder");
      try {
        ledger.checkReorder(parents);
        long[] next = new long[parents.length];
        for (int i = 0; i < next.length; i++) {
          next[i] = states[parents[i]];
        }
        states = next;
        ledger.reorder(parents);
      } finally {
        ledger.end();
      }
    }

    @Override
    public Session fork(int rows) {
      ledger.begin("fork");
      try {
        SessionLedger copy = ledger.fork(rows);
        long[] copies = new long[rows];
        java.util.Arrays.fill(copies, states[0]);
        return new States(copy, copies);
      } finally {
        ledger.end();
      }
    }

    @Override
    public void truncate(int position) {
      ledger.begin("truncate");
      try {
        ledger.truncate(position);
        for (int r = 0; r < states.length; r++) {
          states[r] = fold(0, ledger.tokens(r));
        }
      } finally {
        ledger.end();
      }
    }

    @Override
    public void close() {
      if (ledger.close()) {
        owner.close();
      }
    }
  }
}
