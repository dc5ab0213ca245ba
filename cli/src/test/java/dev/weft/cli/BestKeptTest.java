package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.train.StepReport;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BestKeptTest {
  @Test
  void aModelIsSavedAfterEachCheckThatIsTheBestSoFar() throws IOException {
    try (ParameterSet parameters = new ParameterSet("p", Devices.reference(), DType.F32)) {
      parameters.add("w", Shape.of(1), Initializer.ONES);
      parameters.allocate(0);
      try (EarlyStopping stopping = new EarlyStopping(parameters, 9, 0)) {
        List<Integer> saved = new ArrayList<>();
        int[] step = {0};
        BestKept kept = new BestKept(stopping, () -> saved.add(step[0]));
        double[] checks = {Double.NaN, 3, Double.NaN, 2, 2.5, Double.NaN, 1};
        for (double check : checks) {
          step[0]++;
          if (!Double.isNaN(check)) {
            stopping.observe(check);
          }
          kept.step(new StepReport(step[0], 0, 0, 0, 0, check));
        }
        assertEquals(List.of(2, 4, 7), saved);
      }
    }
  }
}
