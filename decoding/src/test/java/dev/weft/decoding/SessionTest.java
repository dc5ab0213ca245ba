package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Sessions that keep a state and sessions that replay hold to the same rules.
class SessionTest {
  private final HashModel hash = new HashModel(30, 12);
  private final List<LanguageModel> models = List.of(hash, new Replay(hash));

  private static float[][] feed(LanguageModel.Session session, int[]... tokens) {
    Tensor logits = session.feed(tokens);
    float[] flat = logits.toFloats();
    float[][] rows = new float[logits.dim(0)][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = java.util.Arrays.copyOfRange(flat, r * logits.dim(1), (r + 1) * logits.dim(1));
    }
    return rows;
  }

  private float[] whole(int... ids) {
    try (Scope _ = new Scope()) {
      return hash.logits(new int[][] {ids}).toFloats();
    }
  }

  @Test
  void feedAppendsRaggedRows() {
    for (LanguageModel model : models) {
      try (LanguageModel.Session session = model.open(2)) {
        feed(session, new int[] {1, 2, 3}, new int[] {4});
        float[][] logits = feed(session, new int[] {5}, new int[] {6, 7});
        assertArrayEquals(whole(1, 2, 3, 5), logits[0]);
        assertArrayEquals(whole(4, 6, 7), logits[1]);
        assertEquals(4, session.position(0));
        assertArrayEquals(new int[] {4, 6, 7}, session.tokens(1));
      }
    }
  }

  @Test
  void feedTakesIdsOfTheDevice() {
    Device device = Devices.best();
    for (LanguageModel model : models) {
      try (Scope _ = new Scope();
          LanguageModel.Session session = model.open(2)) {
        feed(session, new int[] {1}, new int[] {2});
        Tensor ids = Tensor.ids(device, Shape.of(2), 8, 9);
        assertEquals(DType.I32, ids.dtype());
        session.feed(ids);
        assertArrayEquals(new int[] {2, 9}, session.tokens(1));
      }
    }
  }

  @Test
  @DisplayName("S1-62: fork, reorder and truncate, then diverge")
  void forkReorderTruncate() {
    for (LanguageModel model : models) {
      try (LanguageModel.Session one = model.open(1)) {
        feed(one, new int[] {1, 2, 3});
        try (LanguageModel.Session three = one.fork(3)) {
          feed(three, new int[] {4}, new int[] {5}, new int[] {6, 7});
          assertArrayEquals(new int[] {1, 2, 3, 4}, three.tokens(0));
          three.reorder(new int[] {2, 2});
          assertEquals(2, three.rows());
          float[][] logits = feed(three, new int[] {8}, new int[] {9});
          assertArrayEquals(whole(1, 2, 3, 6, 7, 8), logits[0]);
          assertArrayEquals(whole(1, 2, 3, 6, 7, 9), logits[1]);
          assertArrayEquals(new int[] {1, 2, 3, 6, 7, 8}, three.tokens(0));
          assertArrayEquals(new int[] {1, 2, 3, 6, 7, 9}, three.tokens(1));
          three.truncate(2);
          assertArrayEquals(whole(1, 2, 4), feed(three, new int[] {4}, new int[] {5})[0]);
          assertThrows(IllegalArgumentException.class, () -> three.reorder(new int[] {0, 1, 0}));
          assertThrows(IllegalStateException.class, () -> three.fork(2));
        }
        assertArrayEquals(whole(1, 2, 3, 9), feed(one, new int[] {9})[0]);
      }
    }
  }

  @Test
  @DisplayName("S1-61: feeding past the context throws before computing, with both numbers")
  void capacityIsChecked() {
    for (LanguageModel model : models) {
      try (LanguageModel.Session session = model.open(1)) {
        feed(session, new int[10]);
        long computed = hash.positions();
        var e = assertThrows(IllegalArgumentException.class, () -> feed(session, new int[3]));
        assertTrue(e.getMessage().contains("13") && e.getMessage().contains("12"), e.getMessage());
        assertEquals(computed, hash.positions());
        assertEquals(10, session.position(0));
        feed(session, new int[2]);
      }
    }
  }

  @Test
  void wrongTokensThrow() {
    for (LanguageModel model : models) {
      try (LanguageModel.Session session = model.open(2)) {
        for (int[][] bad :
            new int[][][] {{{1}}, {{1}, {}}, {{1}, {30}}, {{1}, {-1}}, {{1}, {2}, {3}}}) {
          assertThrows(IllegalArgumentException.class, () -> session.feed(bad));
        }
        feed(session, new int[] {1}, new int[] {2});
      }
    }
  }

