package dev.weft.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.nn.BatchNorm;
import dev.weft.nn.Dropout;
import dev.weft.nn.LayerNorm;
import dev.weft.nn.Linear;
import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.nn.Sequential;
import dev.weft.nn.io.Checkpoints;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.optim.ReduceOnPlateau;
import dev.weft.nn.optim.Schedule;
import dev.weft.tensor.Device;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest extends OnDevices {
  private static final int ROWS = 16;
  private static final int FEATURES = 6;

  @TempDir Path folder;

  /// A small classifier with everything that has a state.
  private final class Classifier implements AutoCloseable {
    final ParameterSet set = parameters();
    final Noise noise = new Noise(77);
    final Sequential model;
    final List<Long> batches = new ArrayList<>();
    final List<Integer> steps = new ArrayList<>();

    Classifier(long seed) {
      Place place = Place.in(set);
      model =
          new Sequential(
              "",
              new Linear(place.at("first"), FEATURES, 12),
              new BatchNorm(place.at("norm"), 12),
              Ops::gelu,
              new Dropout("drop", 0.2, noise),
              new LayerNorm(place.at("ln"), 12),
              new Linear(place.at("second"), 12, 3));
      set.allocate(seed);
    }

    Objective.Batch loss(long number) {
      batches.add(number);
      steps.add(noise.step());
      Philox random = new Philox(5, Philox.Purpose.SHUFFLE, (int) number, 0);
      float[] x = new float[ROWS * FEATURES];
      int[] labels = new int[ROWS];
      for (int i = 0; i < ROWS; i++) {
        double sum = 0;
        for (int j = 0; j < FEATURES; j++) {
          x[i * FEATURES + j] = (float) random.nextNormal();
          sum += x[i * FEATURES + j];
        }
        labels[i] = sum < -1 ? 0 : sum < 1 ? 1 : 2;
      }
      Tensor logits = model.forward(Tensor.of(device, Shape.of(ROWS, FEATURES), x));
      Tensor targets = Tensor.ids(device, Shape.of(ROWS), labels);
      return new Objective.Batch(Ops.crossEntropy(logits, targets), ROWS);
    }

    Trainer trainer(Schedule schedule) {
      return new Trainer(model, new Adam(set), schedule, this::loss).noise(noise);
    }

    @Override
    public void close() {
      set.close();
    }
  }

  @Test
  void lossFalls() throws Exception {
    try (Classifier classifier = new Classifier(1)) {
      List<Double> losses = new ArrayList<>();
      Trainer.Result result =
          classifier
              .trainer(Schedule.cosine(0.02, 0.001, 5, 150))
              .clip(1)
              .listen(report -> losses.add(report.loss()))
              .train(150);
      assertEquals(150, result.steps());
      assertEquals(losses.getLast(), result.loss());
      assertTrue(mean(losses.subList(140, 150)) < 0.6 * mean(losses.subList(0, 10)));
      assertFalse(classifier.model.training());
    }
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  @Test
  void resumedItGivesTheSameLossesToTheLastBit() throws Exception {
    List<StepReport> unbroken = new ArrayList<>();
    float[] end;
    try (Classifier classifier = new Classifier(1);
        EarlyStopping stopping = new EarlyStopping(classifier.set, 50, 0)) {
      full(classifier, stopping, "unbroken").listen(unbroken::add).train(14);
      end = classifier.set.valuesAndBuffers().toFloats();
    }
    try (Classifier classifier = new Classifier(1);
        EarlyStopping stopping = new EarlyStopping(classifier.set, 50, 0)) {
      full(classifier, stopping, "broken").train(10);
    }
    List<StepReport> resumed = new ArrayList<>();
    try (Classifier classifier = new Classifier(999);
        EarlyStopping stopping = new EarlyStopping(classifier.set, 50, 0)) {
      Trainer trainer = full(classifier, stopping, "broken").listen(resumed::add);
      assertEquals(10, trainer.resume());
      trainer.train(14);
      assertEquals(10, classifier.steps.getFirst(), "dropout draws for step 10");
      assertEquals(20, classifier.batches.getFirst(), "2 batches a step: the 21st comes next");
      assertArrayEquals(end, classifier.set.valuesAndBuffers().toFloats());
    }
    assertEquals(4, resumed.size());
    for (int i = 0; i < 4; i++) {
      StepReport wanted = unbroken.get(10 + i);
      StepReport got = resumed.get(i);
      assertEquals(wanted.step(), got.step());
      assertEquals(wanted.loss(), got.loss());
      assertEquals(wanted.rate(), got.rate());
      assertEquals(wanted.gradientNorm(), got.gradientNorm());
      assertEquals(wanted.evaluation(), got.evaluation());
    }
  }

  private Trainer full(Classifier classifier, EarlyStopping stopping, String name) {
    return classifier
        .trainer(new ReduceOnPlateau(0.05, 0.5, 0, 0))
        .accumulate(2)
        .clip(0.5)
        .evaluate(number -> classifier.loss(10_000 + number), 2, 3)
        .stopEarly(stopping)
        .checkpoints(new Checkpoints(folder.resolve(name), 2), 4);
  }

  @Test
  void nothingIsReservedAfterTheFirstStep() throws Exception {
    Device counted = device;
    try (Classifier classifier = new Classifier(1);
        EarlyStopping stopping = new EarlyStopping(classifier.set, 50, 0)) {
      Set<Long> reserved = new HashSet<>();
      Set<Long> live = new HashSet<>();
      classifier
          .trainer(Schedule.constant(0.01))
          .accumulate(2)
          .clip(1)
          .evaluate(classifier::loss, 1, 1)
          .stopEarly(stopping)
          .listen(
              report -> {
                reserved.add(counted.stats().reservedBytes());
                live.add(counted.stats().liveBytes());
              })
          .train(12);
      assertEquals(1, reserved.size(), "reserved bytes: " + reserved);
      assertEquals(1, live.size(), "live bytes: " + live);
    }
  }

  @Test
  void earlyStoppingEndsItWithTheBestWeights() throws Exception {
    stopsEarly(100, 6);
  }

  @Test
  void whatGoesByEvaluationsIsRefusedWithoutThem() {
    try (Classifier classifier = new Classifier(1);
        EarlyStopping stopping = new EarlyStopping(classifier.set, 1, 0)) {
      Trainer stopped = classifier.trainer(Schedule.constant(0.01)).stopEarly(stopping);
      var error = assertThrows(IllegalStateException.class, () -> stopped.train(1));
      assertTrue(error.getMessage().startsWith("trainer: stopEarly(…) goes"), error.getMessage());
      Trainer plateau = classifier.trainer(new ReduceOnPlateau(0.01, 0.5, 1, 0));
      error = assertThrows(IllegalStateException.class, () -> plateau.train(1));
      assertTrue(error.getMessage().startsWith("trainer: a ReduceOnPlateau"), error.getMessage());
      assertEquals(List.of(), classifier.batches, "nothing was trained");
    }
  }

  @Test
  void theBestWeightsCanBeHadWhenTheStepsRunOutFirst() throws Exception {
    stopsEarly(5, 5);
  }

  /// Trains up to `most` steps; the fourth check is the best of the first six, after which patience
  /// runs out.
  private void stopsEarly(int most, int steps) throws Exception {
    double[] losses = {1, 0.8, 0.81, 0.79, 0.8, 0.82, 0.5};
    try (Classifier classifier = new Classifier(1);
        EarlyStopping stopping = new EarlyStopping(classifier.set, 2, 0)) {
      List<float[]> weights = new ArrayList<>();
      int[] check = {0};
      Objective validation =
          number -> {
            weights.add(classifier.set.valuesAndBuffers().toFloats());
            Tensor loss = Tensor.of(device, Shape.SCALAR, (float) losses[check[0]++]);
            return new Objective.Batch(loss, 1);
          };
      Trainer trainer =
          classifier
              .trainer(Schedule.constant(0.01))
              .evaluate(validation, 1, 1)
              .stopEarly(stopping);
      assertFalse(trainer.restoreBest(), "no check yet");
      Trainer.Result result = trainer.train(most);
      assertEquals(steps < most, result.stopped());
      assertEquals(steps, result.steps());
      if (!result.stopped()) {
        assertEquals(steps, weights.size());
        assertArrayEquals(weights.getLast(), classifier.set.valuesAndBuffers().toFloats());
        assertTrue(trainer.restoreBest());
      }
      assertArrayEquals(weights.get(3), classifier.set.valuesAndBuffers().toFloats());
    }
  }

  @Test
  void logsHoldEveryStepOnceEvenWhenResumed() throws Exception {
    Path csv = folder.resolve("log.csv");
    Path json = folder.resolve("log.jsonl");
    for (int steps = 4; steps <= 8; steps += 4) {
      try (Classifier classifier = new Classifier(1)) {
        Trainer trainer =
            classifier
                .trainer(Schedule.constant(0.01))
                .evaluate(classifier::loss, 1, 2)
                .checkpoints(new Checkpoints(folder.resolve("saves"), 1), 3)
                .listen(StepLog.csv(csv))
                .listen(StepLog.jsonLines(json))
                .listen(new ProgressLine());
        trainer.resume();
        trainer.train(steps);
      }
      // A run that went on, unsaved, and died in the middle of a line.
      Files.writeString(csv, Files.readString(csv) + (steps + 1) + ",1,1,1,1,\n10,1");
      Files.writeString(
          json, Files.readString(json) + "{\"step\":" + (steps + 1) + "}\n{\"step\":1");
    }
    List<String> rows = Files.readAllLines(csv);
    assertEquals("step,loss,learning_rate,gradient_norm,tokens_per_second,evaluation", rows.get(0));
    List<String> objects = Files.readAllLines(json);
    for (int step = 1; step <= 8; step++) {
      String[] cells = rows.get(step).split(",", -1);
      JsonNode object = new ObjectMapper().readTree(objects.get(step - 1));
      assertEquals(step, Integer.parseInt(cells[0]));
      assertEquals(step, object.get("step").asInt());
      assertEquals(Double.parseDouble(cells[1]), object.get("loss").asDouble());
      assertEquals("0.01", cells[2]);
      assertEquals(step % 2 == 0, object.has("evaluation"));
      assertEquals(step % 2 == 0, !cells[5].isEmpty());
    }
    assertTrue(rows.get(9).startsWith("9,"), "the last run added what the next will cut");
  }

  @Test
  void aLogThatCannotBeCutStaysAsItWas() throws Exception {
    Path csv = folder.resolve("log.csv");
    String log = "step,loss,learning_rate,gradient_norm,tokens_per_second,evaluation\n1,1,1,1,1,\n";
    Files.writeString(csv, log);
    Files.createDirectories(folder.resolve("log.csv.unfinished/in-the-way"));
    assertThrows(IOException.class, () -> StepLog.csv(csv).begin(1, 2));
    assertEquals(log, Files.readString(csv));
  }

  @Test
  void aLossThatIsNotFiniteEndsItBeforeAnyHarm() {
    try (Classifier classifier = new Classifier(1)) {
      Objective objective =
          number -> {
            Objective.Batch batch = classifier.loss(number);
            double factor = number == 2 ? Double.NaN : 1;
            return new Objective.Batch(Ops.scale(batch.loss(), factor), 1);
          };
      Trainer trainer =
          new Trainer(
              classifier.model, new Adam(classifier.set), Schedule.constant(0.01), objective);
      var error = assertThrows(IllegalStateException.class, () -> trainer.train(5));
      assertTrue(error.getMessage().contains("the loss of step 3 is NaN"), error.getMessage());
      for (float value : classifier.set.values().toFloats()) {
        assertTrue(Float.isFinite(value));
      }
    }
  }

  @Test
  void aRunBuiltOtherwiseIsNotResumed() throws Exception {
    Checkpoints checkpoints = new Checkpoints(folder, 1);
    try (Classifier classifier = new Classifier(1)) {
      assertThrows(
          IllegalStateException.class, () -> classifier.trainer(Schedule.constant(1)).resume());
      classifier.trainer(Schedule.constant(0.01)).checkpoints(checkpoints, 1).train(1);
      Trainer other =
          classifier.trainer(Schedule.constant(0.01)).accumulate(2).checkpoints(checkpoints, 1);
      var error = assertThrows(IllegalStateException.class, other::resume);
      assertTrue(error.getMessage().contains("accumulates 1 batches a step but this one 2"));
      Trainer seed =
          new Trainer(
                  classifier.model,
                  new Adam(classifier.set),
                  Schedule.constant(0.01),
                  classifier::loss)
              .noise(new Noise(78))
              .checkpoints(checkpoints, 1);
      error = assertThrows(IllegalStateException.class, seed::resume);
      assertTrue(error.getMessage().contains("has seed 77 but this one has 78"));
    }
  }
}
