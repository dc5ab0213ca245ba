package dev.weft.cli;

import dev.weft.decoding.Generator;
import dev.weft.decoding.Listener;
import picocli.CommandLine.Mixin;

/// What is continued and how its tokens are drawn: the options of all commands that draw.
final class DrawFlags {
  @Mixin private PromptOption prompt;

  @Mixin private LengthFlags length;
  @Mixin private StopFlags stop;
  @Mixin private SamplingFlags sampling;

  /// Refuses what cannot work, before a model is opened.
  void check(Given given) {
    length.check();
    stop.check(given);
    sampling.check(given);
  }

  String prompt() {
    return prompt.text();
  }

  LengthFlags length() {
    return length;
  }

  SamplingFlags sampling() {
    return sampling;
  }

  /// The ids of the prompt; refuses more than the model can read and write.
  int[] ids(OpenModel open) {
    int[] ids = open.prompt(prompt.text());
    length.requireRoom(ids.length, open);
    return ids;
  }

  /// The generator at the temperature that was asked for.
  Generator generator(OpenModel open, int[] ids, Listener listener) {
    return generator(open, ids, listener, sampling.temperature());
  }

  /// The generator for what follows `ids`; without a temperature, at that of the preset.
  Generator generator(OpenModel open, int[] ids, Listener listener, Double temperature) {
    return new Generator(
        sampling.sampler(open, length, temperature),
        stop.rules(open.tokenizer(), length),
        sampling.seed(),
        open.after(ids),
        !stop.pastEnd(),
        listener);
  }
}
