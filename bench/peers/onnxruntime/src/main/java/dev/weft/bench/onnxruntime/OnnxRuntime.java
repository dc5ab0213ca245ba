package dev.weft.bench.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.weft.bench.engine.Engine;
import java.io.IOException;
import java.nio.file.Path;

/// GPT-2 by ONNX Runtime on the CPU, in F32.
public final class OnnxRuntime implements Engine {
  /// Found by the service loader.
  public static final class Provider implements Engine.Provider {
    @Override
    public Engine open(int threads, Path models) {
      return new OnnxRuntime(threads, models.resolve("onnx"));
    }
  }

  private final OrtEnvironment environment =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
  private final int threads;
  private final Path graphs;

  private OnnxRuntime(int threads, Path graphs) {
    this.threads = threads;
    this.graphs = graphs;
  }

  @Override
  public String description() {
    return "ONNX Runtime " + environment.getVersion() + " on " + threads + " threads";
  }

  @Override
  public TextModel textModel(String dtype, int rows) throws IOException {
    if (!dtype.equals("f32")) {
      return null;
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry("session.set_denormal_as_zero", "1");
      String graph = graphs.resolve("gpt2.onnx").toString();
      return new OnnxText(environment, environment.createSession(graph, options), rows);
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime: " + e.getMessage(), e);
    }
  }
}
