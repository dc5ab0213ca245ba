package dev.weft.rnn;

import dev.weft.tensor.Device;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;

/// A decoder that has been given a source: a language model over target ids, so that every way of
/// decoding works on it. A row begins with [Vocabulary#START] and ends with [Vocabulary#END].
///
/// It reads the parameters of its [EncoderDecoder] as they are, and drops nothing; when they
/// change, encode anew.
public final class EncodedSource implements StepModel, AutoCloseable {
  private final EncoderDecoder model;
  private final Cell cell;
  private final int length;
  private final Owner owner = new Owner("encoded source");
  private final States states; // of one row

  EncodedSource(EncoderDecoder model, int... source) {
    this.model = model;
    this.cell = model.decoder().steadyCell();
    this.length = source.length;
    boolean complete = false;
    try (Scope _ = Scope.noGrad()) {
      PaddedBatch row = PaddedBatch.of(new int[][] {source});
      states = Evaluation.of(model, () -> model.encode(row)).take(owner);
      complete = true;
    } finally {
      if (!complete) {
        owner.close();
      }
    }
  }

  @Override
  public int vocabularySize() {
    return model.config().target();
  }

  @Override
  public States first(int rows) {
    return states.select(new int[rows]);
  }

  @Override
  public Tensor embed(Tensor ids) {
    return model.target().forward(ids);
  }

  @Override
  public Cell cell() {
    return cell;
  }

  @Override
  public Tensor scores(Tensor hidden) {
    return model.head().forward(hidden);
  }

  @Override
  public Device device() {
    return model.parameters().device();
  }

  /// Gives the encoded source back.
  @Override
  public void close() {
    owner.close();
  }

  @Override
  public String toString() {
    return "decoder given a source of " + length + " ids on " + device().name();
  }
}
