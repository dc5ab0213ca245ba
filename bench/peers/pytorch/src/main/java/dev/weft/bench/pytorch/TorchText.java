package dev.weft.bench.pytorch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.weft.bench.engine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/// GPT-2 as `tools/peers/gpt2_torch.py` writes it.
final class TorchText implements Engine.TextModel {
  private final Script model;
  private final int rows;
  private IValue logits; // null before the first read

  TorchText(PtNDManager manager, Path file, String dtype, int rows) throws IOException {
    this.model = new Script(manager, file);
    this.rows = rows;
    try {
      IValue reduce = IValue.from(!addsInThirtyTwoBits());
      model.call("prepare", IValue.from(dtype), IValue.from((long) rows), reduce).close();
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /// Whether this processor sums up products of bytes in 32 bits, as PyTorch's kernels can ask it to.
  private static boolean addsInThirtyTwoBits() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.anyMatch(line -> line.startsWith("flags") && line.contains(" avx512_vnni"));
    }
  }

  @Override
  public void read(int[][] prompts) {
    run("read", Arrays.stream(prompts).flatMapToInt(Arrays::stream).toArray());
  }

  @Override
  public void step(int[] ids) {
    run("step", ids);
  }

  private void run(String method, int[] ids) {
    if (logits != null) {
      logits.close();
    }
    logits = model.call(method, model.ids(ids, rows));
  }

  @Override
  public float[] logits() {
    return model.floats(logits);
  }

  @Override
  public void close() {
    if (logits != null) {
      logits.close();
    }
    model.close();
  }
}
