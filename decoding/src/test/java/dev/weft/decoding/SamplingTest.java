package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final SamplingOptions DEFAULT = SamplingOptions.DEFAULT;
  private static final int[] IDS = {3, 1, 4, 1, 5};
  private final Device device = Devices.best();
  private final HashModel model = new HashModel(40, 64);
  private final ToyTokenizer tokenizer = new ToyTokenizer("a", "b", "c", "ab", " ", "<end>");
  private long liveBytes;

  @BeforeEach
  void before() {
    liveBytes = device.stats().liveBytes();
  }

  @AfterEach
  void nothingLeaks() {
    assertEquals(liveBytes, device.stats().liveBytes());
  }

  @Test
  @DisplayName("S1-01, S1-13: defaults")
  void defaults() {
    assertEquals(new SamplingOptions(1.0, 0.0, 0, 0.0, 30, true, 0, false, Listener.NONE), DEFAULT);
    int id = Sampling.sampleNextToken(model, IDS);
    assertEquals(id, Sampling.sampleNextToken(model, IDS, DEFAULT));
  }

  @Test
  @DisplayName("S1-02: input must be one-dimensional")
  void inputIsOneDimensional() {
    try (Scope _ = new Scope()) {
      Tensor flat = Tensor.ids(device, Shape.of(5), IDS);
      assertEquals(
          Sampling.sampleNextToken(model, IDS), Sampling.sampleNextToken(model, flat, DEFAULT));
      Tensor batch = Tensor.ids(device, Shape.of(1, 5), IDS);
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Sampling.sampleNextToken(model, batch, DEFAULT));
      assertTrue(e.getMessage().startsWith("input_ids should be a 1D sequence of token ids"));
    }
    assertThrows(IllegalArgumentException.class, () -> Sampling.sampleNextToken(model, new int[0]));
  }

  @Test
  @DisplayName("S1-03: temperature is at least 0")
  void temperatureIsChecked() {
    for (double bad : new double[] {-0.1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> DEFAULT.withTemperature(bad));
    }
    assertEquals(0, DEFAULT.withTemperature(0).temperature());
  }

  @Test
  @DisplayName("S1-04: top-p is a probability")
  void topPIsChecked() {
    for (double bad : new double[] {-0.01, 1.01, Double.NaN}) {
      var e = assertThrows(IllegalArgumentException.class, () -> DEFAULT.withTopP(bad));
      assertTrue(e.getMessage().startsWith("Top-p must be a probability"));
    }
  }

  @Test
  @DisplayName("S1-05: top-k is not negative")
  void topKIsChecked() {
    var e = assertThrows(IllegalArgumentException.class, () -> DEFAULT.withTopK(-1));
    assertTrue(e.getMessage().startsWith("Top-k must be non-negative"));
  }

  @Test
  @DisplayName("S1-06: the basic call takes top-p or top-k, a Sampler both")
  void notBothInTheBasicCall() {
    var e = assertThrows(IllegalArgumentException.class, () -> DEFAULT.withTopK(5).withTopP(0.9));
    assertTrue(e.getMessage().startsWith("At most one of top-p and top-k supported"));
    assertEquals(3, Sampler.of(1, 0, 5, 0.9).filters().size());
  }

  @Test
  @DisplayName("S1-07: top-k = 0 and top-p = 0 mean off")
  void zeroIsOff() {
    for (long seed = 0; seed < 50; seed++) {
      float[] logits = lastLogits(IDS);
      double uniform =
          dev.weft.tensor.Philox.uniform(seed, dev.weft.tensor.Philox.Purpose.TOKEN, IDS.length, 0);
      int plain = Categorical.draw(new Candidates().load(logits, 0, 40), uniform);
      assertEquals(plain, Sampling.sampleNextToken(model, IDS, DEFAULT.withSeed(seed)));
    }
  }

  private float[] lastLogits(int[] ids) {
    try (Scope _ = new Scope()) {
      return model.logits(new int[][] {ids}).toFloats();
    }
  }

  @Test
  @DisplayName("S1-09: nothing is recorded and no memory grows")
  void nothingIsRecorded() {
    Sampling.sampleNextToken(model, IDS);
    long reserved = device.stats().reservedBytes();
    try (Tape tape = new Tape()) {
      for (int i = 0; i < 1000; i++) {
        Sampling.sampleNextToken(model, IDS, DEFAULT.withSeed(i));
      }
      assertEquals(0, tape.size());
      assertEquals(liveBytes, device.stats().liveBytes());
    }
    assertEquals(reserved, device.stats().reservedBytes());
  }

  @Test
  @DisplayName("S1-14: prompt and continuation are decoded together")
  void promptAndContinuation() {
    LanguageModel script = new ScriptModel(6, true, 0, 0, 0, 1, 2, 4, 0);
    String text =
        Sampling.sampleTokens(script, tokenizer, "c a", DEFAULT.withMaxTokensGenerated(3));
    assertEquals("c abc ", text);
  }

  @Test
  @DisplayName("S1-15, T21: the end token ends the text and stands in it")
  void endTokenEnds() {
    LanguageModel script = new ScriptModel(6, true, 0, 1, 2, 5, 0, 0, 0, 0, 0);
    assertEquals("abc<end>", Sampling.sampleTokens(script, tokenizer, "a", DEFAULT));
    assertEquals(
        "abc", Sampling.sampleTokens(script, tokenizer, "a", DEFAULT.withSkipSpecialTokens(true)));
  }

  @Test
  @DisplayName("S1-16: with stopAtEos off the text goes on past the end token")
  void goesOnPastTheEnd() {
    LanguageModel script = new ScriptModel(6, true, 0, 1, 2, 5, 0, 0, 0, 0, 0);
    SamplingOptions options = DEFAULT.withStopAtEos(false).withMaxTokensGenerated(5);
    assertEquals("abc<end>aa", Sampling.sampleTokens(script, tokenizer, "a", options));
  }

  @Test
  @DisplayName("S1-17: exactly as many new tokens as asked for; 0 gives the prompt")
  void limitIsExact() {
    LanguageModel script = new ScriptModel(6, true, new int[40]);
    for (int n : new int[] {0, 1, 2, 30}) {
      String text =
          Sampling.sampleTokens(script, tokenizer, "b", DEFAULT.withMaxTokensGenerated(n));
      assertEquals("b" + "a".repeat(n), text);
    }
    assertThrows(IllegalArgumentException.class, () -> DEFAULT.withMaxTokensGenerated(-1));
  }

  @Test
  @DisplayName("S1-19: progress counts from 1 to n")
  void progressCounts() {
    List<Integer> counts = new ArrayList<>();
    Listener listener = (row, count, id, text) -> counts.add(count);
    LanguageModel script = new ScriptModel(6, true, new int[40]);
    Sampling.sampleTokens(
        script, tokenizer, "b", DEFAULT.withMaxTokensGenerated(4).withListener(listener));
    assertEquals(List.of(1, 2, 3, 4), counts);
  }

  @Test
  @DisplayName("S1-20: repr escapes newlines and control characters")
  void reprEscapes() {
    assertEquals("\"a\\n\\t\\r\\\"b\\\\\\u0007é\"", Sampling.repr("a\n\t\r\"b\\\u0007é"));
  }

  @Test
  @DisplayName("S1-58: a session must hold a proper prefix of the whole history")
  void promptFedAgainIsFound() {
    try (LanguageModel.Session session = model.open(1)) {
      int next = Sampling.sampleNextToken(model, IDS, DEFAULT, session);
      assertEquals(Sampling.sampleNextToken(model, IDS, DEFAULT), next);
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Sampling.sampleNextToken(model, IDS, DEFAULT, session));
      assertTrue(e.getMessage().contains("[3, 1, 4, 1, 5]"), e.getMessage());
      int[] other = {3, 1, 7, 1, 5, 9};
      e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Sampling.sampleNextToken(model, other, DEFAULT, session));
      assertTrue(e.getMessage().contains("first difference is at 2"), e.getMessage());
      assertTrue(e.getMessage().contains("[3, 1, 7, 1, 5, 9]"), e.getMessage());
      int[] shorter = {3, 1};
      assertThrows(
          IllegalArgumentException.class,
          () -> Sampling.sampleNextToken(model, shorter, DEFAULT, session));
      assertEquals(IDS.length, session.position(0));
      int[] longer = {3, 1, 4, 1, 5, next};
      assertEquals(
          Sampling.sampleNextToken(model, longer, DEFAULT),
          Sampling.sampleNextToken(model, longer, DEFAULT, session));
    }
  }

  @Test
  @DisplayName("S1-59: a session of another model throws")
  void sessionOfAnotherModel() {
    LanguageModel other = new HashModel(40, 64);
    try (LanguageModel.Session session = other.open(1)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Sampling.sampleNextToken(model, IDS, DEFAULT, session));
    }
    try (LanguageModel.Session session = model.open(2)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Sampling.sampleNextToken(model, IDS, DEFAULT, session));
    }
  }

  @Test
  @DisplayName("T8: the driver with a session feeds each token once")
  void eachTokenIsFedOnce() {
    HashModel counted = new HashModel(6, 64);
    SamplingOptions options = DEFAULT.withMaxTokensGenerated(20).withStopAtEos(false);
    try (LanguageModel.Session session = counted.open(1)) {
      String text = Sampling.sampleTokens(counted, tokenizer, "abc", options, session);
      assertEquals(Sampling.sampleTokens(new HashModel(6, 64), tokenizer, "abc", options), text);
      assertEquals(2 + 19, counted.positions());
      assertEquals(2 + 19, session.position(0));
    }
  }

  @Test
  @DisplayName("T9: the penalty's history is apart from what the model is fed")
  void penaltyCountsTheSameWithASession() {
    HashModel small = new HashModel(6, 64);
    for (int seed = 0; seed < 20; seed++) {
      SamplingOptions options =
          DEFAULT
              .withSeed(seed)
              .withFreqPenalty(2)
              .withTopK(seed % 2 * 4)
              .withTopP(seed % 2 == 0 ? 0.9 : 0);
      assertEquals(
          Sampling.sampleTokens(small, tokenizer, "ab ca", options),
          Sampling.sampleTokensWithCache(small, tokenizer, "ab ca", options));
    }
  }

  @Test
  void sampleTokensIsALoopAroundSampleNextToken() {
    HashModel small = new HashModel(6, 64);
    SamplingOptions options = DEFAULT.withSeed(4).withStopAtEos(false).withFreqPenalty(0.5);
    int[] ids = tokenizer.encode("ab c");
    for (int n = 0; n < 30; n++) {
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] =
          Sampling.sampleNextToken(small, Arrays.copyOf(ids, ids.length - 1), options);
    }
    assertEquals(tokenizer.decode(ids), Sampling.sampleTokens(small, tokenizer, "ab c", options));
    assertArrayEquals(tokenizer.encode("ab c"), Arrays.copyOf(ids, 3));
  }
}
