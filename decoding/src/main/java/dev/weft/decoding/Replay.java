package dev.weft.decoding;

import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A model without a cache: its sessions keep the ids only and run [LanguageModel#logits] on the
/// whole history at every step. Any algorithm gives the same result on `model` and on `new
/// Replay(model)`, which shares no session code with it.
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
    return new Histories(this, new int[0], rows);
  }

  private static final class Histories implements Session {
    private final Replay model;
    private final List<int[]> histories = new ArrayList<>();
    private Owner owner = new Owner("replay session");
    private boolean failed;

    Histories(Replay model, int[] history, int rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("session: rows must be at least 1 but is " + rows);
      }
      this.model = model;
      for (int r = 0; r < rows; r++) {
        histories.add(history);
      }
    }

    @Override
    public LanguageModel model() {
      return model;
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
      requireOpen("feed");
      if (failed) {
        throw new IllegalStateException(
            "feed: the last step failed; truncate the session to go on from there; " + this);
      }
      if (tokens.length != rows()) {
        throw new IllegalArgumentException(
            "feed: " + tokens.length + " rows of tokens for a session of " + rows() + " rows");
      }
      int[][] whole = new int[rows()][];
      for (int r = 0; r < whole.length; r++) {
        requireTokens(r, tokens[r]);
        int[] past = histories.get(r);
        whole[r] = Arrays.copyOf(past, past.length + tokens[r].length);
        System.arraycopy(tokens[r], 0, whole[r], past.length, tokens[r].length);
      }
      dropLogits();
      failed = true; // until it isn't
      Tensor logits;
      try (Scope scope = Scope.noGrad()) {
        logits = scope.keep(model.logits(whole), owner);
        readout.run(logits);
      }
      failed = false;
      for (int r = 0; r < whole.length; r++) {
        histories.set(r, whole[r]);
      }
      return logits;
    }

    private void requireTokens(int row, int[] tokens) {
      if (tokens.length == 0) {
        throw new IllegalArgumentException("feed: row " + row + " has no tokens");
      }
      for (int id : tokens) {
        if (id < 0 || id >= model.vocabularySize()) {
          throw new IllegalArgumentException(
              "feed: id "
                  + id
                  + " in row "
                  + row
                  + " is outside 0 … "
                  + (model.vocabularySize() - 1));
        }
      }
      long wanted = (long) position(row) + tokens.length;
      if (wanted > model.contextLength()) {
        throw new IllegalArgumentException(
            "feed: row "
                + row
                + " would hold "
                + wanted
                + " tokens but the context is "
                + model.contextLength());
      }
    }

    @Override
    public void reorder(int[] parents) {
      requireOpen("reorder");
      if (parents.length < 1 || parents.length > rows()) {
        throw new IllegalArgumentException(
            "reorder: " + parents.length + " parents for " + rows() + " rows");
      }
      List<int[]> after = new ArrayList<>();
      for (int parent : parents) {
        after.add(histories.get(parent));
      }
      histories.clear();
      histories.addAll(after);
      dropLogits();
    }

    @Override
    public Session fork(int rows) {
      requireOpen("fork");
      if (rows() != 1 || failed) {
        throw new IllegalStateException(
            "fork: only a session of one row, none of whose steps failed, forks; " + this);
      }
      return new Histories(model, histories.get(0), rows);
    }

    @Override
    public void truncate(int position) {
      requireOpen("truncate");
      if (position < 0) {
        throw new IllegalArgumentException("truncate: position must be ≥ 0 but is " + position);
      }
      histories.replaceAll(ids -> Arrays.copyOf(ids, Math.min(ids.length, position)));
      failed = false;
      dropLogits();
    }

    private void requireOpen(String op) {
      if (owner.closed()) {
        throw new IllegalStateException(op + ": the session is closed; " + this);
      }
    }

    private void dropLogits() {
      owner.close();
      owner = new Owner("replay session");
    }

    @Override
    public void close() {
      owner.close();
    }

    @Override
    public String toString() {
      int[] lengths = histories.stream().mapToInt(ids -> ids.length).toArray();
      return "the session of " + model + " holds " + Arrays.toString(lengths) + " tokens";
    }
  }
}
