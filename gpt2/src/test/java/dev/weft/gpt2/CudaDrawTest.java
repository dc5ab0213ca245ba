package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.Chooser;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Listener;
import dev.weft.decoding.MinP;
import dev.weft.decoding.Readout;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Stop;
import dev.weft.kernels.cuda.EmulatedCuda;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Generating on a GPU: model, draw and the chosen token's probability are one graph.
final class CudaDrawTest {
  /// A vocabulary of one list, and one of two, in which a nucleus has to be searched for.
  private static final int SHORT = 307, LONG = 2053;

  private static final Sampler GREEDY = Sampler.GREEDY;
  private static final Sampler TEMPERATURE = Sampler.of(0.8, 0, 0, 0);
  private static final Sampler FEW = Sampler.of(0.8, 0, 40, 0.9);
  private static final Sampler MANY = Sampler.of(1.5, 0, 1500, 0);
  private static final Sampler NUCLEUS = Sampler.of(1, 0, 0, 0.95);
  private static final Sampler PENALTY = Sampler.of(0.7, 1.5, 0, 0.9);
  private static final Sampler ON_THE_HOST =
      new Sampler(List.of(new MinP(0.05)), Chooser.CATEGORICAL);

  private static final List<Sampler> SEARCHING = List.of(MANY, NUCLEUS);

  private static Gpt2Config config(int vocabulary) {
    return new Gpt2Config(vocabulary, 120, 24, 1, 2, 1e-5);
  }

  private static Gpt2Inference recorded(int vocabulary) {
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    return SmallModel.inference(device, config(vocabulary), DType.F32);
  }

  private static Gpt2Inference queued(int vocabulary) {
    return SmallModel.inference(EmulatedCuda.deviceWithoutGraphs(), config(vocabulary), DType.F32);
  }

  /// What was launched and copied since the token before.
  private record Cost(long graphs, long launches, long up, long down, long copies) {
    static Cost take() {
      Cost cost =
          new Cost(
              EmulatedCuda.get("graph_launches"),
              EmulatedCuda.get("launches") + EmulatedCuda.get("cublas_calls"),
              EmulatedCuda.get("bytes_to_device"),
              EmulatedCuda.get("bytes_to_host"),
              EmulatedCuda.get("copies_to_host"));
      EmulatedCuda.resetCounters();
      return cost;
    }
  }

  /// Of each of five tokens of as many rows as there are prompts.
  private static List<Cost> costs(Gpt2Inference model, Sampler sampler, int[]... prompts) {
    List<Cost> costs = new ArrayList<>();
    Listener listener =
        (row, count, id, text) -> {
          if (row == 0) {
            costs.add(Cost.take());
          }
        };
    new Generator(sampler, 3, 5).listener(listener).generateAll(model, prompts);
    return costs;
  }

  @Test
  @DisplayName("S1-18, S1-96: a token is one graph; what was chosen comes back in one copy")
  void aTokenIsOneGraph() {
    try (Gpt2Inference few = recorded(SHORT);
        Gpt2Inference many = recorded(LONG)) {
      for (Sampler sampler : List.of(GREEDY, TEMPERATURE, FEW, PENALTY)) {
        assertOneGraph(few, sampler, 1);
        assertOneGraph(few, sampler, 3);
      }
      for (Sampler sampler : SEARCHING) {
        assertOneGraph(many, sampler, 1);
      }
    }
  }

