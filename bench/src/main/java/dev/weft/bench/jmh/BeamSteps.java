package dev.weft.bench.jmh;

import dev.weft.bench.FixedLogits;
import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.ScoredSequence;
import dev.weft.tensor.Devices;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Whole beam searches by a model that costs nothing: 6 beams over 50,257 logits. A step is a
/// search over its number of steps; the number differs, to show that a step doesn't depend on what
/// is behind it.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class BeamSteps {
  private static final int BEAMS = 6;
  private static final int VOCABULARY = 50_257;

  @Param({"20", "200", "1000"})
  private int steps;

  private dev.weft.tensor.Scope scope;
  private FixedLogits model;
  private BeamSearch search;

  /// Makes the logits.
  @Setup(Level.Trial)
  public void prepare() {
    scope = dev.weft.tensor.Scope.noGrad();
    model = new FixedLogits(Devices.best(), VOCABULARY, FixedLogits.normal(VOCABULARY, BEAMS));
    search = new BeamSearch(BEAMS, 2, steps);
  }

  /// Gives them back.
  @TearDown(Level.Trial)
  public void close() {
    scope.close();
  }

  /// All steps of a search.
  @Benchmark
  public List<ScoredSequence> search() {
    return search.search(model, 1, 2, 3);
  }
}
