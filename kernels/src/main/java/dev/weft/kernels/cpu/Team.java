package dev.weft.kernels.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A fixed team of threads that share out the parts of one region at a time; the caller is one of
/// them. Which thread runs a part is open, so parts must be cut at absolute positions and write
/// disjoint memory: then the bits do not depend on the size of the team.
///
/// A region asked for while the team is busy (from inside a part, or by another thread) runs inline
/// on its caller. Workers spin for about 200 µs between regions, then park: waking a parked thread
/// costs 10 to 40 µs, as much as a small product.
final class Team implements AutoCloseable {
  /// A part of a region.
  interface Part {
    void run(int part);
  }

  /// A slice of a region's items.
  interface Slice {
    void run(long from, long to);
  }

  private static final long SPIN_NANOS = 200_000;

  private final Worker[] workers;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile boolean closed;

  // The region. A thread that took a part may read these: the region cannot end before that part.
  // Who
  // ended the last part may wake the next region's caller instead, which looks and parks again.
  private Part part;
  private int parts;
  private Thread caller;
  private final AtomicInteger untaken = new AtomicInteger(); // below 0: asked for in vain
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile boolean callerParks;
  private volatile Throwable failure;

  /// A team of `size` threads, the caller included.
  Team(int size) {
    workers = new Worker[size - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker("weft-cpu-" + (i + 1));
      workers[i].start();
    }
  }

  /// `-Dweft.threads`, else the number of cores.
  static int defaultSize() {
    return Math.max(
        1, Integer.getInteger("weft.threads", Runtime.getRuntime().availableProcessors()));
  }

  /// Threads, the caller included.
  int size() {
    return workers.length + 1;
  }

  /// Runs parts 0 … parts − 1 and returns when all have ended. What a part throws is thrown here,
  /// the first of several; parts that have not begun by then are left out.
  void run(int parts, Part part) {
    if (parts > 1 && workers.length > 0 && busy.compareAndSet(false, true)) {
      try {
        share(parts, part);
      } finally {
        busy.set(false);
      }
    } else {
      for (int i = 0; i < parts; i++) {
        part.run(i);
      }
    }
  }

  /// Runs items 0 … items − 1 in slices of at least `least` items, a few for each thread. The items
  /// must not depend on each other: where the cuts fall depends on the size of the team.
  void split(long items, long least, Slice slice) {
    int parts = workers.length == 0 ? 1 : (int) Math.min(items / Math.max(1, least), 4L * size());
    if (parts > 1) {
      run(parts, i -> slice.run(items * i / parts, items * (i + 1) / parts));
    } else if (items > 0) {
      slice.run(0, items);
    }
  }

  private void share(int count, Part shared) {
    part = shared;
    parts = count;
    caller = Thread.currentThread();
    callerParks = false;
    unfinished.set(count);
    untaken.set(count); // from here on workers take parts
    try {
      int wanted = Math.min(count - 1, workers.length);
      for (int i = 0; i < wanted; i++) {
        workers[i].wake();
      }
      work();
    } finally {
      await();
    }
    Throwable thrown = failure;
    part = null;
    failure = null;
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /// Takes parts and runs them until none is left: of one region, or of several if a new one begins
  /// meanwhile.
  private void work() {
    for (int left = untaken.getAndDecrement(); left > 0; left = untaken.getAndDecrement()) {
      try {
        if (failure == null) {
          part.run(parts - left);
        }
      } catch (Throwable e) {
        failure = e;
      }
      if (unfinished.decrementAndGet() == 0 && callerParks) {
        LockSupport.unpark(caller);
      }
    }
  }

  private void await() {
    long start = System.nanoTime();
    while (unfinished.get() > 0) {
      if (!spin(start)) {
        callerParks = true;
        if (unfinished.get() > 0) {
          LockSupport.park(this);
        }
      }
    }
  }

  /// Ends the workers.
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
  }

  /// Pauses a little; false when the time for spinning is over.
  private static boolean spin(long start) {
    for (int i = 0; i < 16; i++) {
      Thread.onSpinWait();
    }
    return System.nanoTime() - start < SPIN_NANOS;
  }

  private final class Worker extends Thread {
    private volatile boolean parked;

    Worker(String name) {
      super(name);
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      long idleSince = System.nanoTime();
      while (!closed) {
        if (untaken.get() > 0) {
          work();
          idleSince = System.nanoTime();
        } else if (!spin(idleSince)) {
          parked = true;
          if (untaken.get() <= 0 && !closed) {
            LockSupport.park(Team.this);
          }
          parked = false;
          idleSince = System.nanoTime();
        }
      }
    }
  }
}
