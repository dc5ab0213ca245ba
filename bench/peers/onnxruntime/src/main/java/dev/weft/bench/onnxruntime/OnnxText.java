package dev.weft.bench.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weft.bench.engine.Engine;
import dev.weft.gpt2.Gpt2Config;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/// GPT-2 as `tools/peers/gpt2_onnx.py` writes it. Keys and values stand in the same memory before a
/// run and after it, so that a run writes nothing but its own.
final class OnnxText implements Engine.TextModel {
  private static final Gpt2Config CONFIG = Gpt2Config.SMALL;

  /// The most that follow a prompt.
  private static final int STEPS = 64;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final int rows;
  private final Map<String, OnnxTensor> past = new HashMap<>();
  private final Map<String, OnnxTensor> present = new HashMap<>(); // the same tensors
  private Arena memory = Arena.ofConfined(); // of the caches
  private int capacity; // places of each
  private int length; // places that are filled
  private OrtSession.Result last; // the logits; null before the first read

  OnnxText(OrtEnvironment environment, OrtSession session, int rows) {
    this.environment = environment;
    this.session = session;
    this.rows = rows;
  }

  /// Caches for a prompt and what follows it, no larger than that: scores lie as far apart as they
  /// have places.
  private void reserve(int prompt) throws OrtException {
    if (prompt + STEPS == capacity) {
      return;
    }
    release();
    memory = Arena.ofConfined();
    capacity = prompt + STEPS;
    long[] shape = {rows, CONFIG.heads(), capacity, CONFIG.headDim()};
    long size = shape[0] * shape[1] * shape[2] * shape[3];
    for (int i = 0; i < 2 * CONFIG.layers(); i++) { // keys and values
      ByteBuffer buffer = memory.allocate(ValueLayout.JAVA_FLOAT, size).asByteBuffer();
      FloatBuffer values = buffer.order(ByteOrder.nativeOrder()).asFloatBuffer();
      OnnxTensor cache = OnnxTensor.createTensor(environment, values, shape);
      past.put("past." + i, cache);
      present.put("present." + i, cache);
    }
  }

  private void release() {
    past.values().forEach(OnnxTensor::close);
    memory.close();
  }

  @Override
  public void read(int[][] prompts) {
    length = 0;
    try {
      reserve(prompts[0].length);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    append(Arrays.stream(prompts).flatMapToInt(Arrays::stream).toArray());
  }

  @Override
  public void step(int[] ids) {
    append(ids);
  }

  private void append(int[] ids) {
    forget();
    int count = ids.length / rows;
    int total = length + count;
    if (total > capacity) {
      throw new IllegalStateException("no more than " + STEPS + " ids may follow a prompt");
    }
    int[] lasts = new int[rows];
    Arrays.fill(lasts, total - 1);
    long[] values = Arrays.stream(ids).asLongStream().toArray();
    long[] places = LongStream.range(length, total).toArray();
    try (OnnxTensor id =
            OnnxTensor.createTensor(
                environment, LongBuffer.wrap(values), new long[] {rows, count});
        OnnxTensor place =
            OnnxTensor.createTensor(environment, LongBuffer.wrap(places), new long[] {count});
        OnnxTensor end =
            OnnxTensor.createTensor(environment, IntBuffer.wrap(lasts), new long[] {rows});
        OnnxTensor all = OnnxTensor.createTensor(environment, total)) {
      Map<String, OnnxTensorLike> inputs = new HashMap<>(past);
      inputs.putAll(Map.of("ids", id, "places", place, "last", end, "total", all));
      last = session.run(inputs, Set.of("logits"), present);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    length = total;
  }

  @Override
  public float[] logits() {
    FloatBuffer buffer = ((OnnxTensor) last.get("logits").orElseThrow()).getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private void forget() {
    if (last != null) {
      last.close();
      last = null;
    }
  }

  @Override
  public void close() {
    forget();
    release();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
