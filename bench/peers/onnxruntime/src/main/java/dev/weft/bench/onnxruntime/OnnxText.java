package dev.weft.bench.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weft.bench.engine.Engine;
import dev.weft.gpt2.Gpt2Config;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// GPT-2 as `tools/peers/gpt2_onnx.py` writes it: keys and values come out of each run and go into
/// the next.
final class OnnxText implements Engine.TextModel {
  private static final Gpt2Config CONFIG = Gpt2Config.SMALL;
  private static final int CACHES = 2 * CONFIG.layers(); // keys and values

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final int rows;
  private OrtSession.Result last; // logits, then the caches; null before the first read

  OnnxText(OrtEnvironment environment, OrtSession session, int rows) {
    this.environment = environment;
    this.session = session;
    this.rows = rows;
  }

  @Override
  public void read(int[][] prompts) {
    forget();
    int[] ids = Arrays.stream(prompts).flatMapToInt(Arrays::stream).toArray();
    long[] none = {rows, CONFIG.heads(), 0, CONFIG.headDim()};
    try (OnnxTensor empty = OnnxTensor.createTensor(environment, FloatBuffer.allocate(0), none)) {
      Map<String, OnnxTensor> inputs = new HashMap<>();
      for (int i = 0; i < CACHES; i++) {
        inputs.put("past." + i, empty);
      }
      last = run(ids, inputs);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void step(int[] ids) {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (int i = 0; i < CACHES; i++) {
      inputs.put("past." + i, (OnnxTensor) last.get(1 + i));
    }
    try {
      OrtSession.Result next = run(ids, inputs);
      forget();
      last = next;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private OrtSession.Result run(int[] ids, Map<String, OnnxTensor> inputs) throws OrtException {
    long[] values = Arrays.stream(ids).asLongStream().toArray();
    long[] shape = {rows, ids.length / rows};
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape)) {
      inputs.put("ids", tensor);
      return session.run(inputs);
    }
  }

  @Override
  public float[] logits() {
    FloatBuffer buffer = ((OnnxTensor) last.get(0)).getFloatBuffer();
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
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
