package dev.weft.bench.pytorch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/// Draws inside one call, so that calling from Java costs nothing.
final class TorchDraws implements Engine.Drawing {
  private final Script script;
  private final String method;

  TorchDraws(PtNDManager manager, Path file, DrawWork work) throws IOException {
    script = new Script(manager, file);
    method = work.kind().name().toLowerCase(Locale.ROOT);
    script.call("prepare", script.matrix(work.logits(), work.rows())).close();
  }

  @Override
  public int[] run(int times) {
    try (IValue drawn = script.call(method, IValue.from((long) times))) {
      float[] ids = script.floats(drawn);
      int[] exact = new int[ids.length];
      for (int i = 0; i < ids.length; i++) {
        exact[i] = (int) ids[i]; // below 2²⁴
      }
      return exact;
    }
  }

  @Override
  public void close() {
    script.close();
  }
}
