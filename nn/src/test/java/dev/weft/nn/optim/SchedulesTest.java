package dev.weft.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.SavedState;
import org.junit.jupiter.api.Test;

class SchedulesTest {
  @Test
  void stepFallsEveryFewSteps() {
    Schedule schedule = Schedule.step(0.8, 3, 0.5);
    assertEquals(0.8, schedule.at(2));
    assertEquals(0.4, schedule.at(3));
    assertEquals(0.2, schedule.at(6));
  }

  @Test
  void cosineWarmsUpAndEndsAtItsFloor() {
    Schedule schedule = Schedule.cosine(1, 0.1, 4, 14);
    assertEquals(0.25, schedule.at(0));
    assertEquals(1, schedule.at(3));
    assertEquals(1, schedule.at(4));
    assertEquals(0.55, schedule.at(9), 1e-15);
    assertEquals(0.1, schedule.at(14), 1e-15);
    assertEquals(0.1, schedule.at(1000), 1e-15);
    for (int step = 5; step <= 14; step++) {
      assertTrue(schedule.at(step) < schedule.at(step - 1));
    }
    assertThrows(IllegalArgumentException.class, () -> Schedule.cosine(1, 0, 5, 5));
  }

  @Test
  void oneCycleRisesToItsPeakAndFalls() {
    Schedule schedule = Schedule.oneCycle(1, 10, 0.3);
    assertEquals(0.04, schedule.at(0), 1e-15);
    assertEquals(1, schedule.at(2), 1e-15);
    assertEquals(4e-6, schedule.at(9), 1e-15);
    assertEquals(4e-6, schedule.at(50), 1e-15);
    assertThrows(IllegalArgumentException.class, () -> Schedule.oneCycle(1, 10, 0.1));
  }

  @Test
  void plateauLowersTheRateOnceAndRemembersItsState() {
    ReduceOnPlateau schedule = new ReduceOnPlateau(1, 0.5, 1, 0.3);
    schedule.observe(3);
    schedule.observe(3);
    assertEquals(1, schedule.at(0));
    SavedState state = new SavedState();
    schedule.save(state);
    ReduceOnPlateau resumed = new ReduceOnPlateau(9, 0.5, 1, 0.3);
    resumed.resume(state);
    resumed.observe(Double.NaN);
    assertEquals(0.5, resumed.at(0));
    resumed.observe(4);
    assertEquals(0.5, resumed.at(0));
    resumed.observe(4);
    assertEquals(0.3, resumed.at(0), "never below the floor");
    resumed.observe(-1);
    resumed.observe(-2);
    resumed.observe(-3);
    assertEquals(0.3, resumed.at(0));
  }

  @Test
  void aPlateauNeverRaisesTheRate() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> new ReduceOnPlateau(1e-4, 0.5, 0, 1e-3));
    assertTrue(error.getMessage().contains("1.0E-4, but is 0.001"), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new ReduceOnPlateau(1, 0.5, 0, Double.NaN));
    SavedState low = new SavedState();
    new ReduceOnPlateau(0.1, 0.5, 0, 0.1).save(low);
    ReduceOnPlateau resumed = new ReduceOnPlateau(1, 0.5, 0, 0.4);
    resumed.resume(low);
    resumed.observe(Double.NaN);
    assertEquals(0.1, resumed.at(0), "a saved rate below the floor of the run that goes on");
  }
}
