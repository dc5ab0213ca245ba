package dev.weft.examples;

/// The programs that `./weft example` knows.
public enum Example {
  /// One prompt under five sampling settings.
  SETTINGS("one prompt under five sampling settings", SamplingSettings::run),
  /// A long prompt continued from the 40 most likely tokens.
  UNICORNS("top-k: a long prompt, continued from the 40 most likely tokens", Unicorns::run),
  /// A long prompt continued from the nucleus.
  NUCLEUS("top-p: a long prompt, continued from 95 % of the probability", Nucleus::run),
  /// The samplers without a model.
  SAMPLERS(
      "temperature, top-k and top-p on random logits, and draws by probabilities", Samplers::run),
  /// One prompt at rising temperatures.
  TEMPERATURES(
      "one prompt at rising temperatures: diversity against likelihood", Temperatures::run),
  /// One prompt through models of growing size.
  SIZES("one prompt through GPT-2s of growing size: what a token costs", Sizes::run),
  /// What the KV cache saves.
  CACHE("the same text with and without a cache: positions computed, time", CacheComparison::run),
  /// The two best of six beams.
  BEAMS("beam search: the two best of six beams, with their scores", UniverseBeams::run),
  /// What a wider beam finds.
  WIDTHS("the best score of 1, 2, 4 and 8 beams over 100 random models", BeamWidths::run),
  /// Tensors of any rank multiplied.
  OUTER("the outer product of two tensors of rank 3", OuterProduct::run),
  /// A classifier of vectors, trained for a step on random data.
  CLASSIFY("a recurrent classifier of vectors on random data", DummyClassifiers::ofVectors),
  /// A classifier of ids, trained for a step on random data.
  EMBED("a recurrent classifier of embedded words on random data", DummyClassifiers::ofIds),
  /// The loop that draws names.
  NAMES("family names drawn letter by letter, after a short training", NameLoop::run);

  private final String summary;
  private final Program program;

  Example(String summary, Program program) {
    this.summary = summary;
    this.program = program;
  }

  /// One line that says what it shows.
  public String summary() {
    return summary;
  }

  /// Runs it.
  public void run(Setting setting) {
    program.run(setting);
  }

  private interface Program {
    void run(Setting setting);
  }
}
