package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Readout;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import dev.weft.decoding.ScoredSequence;
import dev.weft.nn.OnDevices;
import dev.weft.tensor.DType;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Property;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Sessions with kept states against the forward pass without them, bit for bit.
class RnnSessionTest extends OnDevices {
  private static List<LanguageModelConfig> configs() {
    List<LanguageModelConfig> configs = new ArrayList<>();
    for (Gating gating : Gating.values()) {
      configs.add(SmallLanguageModel.config(gating));
    }
    RnnConfig square = RnnConfig.of(Gating.LSTM, 9, 9);
    RnnConfig learned = square.withFirst(RnnConfig.FirstState.LEARNED);
    int vocabulary = SmallLanguageModel.VOCABULARY;
    configs.add(LanguageModelConfig.of(vocabulary, square).withTied(true));
    configs.add(LanguageModelConfig.of(vocabulary, learned.withLayerNorm(true)));
    configs.add(LanguageModelConfig.of(vocabulary, square.withFirst(RnnConfig.FirstState.ONES)));
    configs.add(SmallLanguageModel.config(Gating.LSTM).withClasses(3));
    configs.add(SmallLanguageModel.config(Gating.GRU).withClasses(2));
    return configs;
  }

  private static float[] numbers(Tensor logits) {
    return logits.toFloats();
  }

  /// A series of calls, drawn from its seed.
  private record Calls(int seed, int size) {}

  /// The same random calls on a session and on one that runs the whole history each time.
  private void assertSame(LanguageModel model, Calls calls) {
    Philox random = new Philox(calls.seed, Philox.Purpose.SHUFFLE, 0, 0);
    int size = calls.size;
    LanguageModel uncached = new Replay(model);
    int rows = 1 + random.nextInt(3);
    LanguageModel.Session a = model.open(rows);
    LanguageModel.Session b = uncached.open(rows);
    try {
      for (int call = 0; call < 3 + size / 16; call++) {
        int[][] tokens = new int[a.rows()][];
        Arrays.setAll(tokens, r -> SmallLanguageModel.ids(random, 1 + size / 4));
        assertSameNumbers(numbers(b.feed(tokens)), numbers(a.feed(tokens)));
        int what = random.nextInt(5);
        if (what == 0) {
          int position = random.nextInt(1 + a.position(0));
          a.truncate(position);
          b.truncate(position);
        } else if (what == 1) {
          int[] parents = new int[1 + random.nextInt(a.rows())];
          int all = a.rows();
          Arrays.setAll(parents, i -> random.nextInt(all));
          a.reorder(parents);
          b.reorder(parents);
        } else if (what == 2 && a.rows() == 1) {
          LanguageModel.Session oldA = a;
          LanguageModel.Session oldB = b;
          a = oldA.fork(3);
          b = oldB.fork(3);
          oldA.close();
          oldB.close();
        }
        for (int r = 0; r < a.rows(); r++) {
          assertArrayEquals(b.tokens(r), a.tokens(r));
          assertEquals(b.position(r), a.position(r));
        }
      }
    } finally {
      a.close();
      b.close();
    }
  }

  @Test
  @DisplayName("S1-56: a session of a recurrent model gives the bits of the whole history")
  void cachedEqualsUncached() {
    for (LanguageModelConfig config : configs()) {
      try (var small = new SmallLanguageModel(device, config, DType.F32)) {
        Property.forAll(
            1,
            times(5, 2),
            (random, size) -> new Calls(random.nextInt(1 << 30), times(size, size / 2)),
            calls -> assertSame(small.decoding(), calls));
      }
    }
  }

  @Test
  void narrowWeightsGiveTheBitsOfTheWholeHistoryToo() {
    LanguageModelConfig tied =
        LanguageModelConfig.of(
                SmallLanguageModel.VOCABULARY, RnnConfig.of(Gating.GRU, 9, 9).withLayers(2))
            .withTied(true);
    for (DType type : new DType[] {DType.BF16, DType.I8}) {
      try (var small = new SmallLanguageModel(device, tied, type)) {
        assertSame(small.inference, new Calls(2, 40));
      }
    }
  }

