package dev.weft.bench.jmh;

import dev.weft.bench.FixedLogits;
import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.ScoredSequence;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// Whole beam searches by a model that costs nothing: 6 beams over 50,257 logits. A step is a
/// search over its number of steps; the number differs, to show that a step doesn't depend on what
/// is behind it.
public class BeamSteps extends KernelBenchmark {
  private static final int BEAMS = 6;
  private static final int VOCABULARY = 50_257;

  @Param({"20", "200", "1000"})
  private int steps;

  private FixedLogits model;
  private BeamSearch search;

  /// Makes the logits.
  @Setup(Level.Trial)
  public void prepare() {
    model = new FixedLogits(owner, device, VOCABULARY, FixedLogits.normal(VOCABULARY, BEAMS));
    search = new BeamSearch(BEAMS, 2, steps);
  }

  /// All steps of a search.
  @Benchmark
  public List<ScoredSequence> search() {
    return search.search(model, 1, 2, 3);
  }
}
