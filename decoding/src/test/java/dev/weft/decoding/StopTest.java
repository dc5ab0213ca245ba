package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StopTest {
  private final HashModel model = new HashModel(50, 1000);
  private final Generator generator = new Generator(Sampler.of(1, 0, 0, 0), 3, 400);

  @Test
  void maxTimeFinishesTheTokenUnderWay() {
    AtomicInteger seconds = new AtomicInteger();
    InstantSource clock = () -> Instant.ofEpochSecond(seconds.get());
    Generator timed =
        generator
            .stop(Stop.maxTime(Duration.ofSeconds(7), clock))
            .listener((row, count, id, text) -> seconds.addAndGet(2));
    for (int run = 0; run < 2; run++) { // each run has all of the time
      Continuation c = timed.generate(model, 1, 2);
      assertEquals(5, c.generated().length); // at 0, 2, 4, 6 and 8 s
      assertEquals(FinishReason.MAX_TIME, c.finish());
    }
    Continuation none = generator.stop(Stop.maxTime(Duration.ZERO, clock)).generate(model, 1, 2);
    assertEquals(1, none.generated().length);
    var error =
        assertThrows(IllegalArgumentException.class, () -> Stop.maxTime(Duration.ofSeconds(-1)));
    assertTrue(error.getMessage().contains("PT-1S"), error.getMessage());
  }

  @Test
  void aRuleOfTheCallersOwnEndsARow() {
    Generator own = generator.stop(Stop.when(history -> history.length() % 7 == 0));
    Continuation c = own.generate(model, 1, 2);
    assertEquals(7, c.ids().length);
    assertEquals(FinishReason.STOPPED, c.finish());
  }

  @Test
  void anotherThreadCancels() throws InterruptedException {
    Cancellation cancellation = new Cancellation();
    CountDownLatch fifth = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Thread canceller =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    fifth.await();
                    cancellation.cancel();
                    done.countDown();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    Listener waiting =
        (row, count, id, text) -> {
          if (row == 1 && count == 5) {
            fifth.countDown();
            try {
              done.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    List<Continuation> rows =
        generator.stop(cancellation).listener(waiting).generate(model, new int[] {1, 2}, 2);
    canceller.join();
    for (Continuation row : rows) {
      assertEquals(FinishReason.CANCELLED, row.finish());
    }
    assertEquals(6, rows.get(1).generated().length); // the sixth was under way
    int[] kept = rows.get(1).generated();
    int[] whole = generator.generate(model, new int[] {1, 2}, 2).get(1).generated();
    assertArrayEquals(java.util.Arrays.copyOf(whole, kept.length), kept);
    assertEquals(
        0, generator.stop(cancellation).generate(model, 1, 2).generated().length); // stays so
  }
}
