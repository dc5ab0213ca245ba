package dev.weft.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/// Counts the tests that ran on each device and vector width: those in which the device allocated
/// something; a parity test counts for both of its devices. Writes a line for each (module, device,
/// width, tests) when the module is done, and the build prints them at its end, so that a run that
/// quietly fell back to another device shows. JUnit finds this listener by `ServiceLoader`.
public final class DeviceTally implements TestExecutionListener {
  private static final Pattern WIDTH = Pattern.compile("(\\d+)[ -]bits?");

  private final Map<String, Integer> tests = new TreeMap<>();
  private Map<String, Long> before = Map.of();

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (!test.isTest()) {
      return;
    }
    Map<String, Long> after = allocations();
    if (result.getStatus() != TestExecutionResult.Status.ABORTED) {
      boolean none = true;
      for (Map.Entry<String, Long> device : after.entrySet()) {
        if (device.getValue() > before.getOrDefault(device.getKey(), 0L)) {
          tests.merge(device.getKey(), 1, Integer::sum);
          none = false;
        }
      }
      if (none) {
        tests.merge("none -", 1, Integer::sum);
      }
    }
    before = after;
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    String file = System.getProperty("weft.devices.file");
    if (file == null || tests.isEmpty()) {
      return;
    }
    String module = System.getProperty("weft.module");
    StringBuilder lines = new StringBuilder();
    tests.forEach((device, count) -> lines.append(module + " " + device + " " + count + "\n"));
    try {
      Files.writeString(Path.of(file), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What each open device has allocated so far, by name and width.
  private static Map<String, Long> allocations() {
    Map<String, Long> allocations = new TreeMap<>();
    for (Device device : Devices.opened()) {
      Matcher width = WIDTH.matcher(device.description());
      String name = device.name() + (width.find() ? " " + width.group(1) : " -");
      allocations.put(name, device.stats().allocations());
    }
    return allocations;
  }
}
