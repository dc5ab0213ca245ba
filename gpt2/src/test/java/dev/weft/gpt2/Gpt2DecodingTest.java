package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import dev.weft.decoding.Stop;
import dev.weft.nn.Hooks;
import dev.weft.nn.Layer;
import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Recording;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Decoding with a random GPT-2: what holds for any weights.
class Gpt2DecodingTest extends OnDevices {
  private static final SamplingOptions DEFAULT = SamplingOptions.DEFAULT;
  private static final String GRUE = "It is pitch black. You are likely to be eaten by a grue.";

  private final Gpt2Tokenizer tokenizer = Gpt2Tokenizer.first(509);
  private Gpt2Inference model;

  @BeforeEach
  void openModel() {
    model = SmallModel.inference(device, DType.F32);
  }

  @AfterEach
  void closeModel() {
    model.close();
  }

  @Test
  @DisplayName("S1-67: greedy text is the same with and without a session")
  void greedyTextWithASession() {
    SamplingOptions options =
        DEFAULT.withTemperature(0).withMaxTokensGenerated(15).withStopAtEos(false).withSeed(1010);
    String uncached = Sampling.sampleTokens(model, tokenizer, GRUE, options);
    assertEquals(uncached, Sampling.sampleTokensWithCache(model, tokenizer, GRUE, options));
    assertTrue(uncached.startsWith(GRUE));
    try (LanguageModel.Session session = model.open(1)) {
      assertEquals(uncached, Sampling.sampleTokens(model, tokenizer, GRUE, options, session));
    }
  }

  @Test
  @DisplayName("S1-18: ids go to the model's device by themselves")
  void idsGoToTheModelsDevice() {
    Device other = Devices.require(device.name().equals("cpu") ? "reference" : "cpu");
    long here = device.stats().allocations();
    long there = other.stats().allocations();
    SamplingOptions options = DEFAULT.withMaxTokensGenerated(3).withStopAtEos(false);
    Sampling.sampleTokens(model, tokenizer, GRUE, options);
    Sampling.sampleTokensWithCache(model, tokenizer, GRUE, options);
    assertTrue(device.stats().allocations() > here, "the model's device did the work");
    assertEquals(there, other.stats().allocations(), "the other device did none");
  }

  @Test
  @DisplayName("S1-68, T9: random text with penalty, top-k and top-p is the same, too")
  void randomTextWithASession() {
    int[] prompt = tokenizer.encode("It is pitch black.");
    for (int seed = 0; seed < times(3, 1); seed++) {
      for (Sampler sampler :
          List.of(
              Sampler.of(1, 2, 40, 0),
              Sampler.of(1, 2, 0, 0.95),
              Sampler.of(0.8, -1, 100, 0.9),
              Sampler.of(1, 0, 0, 0))) {
        Generator generator = new Generator(sampler, seed, 12).tokenizer(tokenizer, false);
        Continuation uncached = generator.generate(new Replay(model), prompt);
        Continuation cached = generator.generate(model, prompt);
        assertArrayEquals(uncached.ids(), cached.ids());
        assertSameNumbers(uncached.logProbabilities(), cached.logProbabilities());
        assertEquals(uncached.text(), cached.text());
      }
    }
  }

  @Test
  void aBatchEqualsItsRowsOneByOne() {
    int[][] prompts = {{1, 2, 3, 4, 5, 6, 7}, {9}, {200, 300}};
    Generator generator =
        new Generator(Sampler.of(1, 0.5, 50, 0.95), 11, times(10, 6)).stop(Stop.endTokens(5));
    List<Continuation> batch = generator.generateAll(model, prompts);
    List<Continuation> uncached = generator.generateAll(new Replay(model), prompts);
    for (int r = 0; r < prompts.length; r++) {
      assertArrayEquals(uncached.get(r).ids(), batch.get(r).ids());
      assertSameNumbers(uncached.get(r).logProbabilities(), batch.get(r).logProbabilities());
    }
    assertArrayEquals(generator.generate(model, prompts[0]).ids(), batch.get(0).ids());
    List<Continuation> four = generator.generate(model, prompts[0], 4);
    int[][] same = {prompts[0], prompts[0], prompts[0], prompts[0]};
    List<Continuation> side = generator.generateAll(model, same);
    for (int r = 0; r < 4; r++) {
      assertArrayEquals(side.get(r).ids(), four.get(r).ids());
    }
    assertFalse(Arrays.equals(four.get(0).ids(), four.get(1).ids()));
  }

  @Test
  @DisplayName("S1-69: n positions with a session, n(n + 1)/2 without")
  void positionsComputed() {
    AtomicLong positions = new AtomicLong();
    Layer first = model.children().getFirst();
    assertEquals("h.0", first.name());
    first.observe((layer, in, out) -> positions.addAndGet(in.dim(0)));
    int n = times(20, 8);
    Generator generator = new Generator(Sampler.GREEDY, 0, n);
    generator.generate(model, 1);
    assertEquals(n, positions.getAndSet(0));
    generator.generate(new Replay(model), 1);
    assertEquals(n * (n + 1) / 2, positions.get());
  }

