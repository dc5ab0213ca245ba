package dev.weft.rnn;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Readout;
import dev.weft.decoding.SessionLedger;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// Sequences of one model with the states that they left its layers in.
final class RnnSession implements LanguageModel.Session {
  /// Ids of one pass through the layers: bounds what a long prompt needs in activations.
  private static final int CHUNK = 512;

  private final StepModel model;
  private final SessionLedger ledger;
  private final Owner owner = new Owner("rnn session");
  private States states; // after all ids that the ledger holds; null: to be run from the first one
  private Tensor logits;

  RnnSession(StepModel model, int rows) {
    this(model, new SessionLedger(model, rows));
  }

  private RnnSession(StepModel model, SessionLedger ledger) {
    this.model = model;
    this.ledger = ledger;
  }

  @Override
  public LanguageModel model() {
    return ledger.model();
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

  // ---- feeding --------------------------------------------------------------------------------

  @Override
  public Tensor feed(int[][] tokens) {
    return feed(tokens, Readout.NONE);
  }

  @Override
  public Tensor feed(int[][] tokens, Readout readout) {
    ledger.beginFeed(tokens);
    boolean done = false;
    try {
      dropLogits();
      Tensor fed = run(states == null ? histories(tokens) : tokens, readout);
      done = true;
      return fed;
    } finally {
      ledger.endFeed(tokens, done);
    }
  }

  /// The rows' ids from the first one on, `tokens` included.
  private int[][] histories(int[][] tokens) {
    int[][] whole = new int[tokens.length][];
    for (int r = 0; r < whole.length; r++) {
      int[] held = ledger.tokens(r);
      whole[r] = Arrays.copyOf(held, held.length + tokens[r].length);
      System.arraycopy(tokens[r], 0, whole[r], held.length, tokens[r].length);
    }
    return whole;
  }

  /// The states change only when everything else is done.
  private Tensor run(int[][] tokens, Readout readout) {
    int rows = tokens.length;
    int longest = Arrays.stream(tokens).mapToInt(row -> row.length).max().orElse(0);
    int step = Math.max(1, CHUNK / rows);
    try (Scope scope = Scope.noGrad()) {
      States running = (states == null ? model.first(rows) : states).take(scope);
      for (int from = 0; from < longest; from += step) {
        try (Scope _ = new Scope()) {
          pass(tokens, from, Math.min(longest, from + step), running);
        }
      }
      Tensor fresh = model.scores(running.parts().getLast().h());
      readout.run(fresh);
      if (states == null) {
        states = running.take(owner);
      } else {
        running.copyTo(states);
      }
      logits = scope.keep(fresh, owner);
      return logits;
    }
  }

  /// Ids from … to − 1 of each row; a row that has fewer keeps its state.
  private void pass(int[][] tokens, int from, int to, States running) {
    int rows = tokens.length;
    int[] lengths = new int[rows];
    int[] ids = new int[(to - from) * rows]; // (T, B)
    boolean whole = true;
    for (int r = 0; r < rows; r++) {
      lengths[r] = Math.max(0, Math.min(tokens[r].length, to) - from);
      whole &= lengths[r] == to - from;
      for (int t = 0; t < lengths[r]; t++) {
        ids[t * rows + r] = tokens[r][from + t];
      }
    }
    Tensor x = model.embed(Tensor.ids(model.device(), Shape.of(to - from, rows), ids));
    Tensor mask = whole ? null : Mask.ofLengths(model.device(), to - from, lengths);
    model.cell().forward(x, running, mask).last().copyTo(running);
  }

  private void dropLogits() {
    if (logits != null) {
      owner.release(logits);
      logits = null;
    }
  }

  private void dropStates() {
    if (states != null) {
      states.release(owner);
      states = null;
    }
  }

  // ---- ways back ------------------------------------------------------------------------------

  @Override
  public void reorder(int[] parents) {
    ledger.begin("reorder");
    try {
      ledger.checkReorder(parents);
      if (!ledger.isIdentity(parents)) {
        dropLogits();
        if (states != null) {
          States chosen = chosen(owner, parents);
          dropStates();
          states = chosen;
        }
        ledger.reorder(parents);
      }
    } finally {
      ledger.end();
    }
  }

  private States chosen(Owner holder, int... parents) {
    try (Scope _ = Scope.noGrad()) {
      return states.select(parents).take(holder);
    }
  }

  @Override
  public LanguageModel.Session fork(int rows) {
    ledger.begin("fork");
    try {
      RnnSession fork = new RnnSession(model, ledger.fork(rows));
      boolean done = false;
      try {
        fork.states = states == null ? null : chosen(fork.owner, new int[rows]);
        done = true;
        return fork;
      } finally {
        if (!done) {
          fork.close();
        }
      }
    } finally {
      ledger.end();
    }
  }

  /// A state has no way back: rows that lose ids are run again from their first one when the
  /// session is next fed.
  @Override
  public void truncate(int position) {
    ledger.begin("truncate");
    try {
      boolean shorter = false;
      for (int r = 0; r < rows(); r++) {
        shorter |= ledger.position(r) > position;
      }
      ledger.truncate(position);
      dropLogits();
      if (shorter) {
        dropStates();
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
