package dev.weft.bench.deeplearning4j;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Models;
import dev.weft.bench.engine.RecurrentWork;
import java.io.IOException;
import java.nio.file.Path;

/// Training of recurrent networks by Deeplearning4j, which has no GRU.
public final class Deeplearning4j implements Engine {
  /// Found by the service loader.
  public static final class Provider implements Engine.Provider {
    /// The number of threads comes from the environment alone.
    @Override
    public Engine open(int threads, Path models) {
      return new Deeplearning4j(new Models(models));
    }
  }

  private final Models models;

  private Deeplearning4j(Models models) {
    this.models = models;
  }

  @Override
  public String description() {
    return "Deeplearning4j on " + System.getenv("OMP_NUM_THREADS") + " thread";
  }

  @Override
  public Training train(RecurrentWork work) throws IOException {
    return work.cell().equals("gru") ? null : new Network(work, models.recurrent(work));
  }
}
