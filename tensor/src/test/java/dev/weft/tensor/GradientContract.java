package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Losses and gradients of a device, through ops and tape, against those of the reference device
/// (which [GradientTest] checks against central differences).
public abstract class GradientContract {
  /// The device under test.
  protected abstract Device device();

  /// 0: the same bits are wanted; else |a − b| ≤ tolerance · max(1, |b|).
  protected double tolerance() {
    return 0;
  }

  @TestFactory
  Stream<DynamicTest> gradientsMatchTheReference() {
    return GradientCases.all().stream()
        .map(row -> DynamicTest.dynamicTest(row.name(), () -> compare(row)));
  }

  private void compare(GradientCase row) {
    long before = device().stats().liveBytes();
    List<double[]> expected = row.gradients(Devices.reference(), DType.F32, row.inputs());
    List<double[]> actual = row.gradients(device(), DType.F32, row.inputs());
    for (int i = 0; i < expected.size(); i++) {
      for (int j = 0; j < expected.get(i).length; j++) {
        double e = expected.get(i)[j];
        double a = actual.get(i)[j];
        boolean same = Double.doubleToLongBits(e) == Double.doubleToLongBits(a);
        boolean near = Math.abs(a - e) <= tolerance() * Math.max(1, Math.abs(e));
        if (!same && !(tolerance() > 0 && near)) {
          String what = i == expected.size() - 1 ? "the loss" : "gradient " + i + " [" + j + "]";
          fail(row + ": " + what + " is " + a + " but the reference has " + e);
        }
      }
    }
    assertEquals(before, device().stats().liveBytes());
  }
}
