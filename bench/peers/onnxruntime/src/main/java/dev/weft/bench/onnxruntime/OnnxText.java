package dev.weft.bench.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weft.bench.engine.Engine;
import dev.weft.gpt2.Gpt2Config;
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

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final int rows;
  private final Map<String, OnnxTensor> past = new HashMap<>();
  private final Map<String, OnnxTensor> present = new HashMap<>(); // the same tensors
  private int length; // places that the caches hold
  private OrtSession.Result last; // the logits; null before the first read

  OnnxText(OrtEnvironment environment, OrtSession session, int rows) throws OrtException {
    this.environment = environment;
    this.session = session;
    this.rows = rows;
    long[] shape = {rows, CONFIG.heads(), CONFIG.context(), CONFIG.headDim()};
    int bytes = rows * CONFIG.heads() * CONFIG.context() * CONFIG.headDim() * Float.BYTES;
    for (int i = 0; i < 2 * CONFIG.layers(); i++) { // keys and values
      FloatBuffer memory =
          ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
      OnnxTensor cache = OnnxTensor.createTensor(environment, memory, shape);
      past.put("past." + i, cache);
      present.put("present." + i, cache);
    }
  }

  @Override
  public void read(int[][] prompts) {
    length = 0;
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
    past.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
