package dev.weft.bench.jlama;

import com.github.tjake.jlama.tensor.operations.TensorOperationsProvider;
import com.github.tjake.jlama.util.PhysicalCoreExecutor;
import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Models;
import java.nio.file.Path;

/// GPT-2 by Jlama, in F32 and for one sequence: it neither batches sequences nor has narrower
/// weights for this model.
public final class Jlama implements Engine {
  /// Found by the service loader.
  public static final class Provider implements Engine.Provider {
    @Override
    public Engine open(int threads, Path models) {
      PhysicalCoreExecutor.overrideThreadCount(threads);
      return new Jlama(threads, new Models(models).gpt2());
    }
  }

  private final int threads;
  private final Path folder;

  private Jlama(int threads, Path folder) {
    this.threads = threads;
    this.folder = folder;
  }

  @Override
  public String description() {
    return "Jlama, " + TensorOperationsProvider.get().name() + ", on " + threads + " threads";
  }

  @Override
  public TextModel textModel(String dtype, int rows) {
    return dtype.equals("f32") && rows == 1 ? new JlamaText(folder) : null;
  }
}