  private static void assertOneGraph(Gpt2Inference model, Sampler sampler, int rows) {
    int up = 8 * rows; // id and position
    up += sampler == GREEDY ? 0 : 8 * rows; // position and number of the sequence
    up += sampler == PENALTY ? 4 * (rows + 1 + 2 * 64) : 0; // 64 ids and their counts
    int[][] prompts = new int[rows][];
    Arrays.fill(prompts, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    List<Cost> costs = costs(model, sampler, prompts);
    assertEquals(5, costs.size());
    assertEquals(0, costs.get(1).graphs, "the first step is not recorded");
    for (Cost cost : costs.subList(2, 5)) {
      assertEquals(new Cost(1, 0, up, 12L * rows, 1), cost, sampler + ", " + rows + " rows");
    }
  }

  @Test
  @DisplayName("S1-96: generated text has the same bits with graphs and without")
  void graphsDrawTheSame() {
    int[][] prompts = {{1, 2, 3, 4, 5, 6, 7, 8, 9}, {300, 3, 1, 4, 1}, {9, 9, 8, 2}};
    Stop atLengthsOfTheirOwn = Stop.when(row -> row.generated() == length(row.promptLength()));
    try (Gpt2Inference recorded = recorded(SHORT);
        Gpt2Inference queued = queued(SHORT)) {
      for (Sampler sampler : List.of(GREEDY, TEMPERATURE, FEW, PENALTY, ON_THE_HOST)) {
        Generator generator = new Generator(sampler, 5, 20).stop(atLengthsOfTheirOwn);
        List<Continuation> texts = assertSameTexts(recorded, queued, generator, prompts);
        for (int r = 0; r < prompts.length; r++) {
          assertEquals(length(prompts[r].length), texts.get(r).generated().length);
        }
      }
    }
    try (Gpt2Inference recorded = recorded(LONG);
        Gpt2Inference queued = queued(LONG)) {
      for (Sampler sampler : SEARCHING) {
        assertSameTexts(recorded, queued, new Generator(sampler, 5, 5), prompts[0]);
      }
    }
  }

  private static List<Continuation> assertSameTexts(
      Gpt2Inference recorded, Gpt2Inference queued, Generator generator, int[]... prompts) {
    EmulatedCuda.resetCounters();
    List<Continuation> expected = generator.generateAll(queued, prompts);
    assertEquals(0, EmulatedCuda.get("graph_launches"));
    List<Continuation> texts = generator.generateAll(recorded, prompts);
    assertTrue(EmulatedCuda.get("graph_launches") > 0, "nothing was recorded");
    for (int r = 0; r < prompts.length; r++) {
      assertArrayEquals(expected.get(r).ids(), texts.get(r).ids());
      assertArrayEquals(expected.get(r).logProbabilities(), texts.get(r).logProbabilities());
    }
    return texts;
  }

  /// 3, 9 and 6 tokens after 9, 5 and 4.
  private static int length(int prompt) {
    return 3 + 3 * (prompt % 3);
  }

  @Test
  void whatIsCountedOutgrowsItsRoom() {
    Generator generator = new Generator(Sampler.of(1, 1e6, 0, 0.9), 5, 70);
    try (Gpt2Inference recorded = recorded(SHORT);
        Gpt2Inference queued = queued(SHORT)) {
      List<Continuation> texts = assertSameTexts(recorded, queued, generator, new int[][] {{1}});
      long distinct = Arrays.stream(texts.getFirst().ids()).distinct().count();
      assertEquals(71, distinct, "room is for 64 at first");
    }
  }

  @Test
  void readoutsInTurnAreNotRecorded() {
    Readout[] readouts = {_ -> {}, Readout.NONE};
    try (Gpt2Inference model = recorded(SHORT);
        LanguageModel.Session session = model.open(1)) {
      EmulatedCuda.resetCounters();
      for (int step = 0; step < 6; step++) {
        session.feed(new int[][] {{step}}, readouts[step % 2]);
      }
      model.device().synchronize();
      assertEquals(0, EmulatedCuda.get("graph_launches"));
    }
  }

  @Test
  @DisplayName("S1-24: on a GPU, too, the first of equal logits is chosen every time")
  void theFirstOfEqualLogits() {
    for (int ordinal :
        new int[] {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED}) {
      try (Gpt2 zeros = Gpt2.create(config(SHORT), EmulatedCuda.device(ordinal), DType.F32, 1)) {
        for (Parameter parameter : zeros.parameters().all()) {
          parameter.tensor().set(new float[Math.toIntExact(parameter.tensor().size())]);
        }
        zeros.parameters().changed();
        try (Gpt2Inference model = Gpt2Inference.of(zeros, DType.F32)) {
          Continuation text = new Generator(GREEDY, 0, 5).generate(model, 4);
          assertArrayEquals(new int[5], text.generated());
        }
      }
    }
  }
}