  @Test
  @DisplayName("S1-59: a session of another model, shape or weight type throws at first use")
  void sessionOfAnotherModel() {
    Gpt2Config narrow = new Gpt2Config(509, 120, 24, 1, 2, 1e-5);
    try (Gpt2Inference other = SmallModel.inference(device, narrow, DType.F32);
        Gpt2Inference rounded = SmallModel.inference(device, DType.BF16)) {
      for (Gpt2Inference wrong : List.of(other, rounded)) {
        try (LanguageModel.Session session = wrong.open(1)) {
          var e =
              assertThrows(
                  IllegalArgumentException.class,
                  () -> Sampling.sampleNextToken(model, new int[] {1}, DEFAULT, session));
          assertTrue(e.getMessage().contains(wrong.toString()), e.getMessage());
          assertTrue(e.getMessage().contains(model.toString()), e.getMessage());
        }
      }
    }
  }

  @Test
  @DisplayName("S1-10: only the last position's logits decide")
  void onlyTheLastPositionDecides() {
    int[] ids = {4, 8, 15, 16, 23, 42};
    float[] all;
    try (Scope _ = new Scope()) {
      all = model.logits(Tensor.ids(device, Shape.of(1, 6), ids)).toFloats();
    }
    float[] last = Arrays.copyOfRange(all, 5 * 509, 6 * 509);
    for (int seed = 0; seed < times(20, 5); seed++) {
      var random =
          new dev.weft.tensor.Philox(seed, dev.weft.tensor.Philox.Purpose.TOKEN, ids.length, 0);
      assertEquals(
          Sampling.sampleBasic(last, random),
          Sampling.sampleNextToken(model, ids, DEFAULT.withSeed(seed)));
    }
  }

  @Test
  @DisplayName("S1-08: a model with dropout decodes without it")
  void dropoutIsSilent() {
    try (Gpt2 training = SmallModel.training(device, SmallModel.CONFIG);
        Scope _ = Scope.noGrad()) {
      Tensor ids = Tensor.ids(device, Shape.of(1, 4), 1, 2, 3, 4);
      training.dropout(0.5, new Noise(1));
      float[] dropped = training.logits(ids).toFloats();
      assertFalse(Arrays.equals(dropped, training.logits(ids).toFloats()));
      training.eval();
      assertArrayEquals(training.logits(ids).toFloats(), training.logits(ids).toFloats());
      assertSameNumbers(training.logits(ids).toFloats(), model.logits(ids).toFloats());
      assertArrayEquals(model.logits(ids).toFloats(), model.logits(ids).toFloats());
    }
  }

  @Test
  @DisplayName("S1-70: hooks show that cached and uncached agree, and where they don't")
  void hooksCompareCachedAndUncached() {
    int[] ids = SmallModel.ids(5, 9);
    Recording uncached =
        recorded(
            () -> {
              try (Scope _ = new Scope()) {
                model.logits(new int[][] {ids});
              }
            });
    assertTrue(uncached.runs().stream().anyMatch(run -> run.layer().equals("h.1.mlp.c_fc")));
    assertEquals(Optional.empty(), Hooks.compare(recorded(() -> feed(ids)), uncached, tolerance()));
    // In two chunks every block agrees; norm and head ran on the last position of each.
    var difference =
        Hooks.compare(
                recorded(() -> feed(Arrays.copyOf(ids, 6), Arrays.copyOfRange(ids, 6, 9))),
                uncached,
                tolerance())
            .orElseThrow();
    assertEquals("ln_f", difference.layer());
    int[] other = ids.clone();
    other[3]++;
    difference = Hooks.compare(recorded(() -> feed(other)), uncached, tolerance()).orElseThrow();
    assertEquals("h.0.ln_1", difference.layer());
    assertTrue(difference.reason().startsWith("input [3, 0]"), difference.reason());
  }

  private Recording recorded(Runnable run) {
    Recording recording = Hooks.record(model);
    try {
      run.run();
    } finally {
      recording.close();
    }
    return recording;
  }

  private void feed(int[]... chunks) {
    try (LanguageModel.Session session = model.open(1)) {
      for (int[] chunk : chunks) {
        session.feed(new int[][] {chunk});
      }
    }
  }

  @Test
  @DisplayName("S1-71: a cache too small for its positions is found, with layer and lengths")
  void positionsAreCheckedInTheModel() {
    try (Gpt2Session session = new Gpt2Session(model, 1);
        Scope _ = new Scope()) {
      session.feed(new int[][] {{1, 2}});
      var e = assertThrows(IllegalStateException.class, () -> session.requireRoom(1, 1, 201));
      assertTrue(e.getMessage().contains("h.1.attn"), e.getMessage());
      assertTrue(e.getMessage().contains("201") && e.getMessage().contains("120"), e.getMessage());
    }
  }
}
