package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private final Device device = Devices.best();
  private final HashModel model = new HashModel(50, 40);
  private long liveBytes;

  @BeforeEach
  void before() {
    liveBytes = device.stats().liveBytes();
  }

  @AfterEach
  void nothingLeaks() {
    assertEquals(liveBytes, device.stats().liveBytes());
  }

  private static List<Generator> generators() {
    List<Generator> list = new ArrayList<>();
    for (int seed = 0; seed < 5; seed++) {
      list.add(new Generator(Sampler.of(1, 0, 0, 0), seed, 20));
      list.add(new Generator(Sampler.of(0.7, 2, 40, 0), seed, 20).stop(Stop.endTokens(7, 11)));
      list.add(new Generator(Sampler.of(1.3, -0.5, 0, 0.95), seed, 20).stop(Stop.endTokens(7)));
      list.add(new Generator(Sampler.of(1, 1, 20, 0.8), seed, 20).stop(Stop.endTokens(3, 4, 5)));
    }
    list.add(new Generator(Sampler.GREEDY, 0, 20));
    return list;
  }

  private static void assertSame(Continuation a, Continuation b) {
    assertArrayEquals(a.ids(), b.ids());
    assertArrayEquals(a.logProbabilities(), b.logProbabilities());
    assertEquals(a.finish(), b.finish());
    assertEquals(a.text(), b.text());
  }

  @Test
  @DisplayName("What the device draws is what the filters on the host draw")
  void deviceEqualsHost() {
    HashModel large = new HashModel(3001, 40);
    Filter nothing = (candidates, history) -> {}; // which keeps a sampler on the host
    List<Generator> all = new ArrayList<>(generators());
    for (NucleusRule rule : NucleusRule.values()) {
      for (PenaltyScope scope : List.of(PenaltyScope.ALL, PenaltyScope.lastN(3))) {
        List<Filter> filters =
            List.of(
                new Temperature(0.7),
                new FrequencyPenalty(0.9, scope),
                new TopK(700),
                new TopP(0.8, rule));
        all.add(new Generator(new Sampler(filters, Chooser.CATEGORICAL), 7, 20));
      }
    }
    for (Generator generator : all) {
      List<Filter> filters = new ArrayList<>(generator.sampler().filters());
      filters.add(nothing);
      Sampler host = new Sampler(filters, generator.sampler().chooser());
      Generator onHost =
          new Generator(
              host, generator.stops(), generator.seed(), null, false, generator.listener());
      for (HashModel model : List.of(this.model, large)) {
        List<Continuation> wanted = onHost.generate(model, new int[] {3, 1, 4, 1}, 3);
        List<Continuation> got = generator.generate(model, new int[] {3, 1, 4, 1}, 3);
        for (int r = 0; r < 3; r++) {
          assertSame(wanted.get(r), got.get(r));
        }
      }
    }
  }

  @Test
  @DisplayName("S1-91: any token can be drawn again alone")
  void aTokenIsDrawnAgainAlone() {
    for (Generator generator : generators()) {
      List<Continuation> rows = generator.generate(model, new int[] {8, 2}, 3);
      for (int r = 0; r < 3; r++) {
        int[] generated = rows.get(r).generated();
        for (int n = 0; n < generated.length; n++) {
          assertEquals(generated[n], generator.drawAgain(model, rows.get(r), n, r));
        }
      }
    }
  }

  @Test
  @DisplayName("S1-11: a continuation's decisions list the stages in their order")
  void everyTokenHasItsReasons() {
    for (Generator generator : generators()) {
      Continuation second = generator.generate(model, new int[] {8, 2}, 2).get(1);
      List<Decision> decisions = generator.explain(model, second, 1, 3);
      assertEquals(second.generated().length, decisions.size());
      for (int n = 0; n < decisions.size(); n++) {
        Decision decision = decisions.get(n);
        assertEquals(2 + n, decision.step());
        assertEquals(second.generated()[n], decision.chosen());
        List<String> stages = decision.stages().stream().map(Decision.Stage::name).toList();
        assertEquals(generator.sampler().filters().stream().map(Filter::name).toList(), stages);
        double modelProbability = decision.token(decision.chosen()).modelProbability();
        assertEquals(second.logProbabilities()[n], StrictMath.log(modelProbability), 1e-5);
      }
    }
    Generator random = generators().get(0);
    Continuation second = random.generate(model, new int[] {8, 2}, 2).get(1);
    var error =
        assertThrows(IllegalArgumentException.class, () -> random.explain(model, second, 0, 3));
    assertTrue(error.getMessage().contains("sequence 0"), error.getMessage());
  }

  @Test
  @DisplayName("S1-44: best of n is the sample of the highest mean log-probability")
  void bestOfSharesOnePrompt() {
    HashModel counted = new HashModel(50, 40);
    Generator generator =
        new Generator(Sampler.of(0.7, 0, 40, 0), 3, 12).stop(Stop.endTokens(1, 2, 3));
    int[] prompt = {8, 2, 9, 9, 9, 9, 9, 9};
    Continuation best = generator.bestOf(counted, prompt, 10);
    long positions = counted.positions();
    List<Continuation> all = generator.generate(model, prompt, 10);
    double mean = 0;
    long fed = prompt.length;
    for (Continuation one : all) {
      double sum = 0;
      for (double logProbability : one.logProbabilities()) {
        sum += logProbability;
      }
      double own = sum / one.generated().length;
      mean = one == all.get(0) ? own : Math.max(mean, own);
      fed += one.generated().length - 1;
    }
    assertEquals(mean, best.meanLogProbability(), 1e-12);
    assertTrue(all.stream().anyMatch(one -> Arrays.equals(one.ids(), best.ids())));
    assertEquals(fed, positions);
  }

  @Test
  @DisplayName("S1-92: rows that ended are padded")
  void endedRowsArePadded() {
    Generator generator =
        new Generator(Sampler.of(1, 0, 0, 0), 3, 30).stop(Stop.endTokens(1, 2, 3, 4, 5, 6));
    List<Continuation> rows = generator.generate(model, new int[] {8, 9}, 6);
    int[][] padded = Continuation.padded(rows, 49);
    for (int r = 0; r < 6; r++) {
      int[] ids = rows.get(r).ids();
      assertEquals(padded[0].length, padded[r].length);
      assertArrayEquals(ids, Arrays.copyOf(padded[r], ids.length));
      for (int i = ids.length; i < padded[r].length; i++) {
        assertEquals(49, padded[r][i]);
      }
    }
    assertEquals(0, Continuation.padded(List.of(), 49).length);
  }

  @Test
  void cachedEqualsUncached() {
    for (Generator generator : generators()) {
      assertSame(
          generator.generate(new Replay(model), 3, 1, 4), generator.generate(model, 3, 1, 4));
    }
  }

  @Test
  void aBatchEqualsItsRowsOneByOne() {
    int[][] prompts = {{1, 2, 3}, {4}, {5, 6}, {1, 2, 3}, {9, 9, 9, 9, 9}};
    for (Generator generator : generators()) {
      List<Continuation> batch = generator.generateAll(model, prompts);
      List<Continuation> uncached = generator.generateAll(new Replay(model), prompts);
      assertSame(generator.generate(model, prompts[0]), batch.get(0));
      for (int r = 0; r < prompts.length; r++) {
        assertSame(uncached.get(r), batch.get(r));
      }
    }
  }

  @Test
  @DisplayName("S1-91: samples of one prompt side by side equal single runs exactly")
  void continuationsOfOnePromptEqualABatchOfIt() {
    int[] prompt = {8, 2};
    for (Generator generator : generators()) {
      List<Continuation> forked = generator.generate(model, prompt, 16);
      int[][] prompts = new int[16][];
      Arrays.fill(prompts, prompt);
      List<Continuation> batch = generator.generateAll(model, prompts);
      for (int i = 0; i < 16; i++) {
        assertSame(batch.get(i), forked.get(i));
        assertEquals(
            forked.get(i).generated()[0],
            generator.drawAgain(new Replay(model), forked.get(i), 0, i));
      }
    }
    List<Continuation> two = generators().get(0).generate(model, prompt, 2);
    assertTrue(!Arrays.equals(two.get(0).ids(), two.get(1).ids()));
  }

  @Test
  @DisplayName("S1-92: finished rows cost nothing more")
  void finishedRowsCostNothing() {
    HashModel counted = new HashModel(50, 40);
    Generator generator =
        new Generator(Sampler.of(1, 0, 0, 0), 3, 30).stop(Stop.endTokens(1, 2, 3, 4, 5, 6));
    List<Continuation> rows = generator.generate(counted, new int[] {8, 9}, 10);
    long fed = 2;
    for (Continuation row : rows) {
      fed += row.generated().length - 1;
    }
    assertEquals(fed, counted.positions());
  }

  @Test
  void logProbabilitiesAreOfTheUnfilteredLogits() {
    Continuation c = new Generator(Sampler.of(0.5, 3, 5, 0), 1, 6).generate(model, 1, 2);
    double sum = 0;
    for (int n = 0; n < 6; n++) {
      float[] logits = logits(Arrays.copyOf(c.ids(), 2 + n));
      double total = 0;
      for (float logit : logits) {
        total += StrictMath.exp(logit);
      }
      double wanted = logits[c.ids()[2 + n]] - StrictMath.log(total);
      assertEquals(wanted, c.logProbabilities()[n], 1e-5);
      sum += wanted;
    }
    assertEquals(sum, c.logProbability(), 1e-4);
  }

  private float[] logits(int[] ids) {
    try (var _ = new dev.weft.tensor.Scope()) {
      return model.logits(new int[][] {ids}).toFloats();
    }
  }

  @Test
  void stopsWhenTheContextIsFull() {
    Continuation c = new Generator(Sampler.of(1, 0, 0, 0), 1, 1000).generate(model, 1, 2);
    assertEquals(FinishReason.CONTEXT_FULL, c.finish());
    assertEquals(41, c.ids().length); // the last is drawn but no longer fed
    assertThrows(
        IllegalArgumentException.class, () -> generators().get(0).generate(model, new int[41]));
  }

  @Test
  void resumesWhereASessionStands() {
    Generator ten = new Generator(Sampler.of(1, 2, 0, 0.9), 6, 10);
    int[] whole = new Generator(Sampler.of(1, 2, 0, 0.9), 6, 20).generate(model, 5, 6, 7).ids();
    try (LanguageModel.Session session = model.open(1)) {
      int[] half = ten.resume(session, 5, 6, 7).ids();
      assertEquals(half.length - 1, session.position(0));
      assertArrayEquals(whole, ten.resume(session, half).ids());
    }
  }

  @Test
  void stopStringsAreFoundAcrossTokensAndCut() {
    ToyTokenizer tokenizer = new ToyTokenizer("he", "llo", "! ", "bye", "l", "<end>");
    LanguageModel script = new ScriptModel(6, true, 0, 0, 4, 4, 1, 2, 3, 3);
    StringBuilder streamed = new StringBuilder();
    List<String> pieces = new ArrayList<>();
    Generator generator =
        new Generator(Sampler.GREEDY, 0, 7)
            .tokenizer(tokenizer, false)
            .listener(
                (row, count, id, text) -> {
                  streamed.append(text);
                  pieces.add(text);
                });
    Continuation c = generator.generate(script, 3);
    assertEquals("hellllo! byebye", c.text());
    assertEquals(FinishReason.MAX_TOKENS, c.finish());
    assertEquals("hellllo! byebye", streamed.toString());

    streamed.setLength(0);
    pieces.clear();
    c = generator.stop(Stop.strings("lo! b", "xyz")).generate(script, 3);
    assertEquals("helll", c.text());
    assertEquals("helll", streamed.toString());
    assertEquals(FinishReason.STOP_STRING, c.finish());
    assertArrayEquals(new int[] {3, 0, 4, 4, 1, 2, 3}, c.ids());
    assertEquals(List.of("he", "", "l", "ll", "", ""), pieces);
  }

  @Test
  void theFirstStopStringWins() {
    ToyTokenizer tokenizer = new ToyTokenizer("ab", "cd", "<end>");
    LanguageModel script = new ScriptModel(3, true, 0, 1, 0, 1);
    Generator generator =
        new Generator(Sampler.GREEDY, 0, 3)
            .tokenizer(tokenizer, false)
            .stop(Stop.strings("da", "c"));
    assertEquals("", generator.generate(script, 0).text());
    assertEquals(
        "cd",
        new Generator(Sampler.GREEDY, 0, 1).tokenizer(tokenizer, false).generate(script, 0).text());
    assertThrows(IllegalArgumentException.class, () -> Stop.strings(""));
    assertThrows(
        IllegalStateException.class,
        () -> new Generator(Sampler.GREEDY, 0, 3).stop(Stop.strings("a")).generate(script, 0));
  }

  @Test
  void noTokensAskedForComputesNothing() {
    HashModel counted = new HashModel(5, 9);
    Continuation c = new Generator(Sampler.GREEDY, 0, 0).generate(counted, 1, 2);
    assertArrayEquals(new int[] {1, 2}, c.ids());
    assertEquals(FinishReason.MAX_TOKENS, c.finish());
    assertEquals(0, counted.positions());
    assertNull(c.text());
    assertThrows(
        IllegalArgumentException.class,
        () -> new Generator(Sampler.GREEDY, 0, 2).generate(counted));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Generator(Sampler.GREEDY, 0, 2).generate(counted, new int[] {1}, 0));
  }
}
