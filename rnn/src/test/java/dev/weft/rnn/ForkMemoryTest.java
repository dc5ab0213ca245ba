package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.LanguageModel;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Gating;
import dev.weft.tensor.HostDevice;
import dev.weft.tensor.Kernels;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ForkMemoryTest {
  /// Rows whose states are blocks of their own, not parts of a slab.
  private static final int MANY = 32_000;

  /// The reference device with a number of blocks of memory.
  private static final class Scarce extends HostDevice {
    private final AtomicInteger blocks;

    Scarce(AtomicInteger blocks) {
      super(
          "scarce",
          _ -> {
            if (blocks.getAndDecrement() <= 0) {
              throw new OutOfMemoryError("made to fail");
            }
            return null; // the JVM's
          });
      this.blocks = blocks;
    }

    @Override
    public String name() {
      return "scarce";
    }

    @Override
    public String description() {
      return "reference";
    }

    @Override
    public Kernels kernels() {
      return Devices.reference().kernels();
    }

    @Override
    public boolean supports(DType dtype) {
      return true;
    }
  }

  @Test
  void aForkThatFailsGivesItsMemoryBack() {
    Scarce device = new Scarce(new AtomicInteger(Integer.MAX_VALUE));
    LanguageModelConfig config = SmallLanguageModel.config(Gating.LSTM);
    try (var small = new SmallLanguageModel(device, config, DType.F32);
        LanguageModel.Session session = small.decoding().open(1)) {
      session.feed(new int[][] {{1, 2}});
      long live = device.stats().liveBytes();
      int failures = 0;
      for (boolean failed = true; failed; ) {
        device.blocks.set(1); // what an earlier try was given waits in the pool
        try (LanguageModel.Session fork = session.fork(MANY)) {
          failed = false;
          assertEquals(2, fork.position(MANY - 1));
        } catch (OutOfMemoryError e) {
          failures++;
        }
        assertEquals(live, device.stats().liveBytes(), "after failure " + failures);
      }
      assertTrue(failures > 4, "each state is chosen, then kept: " + failures + " failures");
    }
  }
}