  @Test
  @DisplayName("S1-64: a prompt in chunks of any size gives the one-shot run of a recurrent model")
  void anyChunking() {
    int[] ids = new int[times(700, 530)]; // more than one pass
    Philox random = new Philox(4, Philox.Purpose.SHUFFLE, 0, 0);
    Arrays.setAll(ids, _ -> random.nextInt(SmallLanguageModel.VOCABULARY));
    var config = SmallLanguageModel.config(Gating.LSTM);
    try (var small = new SmallLanguageModel(device, config, DType.F32);
        Scope _ = new Scope()) {
      float[] wanted = small.inference.logits(new int[][] {ids}).toFloats();
      for (int chunk : new int[] {times(19, 90), 512, 700}) {
        try (LanguageModel.Session session = small.inference.open(1)) {
          float[] got = null;
          for (int from = 0; from < ids.length; from += chunk) {
            int to = Math.min(ids.length, from + chunk);
            got = numbers(session.feed(new int[][] {Arrays.copyOfRange(ids, from, to)}));
          }
          assertSameNumbers(wanted, got, "chunks of " + chunk);
        }
      }
    }
  }

  @Test
  void raggedRowsEqualEachRowAlone() {
    var config = SmallLanguageModel.config(Gating.GRU);
    int[][] rows = {{1, 2, 3, 4, 5}, {6}, {7, 8}};
    try (var small = new SmallLanguageModel(device, config, DType.F32);
        Scope _ = new Scope();
        LanguageModel.Session session = small.inference.open(3)) {
      float[] together = numbers(session.feed(rows));
      int v = SmallLanguageModel.VOCABULARY;
      for (int r = 0; r < 3; r++) {
        float[] alone = small.inference.logits(new int[][] {rows[r]}).toFloats();
        assertSameNumbers(alone, Arrays.copyOfRange(together, r * v, (r + 1) * v));
      }
    }
  }

  @Test
  void theStateIsKeptAndNotRunAgain() {
    var config = SmallLanguageModel.config(Gating.LSTM);
    try (var small = new SmallLanguageModel(device, config, DType.F32);
        LanguageModel.Session session = small.inference.open(1)) {
      session.feed(new int[][] {new int[400]});
      long before = device.stats().liveBytes();
      session.feed(new int[][] {{1}});
      session.truncate(401); // shortens nothing: the state stays
      session.reorder(new int[] {0});
      session.feed(new int[][] {{2}});
      assertEquals(before, device.stats().liveBytes());
      assertEquals(402, session.position(0));
    }
  }

  @Test
  @DisplayName("S1-60: a failed step of a recurrent model leaves its rows as they were")
  void aFailedStepLeavesTheRowsAsTheyWere() {
    var config = SmallLanguageModel.config(Gating.LSTM);
    try (var small = new SmallLanguageModel(device, config, DType.F32);
        LanguageModel.Session session = small.inference.open(1);
        LanguageModel.Session same = small.inference.open(1)) {
      session.feed(new int[][] {{1, 2}});
      same.feed(new int[][] {{1, 2}});
      assertThrows(IllegalArgumentException.class, () -> session.feed(new int[][] {{3, 99}}));
      assertArrayEquals(new int[] {1, 2}, session.tokens(0));
      session.truncate(2);
      assertSameNumbers(
          numbers(same.feed(new int[][] {{4}})), numbers(session.feed(new int[][] {{4}})));
      Readout failing =
          _ -> {
            throw new ArithmeticException("made to fail");
          };
      assertThrows(ArithmeticException.class, () -> session.feed(new int[][] {{5}}, failing));
      assertArrayEquals(new int[] {1, 2, 4}, session.tokens(0));
      session.truncate(3);
      assertSameNumbers(
          numbers(same.feed(new int[][] {{6}})), numbers(session.feed(new int[][] {{6}})));
    }
  }

