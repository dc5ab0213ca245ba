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
    List<int[]> histories = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      histories.add(new int[0]);
    }
    return new Histories(this, histories);
  }

  private static final class Histories implements Session {
    private final Replay model;
    private final List<int[]> histories;
    private Owner owner = new Owner("replay session");

    Histories(Replay model, List<int[]> histories) {
      this.model = model;
      this.histories = histories;
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
      if (tokens.length != rows()) {
        throw new IllegalArgumentException(
            "feed: " + tokens.length + " rows of tokens for a session of " + rows() + " rows");
      }
      int[][] whole = new int[rows()][];
      for (int r = 0; r < whole.length; r++) {
        int[] past = histories.get(r);
        whole[r] = Arrays.copyOf(past, past.length + tokens[r].length);
        System.arraycopy(tokens[r], 0, whole[r], past.length, tokens[r].length);
        if (whole[r].length > contextLength()) {
          throw new IllegalArgumentException(
              "feed: row "
                  + r
                  + " would hold "
                  + whole[r].length
                  + " tokens but the context is "
                  + contextLength());
        }
      }
      dropLogits();
      Tensor logits;
      try (Scope scope = Scope.noGrad()) {
        logits = scope.keep(model.logits(whole), owner);
      }
      for (int r = 0; r < whole.length; r++) {
        histories.set(r, whole[r]);
      }
      return logits;
    }

    private int contextLength() {
      return model.contextLength();
    }

    @Override
    public void reorder(int[] parents) {
      if (parents.length > rows()) {
        throw new IllegalArgumentException(
            "reorder: " + parents.length + " parents for " + rows() + " rows");
      }
      List<int[]> before = List.copyOf(histories);
      histories.clear();
      for (int parent : parents) {
        histories.add(before.get(parent));
      }
      dropLogits();
    }

    @Override
    public Session fork(int rows) {
      if (rows() != 1) {
        throw new IllegalStateException("fork: only a session of one row forks, not of " + rows());
      }
      List<int[]> copies = new ArrayList<>();
      for (int r = 0; r < rows; r++) {
        copies.add(histories.get(0));
      }
      return new Histories(model, copies);
    }

    @Override
    public void truncate(int position) {
      histories.replaceAll(ids -> Arrays.copyOf(ids, Math.min(ids.length, position)));
      dropLogits();
    }

    private void dropLogits() {
      if (owner.closed()) {
        throw new IllegalStateException("the replay session is closed");
      }
      owner.close();
      owner = new Owner("replay session");
    }

    @Override
    public void close() {
      owner.close();
    }
  }
}
