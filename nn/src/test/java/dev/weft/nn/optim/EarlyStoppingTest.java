package dev.weft.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.nn.Golden;
import dev.weft.nn.OnDevices;
import dev.weft.nn.SavedState;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest extends OnDevices {
  @Test
  @DisplayName("S0-20: stops when patience has run out and restores the best weights")
  void stopsAndRestoresTheBest() {
    JsonNode golden = Golden.get("early_stopping_patience2_min_delta0");
    double[] losses = Golden.numbers(golden.get("val"));
    try (ParameterSet set = parameters()) {
      Parameter weight = set.add("weight", Shape.of(1), Initializer.ZEROS);
      Parameter buffer = set.add("buffer", Shape.of(1), Parameter.Kind.BUFFER, Initializer.ZEROS);
      set.allocate(0);
      try (EarlyStopping stopping = new EarlyStopping(set, 2, 0)) {
        int epoch = 0;
        while (true) {
          weight.tensor().set((float) epoch);
          buffer.tensor().set((float) -epoch);
          if (stopping.observe(losses[epoch])) {
            break;
          }
          epoch++;
        }
        assertEquals(golden.get("stops_after_epoch_index").asInt(), epoch);
        assertEquals(golden.get("best_epoch_index").asInt(), stopping.bestCheck());
        assertEquals(0.79, stopping.bestLoss());
        stopping.restore();
        assertArrayEquals(new float[] {3}, weight.tensor().toFloats());
        assertArrayEquals(new float[] {-3}, buffer.tensor().toFloats());
      }
    }
  }

  @Test
  void resumedItGoesOnWhereItWas() {
    try (ParameterSet set = parameters()) {
      set.add("weight", Shape.of(1), Initializer.ZEROS);
      set.allocate(0);
      try (EarlyStopping first = new EarlyStopping(set, 2, 0);
          EarlyStopping second = new EarlyStopping(set, 2, 0)) {
        first.observe(1);
        first.observe(2);
        SavedState state = new SavedState();
        first.save(state);
        second.resume(state);
        assertFalse(second.stopped());
        assertEquals(true, second.observe(Double.NaN));
        assertEquals(1, second.bestLoss());
        assertEquals(0, second.bestCheck());
      }
    }
  }
}
