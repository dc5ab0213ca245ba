package dev.weft.cli;

import dev.weft.gpt2.Gpt2Config;
import picocli.CommandLine.Option;

/// The shape of a GPT-2 that is trained from scratch; what is not given is that of `tiny`.
final class ShapeFlags {
  @Option(names = "--layers", paramLabel = "N", description = "From scratch: blocks (6).")
  private Integer layers;

  @Option(names = "--width", paramLabel = "N", description = "From scratch (192).")
  private Integer width;

  @Option(names = "--heads", paramLabel = "N", description = "From scratch (6).")
  private Integer heads;

  @Option(names = "--context", paramLabel = "N", description = "From scratch (256).")
  private Integer context;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      description = "From scratch: ranks of GPT-2's byte pairs and the end token (4096).")
  private Integer vocabulary;

  /// Refuses a shape beside a model that has one.
  void requireNone() {
    if (layers != null || width != null || heads != null || context != null || vocabulary != null) {
      throw Failure.user(
          "--from brings its own shape: leave out --layers, --width, --heads, --context and"
              + " --vocabulary");
    }
  }

  Gpt2Config config() {
    Gpt2Config tiny = Gpt2Config.TINY;
    Gpt2Config config =
        new Gpt2Config(
            given(vocabulary, tiny.vocabulary()),
            given(context, tiny.context()),
            given(width, tiny.width()),
            given(layers, tiny.layers()),
            given(heads, tiny.heads()),
            tiny.layerNormEps());
    if (config.parameterCount() < 0 || config.parameterCount() > Integer.MAX_VALUE) {
      throw Failure.user(
          config + " has more parameters than the 2,147,483,647 that Weft trains: make it smaller");
    }
    return config;
  }

  private static int given(Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
