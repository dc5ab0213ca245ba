package dev.weft.examples;

import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Listener;
import dev.weft.decoding.Sampler;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import java.util.Locale;

/// One prompt through GPT-2s of growing size: what a token costs. Their weights are random, for
/// speed doesn't depend on them; `weft compare --model … --model …` does the same with weights that
/// write. Then the published sizes, by their configuration alone.
final class Sizes {
  static final String PROMPT = "The old captain";
  static final int[] LAYERS = {1, 2, 4};
  private static final int TOKENS = 16;

  private Sizes() {}

  static void run(Setting setting) {
    int[] prompt = setting.tokenizer().encode(PROMPT);
    int vocabulary = setting.tokenizer().vocabularySize();
    setting.out().println("layers  width  parameters  ms a token");
    for (int layers : LAYERS) {
      Gpt2Config config = new Gpt2Config(vocabulary, 128, 48 * layers, layers, layers, 1e-5);
      try (Gpt2 weights = Gpt2.create(config, setting.device(), DType.F32, 1);
          Gpt2Inference model = Gpt2Inference.of(weights, DType.F32)) {
        long[] first = new long[1];
        Listener clock =
            (row, count, id, text) -> first[0] = count == 1 ? System.nanoTime() : first[0];
        Continuation text =
            new Generator(Sampler.GREEDY, 0, TOKENS).listener(clock).generate(model, prompt);
        double seconds = (System.nanoTime() - first[0]) * 1e-9 / (text.generated().length - 1);
        print(setting, config, String.format(Locale.ROOT, "%10.3f", 1e3 * seconds));
      }
    }
    for (Gpt2Config config :
        new Gpt2Config[] {Gpt2Config.SMALL, Gpt2Config.MEDIUM, Gpt2Config.LARGE, Gpt2Config.XL}) {
      print(setting, config, "         -");
    }
  }

  private static void print(Setting setting, Gpt2Config config, String time) {
    setting
        .out()
        .printf(
            Locale.ROOT,
            "%6d  %5d  %,13d  %s%n",
            config.layers(),
            config.width(),
            config.parameterCount(),
            time);
    setting.out().flush();
  }
}
