package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class DoctorTest {
  @Test
  void namesTheJdkTheDevicesAndTheMemory() {
    Run run = Run.weft("doctor");
    assertEquals(0, run.exitCode(), run.err());
    for (String row : new String[] {"JDK ", "flags ", "device ", "kernels ", "memory "}) {
      assertTrue(run.out().lines().anyMatch(line -> line.startsWith(row)), row + run.out());
    }
    assertTrue(run.out().contains(Runtime.version().toString()), run.out());
    assertTrue(run.out().contains("(the default)"), run.out());
    assertFalse(run.out().contains("{"), "JSON only when asked for");
  }

  @Test
  void jsonIsTheLastLineAndHasTheSameDevices() throws IOException {
    Device best = Devices.best();
    long before = best.stats().liveBytes();
    JsonNode json = new ObjectMapper().readTree(Run.weft("doctor", "--json").lastLine());
    assertEquals(Runtime.version().toString(), json.at("/jdk/version").asText());
    assertEquals(Devices.found().size(), json.get("devices").size());
    assertEquals(1, json.findValuesAsText("default").stream().filter("true"::equals).count());
    assertTrue(json.at("/kernels/gflops").asDouble() > 0);
    assertTrue(json.at("/memory/total").asLong() > 1 << 20);
    assertEquals(before, best.stats().liveBytes());
  }

  @Test
  void slowMeansFarBelowTheEstimate() {
    assertTrue(new KernelCheck(40, 400).slow());
    assertFalse(new KernelCheck(200, 400).slow());
    assertFalse(new KernelCheck(1, 0).slow(), "nothing is known of this device");
  }

  @Test
  void threadsMustBeACountThatAMachineCanHave() {
    for (String threads : new String[] {"0", "1025"}) {
      Run run = Run.weft("doctor", "--threads", threads);
      assertEquals(2, run.exitCode());
      assertEquals(
          "weft doctor: --threads must be at least 1 and at most 1024 but is " + threads + "\n",
          run.err());
    }
  }
}
