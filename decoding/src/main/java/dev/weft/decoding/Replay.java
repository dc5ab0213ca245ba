package dev.weft.decoding;

import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A model without a cache: its sessions keep the ids only and run [LanguageModel#logits] on the
/// whole history at every step. Any algorithm gives the same result on `model` and on `new
/// Replay(model)`, which shares no session code with it but the checks of a [SessionLedger].
///
/// @param model whose logits are asked for
public record Replay(LanguageModel model) implements LanguageModel {
  @Override
  public int vocabularySize() {
    return model.vocabularySize();
  }

  @Override
  public int contextLength() {
    return model.contextLength();
  }

  @Override
  public Tensor logits(int[][] tokens) {
    return model.logits(tokens);
  }

  @Override
  public Session open(int rows) {
    return new Histories(new SessionLedger(this, rows), new int[0]);
  }

  private static final class Histories implements Session {
    private final SessionLedger ledger;
    private final List<int[]> histories = new ArrayList<>(); // of its own, not out of the ledger
    private Owner owner = new Owner("replay session");

    Histories(SessionLedger ledger, int[] history) {
      this.ledger = ledger;
      for (int r = 0; r < ledger.rows(); r++) {
        histories.add(history);
      }
    }

    @Override
    public LanguageModel model() {
      return ledger.model();
    }

    @Override
    public int rows() {
      return histories.size();
    }

    @Override
    public int[] tokens(int row) {
      return histories.get(row).clone();
    }

    @Override
    public int position(int row) {
      return histories.get(row).length;
    }

    @Override
    public Tensor feed(int[][] tokens) {
      return feed(tokens, Readout.NONE);
    }

    @Override
    public Tensor feed(int[][] tokens, Readout readout) {
      ledger.beginFeed(tokens);
      boolean done = false;
      try {
        int[][] whole = new int[tokens.length][];
        for (int r = 0; r < whole.length; r++) {
          int[] past = histories.get(r);
          whole[r] = Arrays.copyOf(past, past.length + tokens[r].length);
          System.arraycopy(tokens[r], 0, whole[r], past.length, tokens[r].length);
        }
        dropLogits();
        Tensor logits;
        try (Scope scope = Scope.noGrad()) {
          logits = scope.keep(model().logits(whole), owner);
          readout.run(logits);
        }
        for (int r = 0; r < whole.length; r++) {
          histories.set(r, whole[r]);
        }
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
        List<int[]> after = new ArrayList<>();
        for (int parent : parents) {
          after.add(histories.get(parent));
        }
        histories.clear();
        histories.addAll(after);
        ledger.reorder(parents);
        dropLogits();
      } finally {
        ledger.end();
      }
    }

    @Override
    public Session fork(int rows) {
      ledger.begin("fork");
      try {
        return new Histories(ledger.fork(rows), histories.get(0));
      } finally {
        ledger.end();
      }
    }

    @Override
    public void truncate(int position) {
      ledger.begin("truncate");
      try {
        ledger.truncate(position);
        histories.replaceAll(ids -> Arrays.copyOf(ids, Math.min(ids.length, position)));
        dropLogits();
      } finally {
        ledger.end();
      }
    }

    private void dropLogits() {
      owner.close();
      owner = new Owner("replay session");
    }

    @Override
    public void close() {
      if (ledger.close()) {
        owner.close();
      }
    }
  }
}
