package dev.weft.bench.jmh;

import dev.weft.bench.FixedLogits;
import dev.weft.decoding.Candidates;
import dev.weft.decoding.Chooser;
import dev.weft.decoding.Filter;
import dev.weft.decoding.FrequencyPenalty;
import dev.weft.decoding.History;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Temperature;
import dev.weft.decoding.TopK;
import dev.weft.decoding.TopP;
import dev.weft.tensor.DType;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// One draw over 50,257 logits, N(0, 2): by the kernel of the device, and by the filters on the
/// host.
public class Draws extends KernelBenchmark {
  private static final int VOCABULARY = 50_257;

  /// Which stages run beside the temperature.
  public enum Stages {
    NONE(0, 0, 0),
    TOP_K(0, 40, 0),
    TOP_P(0, 0, 0.95),
    ALL(0.5, 40, 0.95);

    private final double penalty;
    private final int topK;
    private final double topP;

    Stages(double penalty, int topK, double topP) {
      this.penalty = penalty;
      this.topK = topK;
      this.topP = topP;
    }
  }

  @Param private Stages stages;

  private final Candidates candidates = new Candidates();
  private float[] values;
  private History history;
  private Sampler sampler;
  private Tensor logits;
  private Tensor ids;
  private Draw draw;
  private int step;

  /// Makes the logits, a history of 1,024 ids, and both forms of the stages.
  @Setup(Level.Trial)
  public void prepare() {
    values = FixedLogits.normal(VOCABULARY, 1);
    int[] past = new int[1024];
    int[] once = new int[past.length];
    for (int i = 0; i < past.length; i++) {
      past[i] = i * 47;
      once[i] = 1;
    }
    history = new History(past);
    sampler = new Sampler(filters(), Chooser.CATEGORICAL);
    logits = empty(1, VOCABULARY).set(values);
    ids = owner.empty(device, DType.I32, Shape.of(1));
    Draw.Counts counts = new Draw.Counts(ints(0, past.length), ints(past), ints(once));
    draw =
        new Draw(0.8, stages.penalty, counts, stages.topK, stages.topP, false, 3, ints(5), ints(0));
  }

  private List<Filter> filters() {
    Temperature temperature = new Temperature(0.8);
    return switch (stages) {
      case NONE -> List.of(temperature);
      case TOP_K -> List.of(temperature, new TopK(stages.topK));
      case TOP_P -> List.of(temperature, new TopP(stages.topP));
      case ALL ->
          List.of(
              temperature,
              new FrequencyPenalty(stages.penalty),
              new TopK(stages.topK),
              new TopP(stages.topP));
    };
  }

  /// The kernel alone.
  @Benchmark
  public void onDevice() {
    logits.device().kernels().sample(ids, logits, draw);
  }

  /// The filters in their order, then the draw.
  @Benchmark
  public int onHost() {
    candidates.load(values, 0, VOCABULARY);
    double uniform = Philox.uniform(3, Philox.Purpose.TOKEN, step++, 0);
    return sampler.next(candidates, history, uniform);
  }
}
