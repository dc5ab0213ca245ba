package dev.weft.decoding;

import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Another model, and what its sessions were fed: "rows x tokens", step by step.
public record SpyModel(LanguageModel model, List<String> feeds) implements LanguageModel {
  SpyModel(LanguageModel model) {
    this(model, new ArrayList<>());
  }

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
    return new Spied(model.open(rows));
  }

  private final class Spied implements Session {
    private final Session session;

    Spied(Session session) {
      this.session = session;
    }

    @Override
    public LanguageModel model() {
      return SpyModel.this;
    }

    @Override
    public int rows() {
      return session.rows();
    }

    @Override
    public int[] tokens(int row) {
      return session.tokens(row);
    }

    @Override
    public Tensor feed(int[][] tokens) {
      feeds.add(tokens.length + " x " + tokens[0].length);
      return session.feed(tokens);
    }

    @Override
    public void reorder(int[] parents) {
      session.reorder(parents);
    }

    @Override
    public Session fork(int rows) {
      return new Spied(session.fork(rows));
    }

    @Override
    public void truncate(int position) {
      session.truncate(position);
    }

    @Override
    public int position(int row) {
      return session.position(row);
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
