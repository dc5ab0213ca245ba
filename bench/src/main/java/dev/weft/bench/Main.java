package dev.weft.bench;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The `weft bench` command.
@Command(
    name = "weft bench",
    mixinStandardHelpOptions = true,
    description =
        "Measures Weft on this machine, each figure beside what the hardware could do in the same"
            + " run. `weft bench jmh ARGUMENTS…` runs the JMH benchmarks of single kernels, for"
            + " example `weft bench jmh Draws -prof gc`.")
final class Main implements Callable<Integer> {
  private static final List<Benchmark> ALL =
      List.of(
          new Limits(),
          new Gemm(),
          new Prefill(),
          new Decode(),
          new TrainingStep(),
          new RecurrentTraining(),
          new Decoding());

  @Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      description = "limits gemm prefill decode train rnn decoding (default: all)")
  private List<String> names = new ArrayList<>();

  @Option(names = "--device", defaultValue = "cpu", description = "Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(names = "--threads", description = "Size of the worker team (default: the cores).")
  private Integer threads;

  @Option(
      names = "--jvms",
      defaultValue = "1",
      description =
          "Repeat in this many fresh JVMs; print median and worst. Default: ${DEFAULT-VALUE}.")
  private int jvms;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private Path json;

  public static void main(String[] args) throws IOException {
    if (args.length > 0 && args[0].equals("jmh")) {
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    System.exit(line().execute(args));
  }

  /// The command; what it cannot read or write ends it with a sentence instead of a trace.
  static CommandLine line() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              if (!(e instanceof IOException)) {
                throw e;
              }
              line.getErr().println(e.getMessage());
              return 1;
            });
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Benchmark> chosen = chosen();
    if (jvms < 1) {
      throw refused("--jvms must be at least 1 but is " + jvms);
    }
    if (json != null && !Files.isDirectory(json.toAbsolutePath().getParent())) {
      throw refused("--json " + json + ": there is no folder to write it to");
    }
    if (threads != null) {
      if (threads < 1) {
        throw refused("--threads must be at least 1 but is " + threads);
      }
      System.setProperty("weft.threads", threads.toString());
    }
    Device opened = open();
    List<Row> rows = jvms > 1 ? FreshJvms.run(jvms, arguments(chosen)) : measure(chosen, opened);
    if (jvms > 1) {
      System.out.println("median and worst of " + jvms + " fresh JVMs:");
      rows.forEach(System.out::println);
    }
    if (json != null) {
      FreshJvms.write(json, rows);
    }
    return 0;
  }

  private Device open() {
    try {
      return Devices.require(device);
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage());
    }
  }

  private ParameterException refused(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  private List<Row> measure(List<Benchmark> chosen, Device opened) {
    System.out.println(opened.description());
    int team = threads != null ? threads : Runtime.getRuntime().availableProcessors();
    List<Row> rows = new ArrayList<>();
    for (Benchmark benchmark : chosen) {
      for (Row row : benchmark.run(opened, team)) {
        System.out.println(row);
        rows.add(row);
      }
    }
    return rows;
  }

  private List<Benchmark> chosen() {
    Map<String, Benchmark> byName = new LinkedHashMap<>();
    ALL.forEach(benchmark -> byName.put(benchmark.name(), benchmark));
    List<Benchmark> chosen = new ArrayList<>();
    for (String name : names.isEmpty() ? List.copyOf(byName.keySet()) : names) {
      if (!byName.containsKey(name)) {
        throw refused("no benchmark is called " + name + "; there are " + byName.keySet());
      }
      chosen.add(byName.get(name));
    }
    return chosen;
  }

  private List<String> arguments(List<Benchmark> chosen) {
    List<String> arguments = new ArrayList<>();
    chosen.forEach(benchmark -> arguments.add(benchmark.name()));
    arguments.addAll(List.of("--device", device));
    if (threads != null) {
      arguments.addAll(List.of("--threads", threads.toString()));
    }
    return arguments;
  }
}
