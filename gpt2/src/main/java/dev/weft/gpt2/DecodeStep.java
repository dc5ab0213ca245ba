package dev.weft.gpt2;

import dev.weft.decoding.Readout;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Recording;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// One token more for each of R rows, over the same caches again and again: ids and positions lie
/// in one tensor that is overwritten, so that a device which records (CUDA graphs) runs the whole
/// model and the readout of its logits by one call from the second step with this readout on.
final class DecodeStep implements AutoCloseable {
  private final Gpt2Inference model;
  private final Gpt2Inference.Attention attention;
  private final Owner owner = new Owner("gpt2 step");
  private final int rows;
  private final Tensor input; // I32 (2, R): ids, positions
  private final Tensor starts; // I32 (R + 1): 0 … R
  private Tensor logits; // (R, V), of the last step that was not a replay
  private Readout ran; // what that step was read by, which a recording wants; null before the first
  private Recording recording; // null until a readout comes again, and where nothing is recorded
  private Readout recordedReadout;
  private Tensor recordedLogits; // (R, V)
  private boolean records = true; // until the device says that it doesn't

  /// Attends as `attention` does, given the places of `starts` and `past`.
  interface Attention {
    Gpt2Inference.Attention over(Tensor starts, Tensor past);
  }

  DecodeStep(Gpt2Inference model, int rows, Attention attention) {
    this.model = model;
    this.rows = rows;
    Device device = model.device();
    input = owner.empty(device, DType.I32, Shape.of(2, rows));
    int[] ends = new int[rows + 1];
    for (int r = 0; r <= rows; r++) {
      ends[r] = r;
    }
    starts = owner.empty(device, DType.I32, Shape.of(rows + 1)).set(ends);
    this.attention = attention.over(starts, positions());
  }

  private Tensor positions() {
    return input.slice(0, 1, 2).reshape(rows);
  }

  /// The logits (R, V) after one id for each row at its position, read by `readout`; valid until
  /// the next call.
  Tensor run(int[] ids, int[] positions, Readout readout) {
    int[] values = new int[2 * rows];
    System.arraycopy(ids, 0, values, 0, rows);
    System.arraycopy(positions, 0, values, rows, rows);
    input.set(values);
    drop();
    if (!model.observed() && recorded(readout)) { // observers see each layer run
      model.requireUsable();
      recording.replay();
      return recordedLogits;
    }
    ran = null; // if this fails
    logits = step();
    readout.run(logits);
    ran = readout;
    return logits;
  }

  /// Whether there is a recording with this readout; makes one when the last step had it, too.
  private boolean recorded(Readout readout) {
    if (recording != null && recordedReadout == readout) {
      return true;
    }
    dropRecording();
    if (!records || ran != readout) {
      return false;
    }
    records = false; // if this fails
    recordedReadout = readout;
    recording =
        model
            .device()
            .record(
                () -> {
                  recordedLogits = step();
                  readout.run(recordedLogits);
                });
    records = recording != null;
    return records;
  }

  private void dropRecording() {
    if (recording != null) {
      recording.close();
      recording = null;
    }
    if (recordedLogits != null) {
      owner.release(recordedLogits);
      recordedLogits = null;
    }
    recordedReadout = null;
  }

  /// Gives the logits back, unless a recording needs them.
  void drop() {
    if (logits != null) {
      owner.release(logits);
      logits = null;
    }
  }

  private Tensor step() {
    try (Scope scope = Scope.noGrad()) {
      Tensor ids = input.slice(0, 0, 1).reshape(rows);
      return scope.keep(model.head(model.hidden(ids, positions(), attention)), owner);
    }
  }

  @Override
  public void close() {
    dropRecording();
    owner.close();
  }
}
