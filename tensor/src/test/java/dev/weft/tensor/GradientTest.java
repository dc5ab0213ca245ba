package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The gradient of every op against central differences, in double precision on the reference
/// device; and the same code in F32 against it.
class GradientTest {
  private static final double STEP = 1e-5;
  private static final double RELATIVE = 1e-6;
  // What rounding leaves of a difference of two losses near 1, over 2 · STEP.
  private static final double ABSOLUTE = 1e-9;

  private final Device device = Devices.reference();

  static List<GradientCase> cases() {
    return GradientCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientIsTheSlopeOfTheLoss(GradientCase row) {
    long before = device.stats().liveBytes();
    double[][] inputs = row.inputs();
    List<double[]> gradients = row.gradients(device, DType.F64, inputs);
    for (int i = 0; i < inputs.length; i++) {
      for (int j = 0; j < inputs[i].length; j++) {
        double x = inputs[i][j];
        inputs[i][j] = x + STEP;
        double above = row.loss(device, DType.F64, inputs);
        inputs[i][j] = x - STEP;
        double below = row.loss(device, DType.F64, inputs);
        inputs[i][j] = x;
        double slope = (above - below) / (2 * STEP);
        requireNear(row, i, j, slope, gradients.get(i)[j], RELATIVE, ABSOLUTE);
      }
    }
    assertEquals(before, device.stats().liveBytes());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void singlePrecisionFollowsDouble(GradientCase row) {
    List<double[]> wanted = row.gradients(device, DType.F64, row.inputs());
    List<double[]> gradients = row.gradients(device, DType.F32, row.inputs());
    for (int i = 0; i < wanted.size(); i++) {
      for (int j = 0; j < wanted.get(i).length; j++) {
        requireNear(row, i, j, wanted.get(i)[j], gradients.get(i)[j], 1e-4, 2e-5);
      }
    }
  }

  private static void requireNear(
      GradientCase row,
      int i,
      int j,
      double wanted,
      double actual,
      double relative,
      double absolute) {
    if (!(Math.abs(actual - wanted) <= relative * Math.abs(wanted) + absolute)) {
      fail(row + ": gradient " + i + " [" + j + "] is " + actual + " but should be " + wanted);
    }
  }
}