  @Test
  void wrongRowsAndPositionsThrowAndChangeNothing() {
    for (LanguageModel model : models) {
      assertThrows(IllegalArgumentException.class, () -> model.open(0));
      try (LanguageModel.Session one = model.open(1);
          LanguageModel.Session two = model.open(2)) {
        feed(one, new int[] {1, 2, 3});
        feed(two, new int[] {4}, new int[] {5});
        assertThrows(IllegalArgumentException.class, () -> one.fork(0));
        assertThrows(IllegalArgumentException.class, () -> one.truncate(-1));
        assertThrows(IllegalArgumentException.class, () -> two.reorder(new int[0]));
        assertThrows(IndexOutOfBoundsException.class, () -> two.reorder(new int[] {0, 2}));
        assertThrows(IndexOutOfBoundsException.class, () -> two.reorder(new int[] {-1}));
        assertArrayEquals(new int[] {1, 2, 3}, one.tokens(0));
        assertEquals(2, two.rows());
        assertArrayEquals(whole(5, 6), feed(two, new int[] {1}, new int[] {6})[1]);
      }
    }
  }

  @Test
  @DisplayName("S1-60: a failed step leaves the old length, and the session refuses to go on")
  void failedStep() {
    for (LanguageModel model : models) {
      try (LanguageModel.Session session = model.open(1)) {
        feed(session, new int[] {1, 2});
        hash.failing(true);
        assertThrows(ArithmeticException.class, () -> feed(session, new int[] {3}));
        hash.failing(false);
        assertEquals(2, session.position(0));
        var e = assertThrows(IllegalStateException.class, () -> feed(session, new int[] {3}));
        assertTrue(e.getMessage().contains("holds [2] tokens"), e.getMessage());
        assertThrows(IllegalStateException.class, () -> session.fork(1));
        session.truncate(2);
        assertArrayEquals(whole(1, 2, 3), feed(session, new int[] {3})[0]);
      }
    }
  }

  @Test
  void aReadoutThatFailsIsAFailedStepOfAReplay() {
    try (LanguageModel.Session session = new Replay(hash).open(1)) {
      feed(session, new int[] {1, 2});
      Readout failing =
          _ -> {
            throw new ArithmeticException("made to fail");
          };
      assertThrows(ArithmeticException.class, () -> session.feed(new int[][] {{3}}, failing));
      assertArrayEquals(new int[] {1, 2}, session.tokens(0));
      session.truncate(2);
      assertArrayEquals(whole(1, 2, 3), feed(session, new int[] {3})[0]);
    }
  }

  @Test
  @DisplayName("S1-60: a closed session throws")
  void closedSession() {
    for (LanguageModel model : models) {
      LanguageModel.Session session = model.open(1);
      feed(session, new int[] {1});
      session.close();
      session.close();
      assertThrows(IllegalStateException.class, () -> feed(session, new int[] {2}));
      assertThrows(IllegalStateException.class, () -> session.truncate(0));
      assertThrows(IllegalStateException.class, () -> session.reorder(new int[] {0}));
      assertThrows(IllegalStateException.class, () -> session.fork(1));
    }
  }

  @Test
  @DisplayName("S1-60: a second thread in a session throws")
  void secondThread() throws InterruptedException {
    SessionLedger ledger = new SessionLedger(hash, 1);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread first =
        new Thread(
            () -> {
              ledger.begin("feed");
              inside.countDown();
              try {
                leave.await();
              } catch (InterruptedException e) {
                failure.set(e);
              }
              ledger.end();
            },
            "first");
    first.start();
    inside.await();
    var e = assertThrows(IllegalStateException.class, () -> ledger.beginFeed(new int[][] {{1}}));
    assertTrue(e.getMessage().contains("first"), e.getMessage());
    leave.countDown();
    first.join();
    ledger.beginFeed(new int[][] {{1}});
    ledger.endFeed(new int[][] {{1}}, true);
    assertEquals(1, ledger.position(0));
    assertEquals(null, failure.get());
  }

  @Test
  @DisplayName("S1-60: a second thread in a session of a replay throws")
  void secondThreadInAReplay() {
    try (LanguageModel.Session session = new Replay(hash).open(1)) {
      List<Throwable> thrown = new ArrayList<>();
      Readout meanwhile = // the first thread is in the session until this returns
          _ -> {
            Thread second =
                new Thread(
                    () -> {
                      thrown.add(thrownBy(() -> session.feed(new int[][] {{2}})));
                      thrown.add(thrownBy(() -> session.truncate(0)));
                      thrown.add(thrownBy(() -> session.reorder(new int[] {0})));
                      thrown.add(thrownBy(() -> session.fork(1)));
                      thrown.add(thrownBy(session::close));
                    });
            second.start();
            joined(second);
          };
      session.feed(new int[][] {{1}}, meanwhile);
      assertEquals(5, thrown.size());
      for (Throwable error : thrown) {
        String user = "thread " + Thread.currentThread().getName() + " is using the session";
        assertTrue(error != null && error.getMessage().contains(user), "" + error);
      }
      assertArrayEquals(new int[] {1}, session.tokens(0));
      assertArrayEquals(whole(1, 2), feed(session, new int[] {2})[0]);
    }
  }

  private static Throwable thrownBy(Runnable call) {
    try {
      call.run();
      return null;
    } catch (IllegalStateException e) {
      return e;
    }
  }

  private static void joined(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
