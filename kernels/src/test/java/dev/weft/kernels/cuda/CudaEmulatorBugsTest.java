package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import jcuda.driver.CUdeviceptr;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The test of the tester: the checked build of the emulator reports every planted fault, the fast
/// build a stated part of them.
class CudaEmulatorBugsTest {
  @BeforeEach
  void emulator() {
    EmulatedCuda.assumeAvailable();
  }

  static List<EmulatedBug> bugs() {
    return EmulatedBug.all();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void checkedBuildReports(EmulatedBug bug) {
    try (EmulatedContext context = new EmulatedContext(EmulatedCuda.CHECKED)) {
      EmulatedContext.Failure failure =
          assertThrows(EmulatedContext.Failure.class, () -> bug.trigger().commit(context));
      for (String part : bug.report()) {
        assertTrue(
            failure.getMessage().contains(part), "\"" + part + "\" in: " + failure.getMessage());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void fastBuildReportsThoseStated(EmulatedBug bug) {
    for (int device : new int[] {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE}) {
      String report = "";
      try (EmulatedContext context = new EmulatedContext(device)) {
        bug.trigger().commit(context);
      } catch (EmulatedContext.Failure e) {
        report = e.getMessage();
      }
      assertEquals(bug.fast(), !report.isEmpty(), report);
    }
  }

  @Test
  void failureStaysUntilItsContextIsDestroyed() {
    for (int device = 0; device < 3; device++) {
      try (EmulatedContext context = new EmulatedContext(device)) {
        CUdeviceptr x = context.upload(1f);
        assertThrows(
            EmulatedContext.Failure.class,
            () -> context.run("bugs", "far_past_the_end", 1, 1, 0, x));
        EmulatedContext.Failure later =
            assertThrows(EmulatedContext.Failure.class, () -> context.floats(x, 1));
        assertTrue(later.getMessage().contains("far_past_the_end"), later.getMessage());
      }
      try (EmulatedContext context = new EmulatedContext(device)) {
        CUdeviceptr x = context.upload(1f);
        context.run("correct", "twice", 1, 1, 0, x, 1);
        assertArrayEquals(new float[] {2}, context.floats(x, 1));
      }
    }
  }
}