  @Test
  @DisplayName("S1-67, S1-68: a recurrent model writes the same with and without a session")
  void decodingRunsOnItAsOnAnyModel() {
    var config = SmallLanguageModel.config(Gating.LSTM);
    try (var small = new SmallLanguageModel(device, config, DType.F32)) {
      Generator generator = new Generator(Sampler.of(0.8, 0.1, 5, 0.9), 7, 12);
      int[][] prompts = {{2}, {2, 5, 6}, {1}};
      for (Generator each : List.of(generator, new Generator(Sampler.GREEDY, 0, 12))) {
        List<Continuation> cached = each.generateAll(small.inference, prompts);
        List<Continuation> uncached = each.generateAll(new Replay(small.inference), prompts);
        for (int r = 0; r < 3; r++) {
          assertArrayEquals(uncached.get(r).ids(), cached.get(r).ids());
          assertSameNumbers(uncached.get(r).logProbabilities(), cached.get(r).logProbabilities());
        }
      }
      List<Continuation> shared = generator.generate(small.inference, new int[] {2, 5}, 3);
      List<Continuation> replayed =
          generator.generate(new Replay(small.inference), new int[] {2, 5}, 3);
      for (int r = 0; r < 3; r++) {
        assertArrayEquals(replayed.get(r).ids(), shared.get(r).ids());
      }
      int next =
          Sampling.sampleNextToken(small.inference, new int[] {3, 4}, SamplingOptions.DEFAULT);
      assertTrue(next >= 0 && next < SmallLanguageModel.VOCABULARY);
    }
  }

  /// Notes what each step of a single row reads; it runs the whole history each time.
  private record Spy(LanguageModel model, List<Integer> read) implements LanguageModel {
    @Override
    public int vocabularySize() {
      return model.vocabularySize();
    }

    @Override
    public int contextLength() {
      return model.contextLength();
    }

    @Override
    public Tensor logits(int[][] tokens) {
      read.clear();
      Arrays.stream(tokens[0]).forEach(read::add);
      return model.logits(tokens);
    }

    @Override
    public Session open(int rows) {
      return new Replay(this).open(rows);
    }
  }

  @Test
  @DisplayName("S0-24: generation feeds what it drew, and nothing else")
  void generationReadsItsOwnPredictions() {
    var config = SmallLanguageModel.config(Gating.GRU);
    try (var small = new SmallLanguageModel(device, config, DType.F32)) {
      List<Integer> fed = new ArrayList<>();
      Generator generator = new Generator(Sampler.of(1, 0, 0, 0), 5, 8);
      Continuation drawn = generator.generate(new Spy(small.inference, fed), 2, 7);
      int[] ids = drawn.ids();
      assertEquals(10, ids.length);
      // The prompt, then each id that was drawn but the last.
      assertEquals(Arrays.stream(ids, 0, 9).boxed().toList(), fed);
    }
  }

  @Test
  @DisplayName("S4-09: a class can set the initial state of a session")
  void aClassSetsTheInitialState() {
    LanguageModelConfig config = SmallLanguageModel.config(Gating.LSTM).withClasses(3);
    try (var small = new SmallLanguageModel(device, config, DType.F32);
        Scope _ = new Scope()) {
      float[] zero = numbers(small.inference.given(0).logits(new int[][] {{2}}));
      float[] two = numbers(small.inference.given(2).logits(new int[][] {{2}}));
      assertFalse(Arrays.equals(zero, two));
      var error = assertThrows(IllegalArgumentException.class, () -> small.inference.open(1));
      assertTrue(error.getMessage().contains("3 classes"), error.getMessage());
      var none = assertThrows(IllegalArgumentException.class, () -> small.inference.given(3));
      assertEquals("language model: class 3 is not one of its 3", none.getMessage());
    }
  }

  @Test
  @DisplayName("S1-93: beam search with kept states is the search without them")
  void beamsAreTheSameWithKeptStates() {
    for (LanguageModelConfig config : configs()) {
      try (var small = new SmallLanguageModel(device, config, DType.F32)) {
        BeamSearch search = new BeamSearch(4, 4, times(6, 3)).endTokens(3);
        List<ScoredSequence> cached = search.search(small.decoding(), 1, 2);
        List<ScoredSequence> anew = search.search(new Replay(small.decoding()), 1, 2);
        for (int i = 0; i < 4; i++) {
          assertArrayEquals(anew.get(i).ids(), cached.get(i).ids());
          assertSameNumber(anew.get(i).score(), cached.get(i).score(), "score");
        }
      }
    }
  }

  @Test
  void itRefusesToRunWhenTheParametersChanged() {
    var config = SmallLanguageModel.config(Gating.TANH);
    try (var small = new SmallLanguageModel(device, config, DType.F32);
        LanguageModel.Session session = small.inference.open(1)) {
      session.feed(new int[][] {{1}});
      small.parameters.changed();
      assertThrows(IllegalStateException.class, () -> session.feed(new int[][] {{1}}));
      assertEquals(1, session.position(0));
    }
  }
}
