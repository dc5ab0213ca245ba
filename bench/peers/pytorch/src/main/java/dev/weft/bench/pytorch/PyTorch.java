package dev.weft.bench.pytorch;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Gpt2TrainingWork;
import dev.weft.bench.engine.RecurrentWork;
import java.io.IOException;
import java.nio.file.Path;

/// PyTorch on the CPU. Each work is a TorchScript module, so that nothing but its call is Java.
public final class PyTorch implements Engine {
  /// Found by the service loader.
  public static final class Provider implements Engine.Provider {
    @Override
    public Engine open(int threads, Path models) {
      Path scripts = models.resolve("pytorch");
      System.setProperty("DJL_CACHE_DIR", scripts.resolve("natives").toAbsolutePath().toString());
      System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
      ai.djl.engine.Engine engine = ai.djl.engine.Engine.getEngine("PyTorch");
      JniUtils.setNumThreads(threads);
      // The optimizing executor moves reads of the cache before writes of it, and is not faster.
      JniUtils.setGraphExecutorOptimize(false);
      PtNDManager manager = (PtNDManager) engine.newBaseManager();
      String description =
          "PyTorch " + engine.getVersion() + " on " + JniUtils.getNumThreads() + " threads";
      return new PyTorch(description, manager, scripts);
    }
  }

  /// What it says of BF16 weights on a processor that cannot multiply them (AVX-512 is needed).
  private static final String NO_BF16 = "bf16 path needs the cpu support";

  private final String description;
  private final PtNDManager manager;
  private final Path scripts;

  private PyTorch(String description, PtNDManager manager, Path scripts) {
    this.description = description;
    this.manager = manager;
    this.scripts = scripts;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public TextModel textModel(String dtype, int rows) throws IOException {
    try {
      return new TorchText(manager, scripts.resolve("gpt2.pt"), dtype, rows);
    } catch (EngineException e) {
      if (e.getMessage().contains(NO_BF16)) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public Training train(Gpt2TrainingWork work) throws IOException {
    return new TorchTraining(manager, scripts.resolve("gpt2-training.pt"), work);
  }

  @Override
  public Training train(RecurrentWork work) throws IOException {
    return new TorchTraining(manager, scripts.resolve(work.name() + ".pt"), work);
  }

  @Override
  public Drawing draw(DrawWork work) throws IOException {
    return new TorchDraws(manager, scripts.resolve("draws.pt"), work);
  }

  @Override
  public void close() {
    manager.close();
  }
}
