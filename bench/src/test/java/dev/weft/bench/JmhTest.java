package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

final class JmhTest {
  @Test
  void everyBenchmarkOfAKernelTellsMicrosecondsACall() {
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    Set<BenchmarkListEntry> all = BenchmarkList.defaultList().getAll(silent, List.of());
    Set<String> families = new TreeSet<>();
    for (BenchmarkListEntry benchmark : all) {
      assertEquals(Mode.AverageTime, benchmark.getMode(), benchmark::getUsername);
      assertEquals(TimeUnit.MICROSECONDS, benchmark.getTimeUnit().get(), benchmark::getUsername);
      assertEquals(2, benchmark.getForks().get(), benchmark::getUsername);
      families.add(benchmark.getUsername().replaceFirst("^.*\\.(\\w+)\\.\\w+$", "$1"));
    }
    assertEquals(
        Set.of(
            "AttentionKernels",
            "BeamSteps",
            "Draws",
            "Filters",
            "OptimizerKernels",
            "Products",
            "RecurrentKernels",
            "RowKernels",
            "TableKernels"),
        families);
  }
}
