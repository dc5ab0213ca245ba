package dev.weft.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.OnDevices;
import dev.weft.nn.optim.AdamW;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.optim.Optimizer;
import dev.weft.nn.optim.Sgd;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest extends OnDevices {
  @TempDir Path folder;

  @Test
  void aSaveBringsEverythingBack() throws Exception {
    Checkpoints checkpoints = new Checkpoints(folder.resolve("a/b"), 3);
    assertTrue(checkpoints.latest().isEmpty());
    try (NumberedRun run = new NumberedRun(device, 10);
        NumberedRun other = new NumberedRun(device, 10)) {
      Path first = checkpoints.save(run.set(7).run());
      Path second = checkpoints.save(run.set(8).run());
      assertEquals(second, checkpoints.latest().orElseThrow());
      long version = other.parameters().version();
      checkpoints.load(first, other.run());
      assertEquals(7, other.number());
      assertTrue(other.parameters().version() > version);
      checkpoints.load(second, other.run());
      assertEquals(8, other.number());
    }
  }

  @Test
  void onlyTheNewestAreKept() throws Exception {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    try (NumberedRun run = new NumberedRun(device, 10)) {
      for (int i = 1; i <= 5; i++) {
        checkpoints.save(run.set(i).run());
      }
    }
    assertEquals(List.of("save-000004", "save-000005"), names(folder));
  }

  @Test
  void aLocaleWithDigitsOfItsOwnChangesNoName() throws Exception {
    Locale before = Locale.getDefault(Locale.Category.FORMAT);
    Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try (NumberedRun run = new NumberedRun(device, 10)) {
      Checkpoints checkpoints = new Checkpoints(folder, 3);
      checkpoints.save(run.set(1).run());
      Path second = checkpoints.save(run.set(2).run());
      assertEquals(List.of("save-000001", "save-000002"), names(folder));
      assertEquals(second, checkpoints.latest().orElseThrow());
    } finally {
      Locale.setDefault(Locale.Category.FORMAT, before);
    }
  }

  @Test
  void damageIsFoundAndNamed() throws Exception {
    Checkpoints checkpoints = new Checkpoints(folder, 3);
    try (NumberedRun run = new NumberedRun(device, 10)) {
      Path save = checkpoints.save(run.set(3).run());
      for (String name : List.of("model", "optimizer", "best")) {
        Path file = save.resolve(name + ".safetensors");
        byte[] bytes = Files.readAllBytes(file);
        byte[] damaged = bytes.clone();
        damaged[damaged.length - 3] ^= 1;
        Files.write(file, damaged);
        assertRefused(checkpoints, save, run, name + ".safetensors: is damaged");
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertRefused(checkpoints, save, run, "is damaged: it should have " + bytes.length);
        Files.delete(file);
        assertRefused(checkpoints, save, run, name + ".safetensors: is missing");
        Files.write(file, bytes);
      }
      Path state = save.resolve("state.json");
      String text = Files.readString(state);
      Files.writeString(state, text.substring(0, text.length() / 2));
      assertRefused(checkpoints, save, run, "state.json: is no valid JSON");
      Files.writeString(state, text.replace("\"format\" : 1", "\"format\" : 2"));
      assertRefused(checkpoints, save, run, "has format 2 but this version reads format 1");
      Files.writeString(state, text.replace("\"number\"", "\"numbre\""));
      assertRefused(checkpoints, save, run, "number is missing; there are [");
      Files.writeString(
          state, text.replace("\"optimizer.steps\" : \"3\"", "\"optimizer.steps\" : \"x\""));
      assertRefused(checkpoints, save, run, "optimizer.steps should be a whole number but is x");
      Files.delete(state);
      assertThrows(IOException.class, () -> checkpoints.load(save, run.run()));
      assertEquals(3, run.number(), "nothing was changed");
    }
  }

  private static void assertRefused(
      Checkpoints checkpoints, Path save, NumberedRun run, String reason) {
    var error = assertThrows(Exception.class, () -> checkpoints.load(save, run.run()));
    assertTrue(error.getMessage().startsWith(save.toString()), error.getMessage());
    assertTrue(error.getMessage().contains(reason), error.getMessage());
  }

  @Test
  void anotherModelOrOptimizerIsRefused() throws Exception {
    Checkpoints checkpoints = new Checkpoints(folder, 3);
    try (ParameterSet set = parameters();
        ParameterSet wider = parameters()) {
      set.add("w", Shape.of(2, 2), Initializer.ONES);
      wider.add("w", Shape.of(2, 3), Initializer.ONES);
      set.allocate(1);
      wider.allocate(1);
      Optimizer sgd = new Sgd(set, 0.9, false, 0);
      Path save = checkpoints.save(new Checkpoints.Run(sgd, null, List.of()));
      assertFalse(Files.exists(save.resolve("best.safetensors")));
      assertMismatch(
          checkpoints, save, new AdamW(set), null, "was saved with Sgd but the run has AdamW");
      assertMismatch(
          checkpoints,
          save,
          new Sgd(wider, 0.9, false, 0),
          null,
          "w is (2, 2) but the target is (2, 3)");
      assertMismatch(checkpoints, save, new Sgd(set), null, "unknown [momentum.w]");
      try (EarlyStopping stopping = new EarlyStopping(set, 1, 0)) {
        assertMismatch(checkpoints, save, sgd, stopping, "but the run wants [best.safetensors");
      }
    }
  }

  private static void assertMismatch(
      Checkpoints checkpoints,
      Path save,
      Optimizer optimizer,
      EarlyStopping stopping,
      String reason) {
    var run = new Checkpoints.Run(optimizer, stopping, List.of());
    var error = assertThrows(IllegalArgumentException.class, () -> checkpoints.load(save, run));
    assertTrue(error.getMessage().contains(reason), error.getMessage());
  }

  static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
