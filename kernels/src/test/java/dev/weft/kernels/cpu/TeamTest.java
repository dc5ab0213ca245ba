package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TeamTest {
  @Test
  void everyPartRunsOnceAtEverySize() {
    for (int size = 1; size <= 4; size++) {
      try (Team team = new Team(size)) {
        assertEquals(size, team.size());
        for (int parts : new int[] {0, 1, 2, 3, 64}) {
          for (int round = 0; round < 200; round++) {
            AtomicIntegerArray runs = new AtomicIntegerArray(parts);
            team.run(parts, runs::incrementAndGet);
            for (int i = 0; i < parts; i++) {
              assertEquals(1, runs.get(i));
            }
          }
        }
      }
    }
  }

  @Test
  void partsRunOnSeveralThreadsAtOnce() {
    try (Team team = new Team(3)) {
      CountDownLatch all = new CountDownLatch(3);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      team.run(
          3,
          part -> {
            threads.add(Thread.currentThread());
            all.countDown();
            awaitQuietly(all); // ends only when three threads are here
          });
      assertEquals(3, threads.size());
      assertTrue(threads.contains(Thread.currentThread()));
    }
  }

  @Test
  void parkedWorkersWakeUp() throws InterruptedException {
    try (Team team = new Team(2)) {
      for (int round = 0; round < 5; round++) {
        Thread.sleep(20); // far beyond the time that workers spin
        CountDownLatch both = new CountDownLatch(2);
        team.run(
            2,
            part -> {
              both.countDown();
              awaitQuietly(both);
            });
      }
    }
  }

  @Test
  void aRegionInsideARegionRunsOnItsCaller() {
    try (Team team = new Team(3)) {
      AtomicInteger strangers = new AtomicInteger();
      AtomicInteger inner = new AtomicInteger();
      team.run(
          8,
          part -> {
            Thread caller = Thread.currentThread();
            team.run(
                5,
                nested -> {
                  inner.incrementAndGet();
                  if (Thread.currentThread() != caller) {
                    strangers.incrementAndGet();
                  }
                });
          });
      assertEquals(40, inner.get());
      assertEquals(0, strangers.get());
    }
  }

  @Test
  void whatAPartThrowsIsThrownByTheRegionAndTheTeamGoesOn() {
    try (Team team = new Team(3)) {
      for (int bad = 0; bad < 4; bad++) {
        int thrower = bad;
        var error = new IllegalArgumentException("part " + bad);
        var thrown =
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    team.run(
                        4,
                        part -> {
                          if (part == thrower) {
                            throw error;
                          }
                        }));
        assertSame(error, thrown);
        AtomicInteger runs = new AtomicInteger();
        team.run(4, part -> runs.incrementAndGet());
        assertEquals(4, runs.get());
      }
      assertThrows(
          StackOverflowError.class,
          () ->
              team.run(
                  4,
                  part -> {
                    throw new StackOverflowError("as thrown");
                  }));
    }
  }

  @Test
  void manyCallersShareOneTeam() throws InterruptedException {
    try (Team team = new Team(3)) {
      AtomicLong sum = new AtomicLong();
      List<Thread> callers = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        callers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int round = 0; round < 500; round++) {
                        team.run(7, sum::addAndGet);
                      }
                    }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertEquals(4L * 500 * 21, sum.get());
    }
  }

  @Test
  void slicesCoverAllItemsAndAreNotTooSmall() {
    try (Team team = new Team(2)) {
      for (long items : new long[] {0, 1, 9, 10, 19, 20, 1000}) {
        AtomicLong covered = new AtomicLong();
        AtomicLong smallest = new AtomicLong(Long.MAX_VALUE);
        team.split(
            items,
            10,
            (from, to) -> {
              covered.addAndGet(to - from);
              smallest.accumulateAndGet(to - from, Math::min);
            });
        assertEquals(items, covered.get());
        assertTrue(items < 10 || smallest.get() >= 10);
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
