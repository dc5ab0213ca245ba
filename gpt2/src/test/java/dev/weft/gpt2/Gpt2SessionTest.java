package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.LanguageModel;
import dev.weft.nn.OnDevices;
import dev.weft.tensor.DType;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Sessions against the forward pass without one, bit for bit.
class Gpt2SessionTest extends OnDevices {
  private Gpt2Inference model;

  @BeforeEach
  void openModel() {
    model = SmallModel.inference(device, DType.F32);
  }

  @AfterEach
  void closeModel() {
    model.close();
  }

  private static float[][] rows(Tensor logits) {
    float[] flat = logits.toFloats();
    int vocabulary = logits.dim(1);
    float[][] rows = new float[logits.dim(0)][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Arrays.copyOfRange(flat, r * vocabulary, (r + 1) * vocabulary);
    }
    return rows;
  }

  private float[] whole(Gpt2Inference model, int... ids) {
    try (Scope _ = new Scope()) {
      return model.logits(new int[][] {ids}).toFloats();
    }
  }

  private float[] whole(int... ids) {
    return whole(model, ids);
  }

  private static float[][] feed(LanguageModel.Session session, int[]... tokens) {
    return rows(session.feed(tokens));
  }

  private static int[] join(int[] a, int... b) {
    int[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  @DisplayName("S1-56: a cached step gives the logits of the whole sequence, for each weight type")
  void cachedStepEqualsWhole() {
    List<DType> types = new ArrayList<>(List.of(DType.F32, DType.BF16, DType.I8));
    if (onCuda()) {
      types.add(DType.F16);
    }
    for (DType type : types) {
      try (Gpt2Inference typed = SmallModel.inference(device, type);
          LanguageModel.Session session = typed.open(1)) {
        int[] ids = {366, 120, 336, 25};
        assertSameNumbers(whole(typed, ids), feed(session, ids)[0]);
        assertSameNumbers(whole(typed, join(ids, 162)), feed(session, new int[] {162})[0]);
      }
    }
  }

  @Test
  @DisplayName("S1-64, S1-66: a prompt in chunks of any size gives the one-shot run")
  void anyChunking() {
    // On GPUs the cache is cut by its capacity, on hosts into panels of 48.
    int[] ids = SmallModel.ids(1, times(103, 53));
    float[] wanted = whole(ids);
    int[] chunks = {1, 2, 3, 7, 16, 47, 48, 49, 100, 103};
    for (int chunk : onCuda() ? new int[] {1, 7, 48, 53} : chunks) {
      try (LanguageModel.Session session = model.open(1)) {
        float[] got = null;
        for (int from = 0; from < ids.length; from += chunk) {
          got = feed(session, Arrays.copyOfRange(ids, from, Math.min(ids.length, from + chunk)))[0];
        }
        assertSameNumbers(wanted, got, "chunks of " + chunk);
      }
    }
  }

  @Test
  @DisplayName("S1-65: positions continue at the cached length")
  void positionsContinue() {
    int[] ids = {5, 5, 5, 5};
    try (LanguageModel.Session session = model.open(1)) {
      float[] first = feed(session, ids)[0];
      float[] second = feed(session, ids)[0];
      assertSameNumbers(whole(join(ids, ids)), second);
      // Were positions to begin anew, the same four tokens after the same four would differ only by
      // what they attend to; a model without the right offset cannot pass the line above.
      assertFalse(Arrays.equals(first, second));
    }
    // The mutation: a run whose fifth position is taken for the first.
    try (LanguageModel.Session session = model.open(1)) {
      feed(session, ids);
      session.truncate(3);
      float[] offByOne = feed(session, new int[] {9})[0];
      assertFalse(Arrays.equals(whole(5, 5, 5, 5, 9), offByOne));
    }
  }

  @Test
  @DisplayName("S1-63: ragged rows side by side equal each row alone")
  void raggedRows() {
    int[][] first = {SmallModel.ids(1, 50), SmallModel.ids(2, 1), SmallModel.ids(3, 13)};
    int[][] second = {SmallModel.ids(4, 2), SmallModel.ids(5, 60), SmallModel.ids(6, 1)};
    try (LanguageModel.Session session = model.open(3)) {
      float[][] logits = feed(session, first);
      for (int r = 0; r < 3; r++) {
        assertSameNumbers(whole(first[r]), logits[r]);
      }
      logits = feed(session, second);
      for (int r = 0; r < 3; r++) {
        assertSameNumbers(whole(join(first[r], second[r])), logits[r]);
      }
    }
    try (Scope _ = new Scope()) {
      float[][] together = rows(model.logits(first));
      for (int r = 0; r < 3; r++) {
        assertSameNumbers(whole(first[r]), together[r]);
      }
    }
  }

  @Test
  void promptsLongerThanOnePass() {
    Gpt2Config longer = new Gpt2Config(61, 700, 24, 1, 2, 1e-5);
    try (Gpt2Inference model = SmallModel.inference(device, longer, DType.F32)) {
      int[] ids = Arrays.stream(SmallModel.ids(9, 620)).map(id -> id % 61).toArray();
      int[] other = Arrays.copyOf(ids, 300);
      try (LanguageModel.Session one = model.open(1);
          LanguageModel.Session two = model.open(2)) {
        float[] wanted = whole(model, ids);
        assertSameNumbers(wanted, feed(one, ids)[0]);
        float[][] both = feed(two, other, ids);
        assertSameNumbers(whole(model, other), both[0]);
        assertSameNumbers(wanted, both[1]);
      }
    }
  }

  @Test
  @DisplayName("S1-62: fork, reorder and truncate, then diverge: each row is right")
  void forkReorderTruncateDiverge() {
    int[] prompt = SmallModel.ids(2, 60);
    try (LanguageModel.Session one = model.open(1)) {
      feed(one, prompt);
      try (LanguageModel.Session three = one.fork(3)) {
        feed(three, new int[] {1}, new int[] {2, 3}, new int[] {4});
        feed(one, new int[] {99});
        three.reorder(new int[] {2, 0, 0});
        float[][] logits = feed(three, new int[] {5}, new int[] {6}, new int[] {7});
        assertSameNumbers(whole(join(prompt, 4, 5)), logits[0]);
        assertSameNumbers(whole(join(prompt, 1, 6)), logits[1]);
        assertSameNumbers(whole(join(prompt, 1, 7)), logits[2]);
        three.reorder(new int[] {1});
        assertEquals(1, three.rows());
        assertSameNumbers(whole(join(prompt, 1, 6, 8)), feed(three, new int[] {8})[0]);
        three.truncate(30);
        assertSameNumbers(whole(join(Arrays.copyOf(prompt, 30), 8)), feed(three, new int[] {8})[0]);
        try (LanguageModel.Session again = three.fork(1)) {
          feed(three, new int[] {1});
          assertSameNumbers(
              whole(join(Arrays.copyOf(prompt, 30), 8, 2)), feed(again, new int[] {2})[0]);
        }
      }
      assertSameNumbers(whole(join(prompt, 99, 3)), feed(one, new int[] {3})[0]);
    }
  }

  @Test
  @DisplayName("S1-57: 8 threads, 8 sessions, one model: each equals its solo run")
  void manySessionsInManyThreads() throws Exception {
    List<Callable<float[][]>> runs = new ArrayList<>();
    List<float[][]> solo = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int seed = i;
      runs.add(() -> run(seed));
      solo.add(run(seed));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      int i = 0;
      for (Future<float[][]> future : threads.invokeAll(runs)) {
        assertArrayEquals(solo.get(i++), future.get());
      }
    }
  }

  private float[][] run(int seed) {
    float[][] logits = new float[times(12, 4)][];
    try (LanguageModel.Session session = model.open(1)) {
      logits[0] = feed(session, SmallModel.ids(seed, 10 + seed))[0];
      for (int i = 1; i < logits.length; i++) {
        logits[i] = feed(session, SmallModel.ids(seed + 100 * i, 1))[0];
      }
    }
    return logits;
  }

  @Test
  @DisplayName("S1-61: past the context throws before computing, with both numbers")
  void capacity() {
    try (LanguageModel.Session session = model.open(1)) {
      feed(session, new int[119]);
      var e = assertThrows(IllegalArgumentException.class, () -> feed(session, new int[2]));
      assertTrue(e.getMessage().contains("121") && e.getMessage().contains("120"), e.getMessage());
      assertEquals(119, session.position(0));
      assertSameNumbers(whole(new int[120]), feed(session, new int[1])[0]);
    }
    try (Scope _ = new Scope()) {
      assertThrows(IllegalArgumentException.class, () -> model.logits(new int[][] {new int[121]}));
      assertThrows(IllegalArgumentException.class, () -> model.logits(new int[][] {{}}));
    }
  }

  @Test
  @DisplayName("S1-60: a step that fails half-way leaves the old length and no half-written layers")
  void failedStepLeavesTheOldLength() {
    int[] ids = SmallModel.ids(3, 20);
    Gpt2Inference doomed = SmallModel.inference(device, DType.F32);
    LanguageModel.Session session = doomed.open(1);
    feed(session, ids);
    // The second block's norm meets an observer that throws, after the first wrote its cache.
    dev.weft.nn.Layer.Observer bomb =
        (layer, in, out) -> {
          if (layer.name().equals("h.1.ln_2")) {
            throw new ArithmeticException("made to fail");
          }
        };
    doomed.layers().forEach(layer -> layer.observe(bomb));
    assertThrows(ArithmeticException.class, () -> feed(session, new int[] {7, 8}));
    doomed.layers().forEach(layer -> layer.forget(bomb));
    assertEquals(20, session.position(0));
    var e = assertThrows(IllegalStateException.class, () -> feed(session, new int[] {7}));
    assertTrue(e.getMessage().contains("holds [20] tokens"), e.getMessage());
    session.truncate(20);
    assertSameNumbers(whole(join(ids, 9)), feed(session, new int[] {9})[0]);
    session.close();
    assertThrows(IllegalStateException.class, () -> feed(session, new int[] {1}));
    assertThrows(IllegalStateException.class, () -> session.truncate(1));
    doomed.close();
  }

  @Test
  void feedOfAClosedModelThrows() {
    Gpt2Inference closed = SmallModel.inference(device, DType.F32);
    try (LanguageModel.Session session = closed.open(1)) {
      closed.close();
      assertThrows(IllegalStateException.class, () -> feed(session, new int[] {1}));
      assertEquals(0, session.position(0));
    }
  }

  @Test
  void aReplayOfAClosedModelThrows() {
    Gpt2Inference closed = SmallModel.inference(device, DType.F32);
    try (LanguageModel.Session session = closed.open(1)) {
      assertRuns(session);
      closed.close();
      var e = assertThrows(IllegalStateException.class, () -> feed(session, new int[] {4}));
      assertTrue(e.getMessage().contains("was given back when gpt2 weights"), e.getMessage());
      assertEquals(4, session.position(0));
    }
  }

  @Test
  void aReplayOfChangedParametersThrows() {
    try (Gpt2 trained = SmallModel.training(device, SmallModel.CONFIG);
        Gpt2Inference stale = Gpt2Inference.of(trained, DType.F32);
        LanguageModel.Session session = stale.open(1)) {
      assertRuns(session);
      trained.parameters().changed();
      var e = assertThrows(IllegalStateException.class, () -> feed(session, new int[] {4}));
      assertTrue(e.getMessage().contains("pack again"), e.getMessage());
      assertEquals(4, session.position(0));
    }
  }

  /// Steps of one token, of which a device that records replays the later ones.
  private static void assertRuns(LanguageModel.Session session) {
    for (int id = 0; id < 4; id++) {
      feed(session, new int[] {id});
    }
    assertEquals(4, session.position(0));
  }

  @Test
  void logitsAreTheSessionsUntilItMovesOn() {
    try (LanguageModel.Session session = model.open(2)) {
      Tensor first = session.feed(new int[][] {{1}, {2}});
      Tensor second = session.feed(new int[][] {{3}, {4}});
      assertFalse(first.live());
      assertTrue(second.live());
      session.reorder(new int[] {0, 1});
      assertTrue(second.live());
      session.reorder(new int[] {1});
      assertFalse(second.live());
    }
  }

  @Test
  void memoryIsConstantAfterTheFirstSteps() {
    try (LanguageModel.Session session = model.open(1)) {
      feed(session, SmallModel.ids(1, 40));
      feed(session, new int[] {1});
      feed(session, new int[] {2});
      long live = device.stats().liveBytes();
      long reserved = device.stats().reservedBytes();
      for (int i = 0; i < 40; i++) {
        session.feed(new int[][] {{i}});
        assertEquals(live, device.stats().liveBytes());
        assertEquals(reserved, device.stats().reservedBytes());
      }
    }
  }

  @Test
  void theCacheGrowsAndKeepsWhatItHolds() {
    Gpt2Config longer = new Gpt2Config(61, 900, 24, 2, 2, 1e-5);
    try (Gpt2Inference model = SmallModel.inference(device, longer, DType.F32);
        LanguageModel.Session session = model.open(2)) {
      int[] ids = Arrays.stream(SmallModel.ids(8, 410)).map(id -> id % 61).toArray();
      feed(session, Arrays.copyOf(ids, 5), Arrays.copyOf(ids, 190));
      long small = device.stats().liveBytes();
      feed(session, Arrays.copyOfRange(ids, 5, 8), Arrays.copyOfRange(ids, 190, 200));
      assertTrue(device.stats().liveBytes() > small);
      float[][] logits =
          feed(session, Arrays.copyOfRange(ids, 8, 9), Arrays.copyOfRange(ids, 200, 410));
      assertSameNumbers(whole(model, Arrays.copyOf(ids, 9)), logits[0]);
      assertSameNumbers(whole(model, ids), logits[1]);
    }
  }
}
