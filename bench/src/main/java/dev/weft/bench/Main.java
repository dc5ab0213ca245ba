package dev.weft.bench;

import dev.weft.bench.engine.Models;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
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
    version = "weft 0.1.0-SNAPSHOT",
    description =
        "Measures Weft on this machine, each figure beside what the hardware could do in the same"
            + " run, and beside other engines. `weft bench jmh ARGUMENTS…` runs the JMH benchmarks"
            + " of single kernels, for example `weft bench jmh Draws -prof gc`.")
final class Main implements Callable<Integer> {
  static final List<Benchmark> ALL =
      List.of(
          new Limits(),
          new Threads(),
          new Gemm(),
          new Prefill(),
          new Decode(),
          new Gpt2Training(),
          new RecurrentTraining(),
          new Decoding(),
          new Start(),
          new Memory());

  @Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      description =
          "limits threads gemm prefill decode train rnn decoding start memory (default: all)")
  private List<String> names = new ArrayList<>();

  @Option(names = "--device", defaultValue = "cpu", description = "Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(names = "--threads", description = "Size of the worker team (default: the cores).")
  private Integer threads;

  @Option(
      names = "--jvms",
      paramLabel = "N",
      description =
          "Repeat in this many fresh JVMs; medians and spread. Default: 1, or 3 beside peers.")
  private Integer jvms;

  @Option(
      names = "--peers",
      paramLabel = "NAME",
      split = ",",
      description =
          "Measure these engines, too, each in fresh JVMs that take turns with Weft's; `all`, or"
              + " names of bench/peers. They are fetched when they are first asked for.")
  private List<String> peers = new ArrayList<>();

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = "",
      description =
          "Of threads, gemm, prefill, decode, train, rnn and decoding: the variants it is found in.")
  private Pattern only;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private Path json;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Also write a page with charts, and the figures as JSON, into this folder.")
  private Path report;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Where the models that are measured lie; made there when missing.")
  private Path models = home().resolve("bench/target/models");

  @Option(names = "--rows", hidden = true, description = "For the JVM that started this one.")
  private Path rows;

  @Option(names = "--quiet", hidden = true, description = "It shows them itself.")
  private boolean quiet;

  public static void main(String[] args) throws IOException {
    if (args.length > 0 && args[0].equals("jmh")) {
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    System.exit(line().execute(args));
  }

  static CommandLine line() {
    return line(new Main());
  }

  /// A command; what it cannot read or write ends it with a sentence instead of a trace.
  static CommandLine line(Callable<Integer> command) {
    return new CommandLine(command)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
              if (cause instanceof IOException failure) {
                line.getErr().println(sentence(failure));
                return 1;
              }
              throw e;
            });
  }

  /// Of a file the message is often nothing but its name.
  private static String sentence(IOException e) {
    return e instanceof FileSystemException file && file.getReason() == null
        ? "bench: "
            + file.getFile()
            + " cannot be opened or made ("
            + e.getClass().getSimpleName()
            + "); name another place"
        : e.getMessage();
  }

  private static Path home() {
    return Path.of(System.getProperty("weft.home", "."));
  }

  @Override
  public Integer call() throws IOException {
    List<Benchmark> chosen = chosen();
    List<String> wanted = wantedPeers();
    int rounds = jvms != null ? jvms : wanted.isEmpty() ? 1 : 3;
    if (rounds < 1) {
      throw refused("--jvms must be at least 1 but is " + rounds);
    }
    if (json != null) {
      requireFile(json);
    }
    if (report != null) {
      requireFolder(report);
    }
    if (threads != null) {
      requireThreads(threads);
      System.setProperty("weft.threads", threads.toString());
    }
    Device opened = open();
    if (rows != null) {
      new Measured(measure(chosen, opened), List.of()).write(rows);
      return 0;
    }
    List<Party> parties = new ArrayList<>(List.of(Party.WEFT));
    for (String name : wanted) {
      parties.add(Party.peer(home(), name));
    }
    Report page = null;
    if (report != null) {
      List<Goal> goals =
          Goal.all().stream().filter(goal -> goal.isAsked(chosen, wanted, only)).toList();
      page = new Report(report, machine(opened), parties, command(), goals, rounds);
    }
    if (rounds == 1 && wanted.isEmpty()) {
      List<Row> measured = measure(chosen, opened);
      keep(Figures.join(List.of(measured), Map.of()), page, opened, 1, List.of());
      return 0;
    }
    Rounds all = new Rounds(parties, chosen, models, this::start);
    all.prepare(home());
    for (int round = 1; round <= rounds; round++) {
      System.out.println("round " + round + " of " + rounds);
      all.run(round);
      // After each: a long run that is stopped keeps its rounds.
      keep(all.figures(), page, opened, round, all.absences());
    }
    System.out.println("medians of " + rounds + " fresh JVMs, and how far the worst was:");
    all.figures().forEach(System.out::println);
    return all.absences().isEmpty() ? 0 : 1;
  }

  /// As it can be typed into a shell again.
  private String command() {
    StringBuilder command = new StringBuilder("./weft bench");
    for (String word : spec.commandLine().getParseResult().originalArgs()) {
      boolean plain = word.matches("[\\w.,:=/-]+");
      command.append(' ').append(plain ? word : "'" + word.replace("'", "'\\''") + "'");
    }
    return command.toString();
  }

  private void keep(
      List<Figure> figures, Report page, Device opened, int rounds, List<String> absences)
      throws IOException {
    if (json != null) {
      Figures.write(json, machine(opened), figures);
    }
    if (page != null) {
      page.write(figures, rounds, absences);
    }
  }

  private Machine machine(Device opened) {
    return Machine.here(opened.description(), team());
  }

  // Before anything is measured, not after an hour.

  private void requireFile(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw refused("--json " + file + " is a folder; name a file");
    }
    if (!Files.isDirectory(folder)) {
      throw refused("--json " + file + ": there is no folder to write it to");
    }
    if (!Files.isWritable(folder)) {
      throw refused("--json " + file + ": nothing can be written to its folder");
    }
  }

  private void requireFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw refused("--report " + folder + ": the folder cannot be made");
    }
    if (!Files.isWritable(folder)) {
      throw refused("--report " + folder + ": nothing can be written to the folder");
    }
  }

  private void requireThreads(int threads) {
    int processors = Runtime.getRuntime().availableProcessors();
    if (threads < 1) {
      throw refused("--threads must be at least 1 but is " + threads);
    }
    if (threads > processors) {
      throw refused(
          "--threads must be at most " + processors + ", the processors here, but is " + threads);
    }
  }

  private int team() {
    return Integer.getInteger("weft.threads", Runtime.getRuntime().availableProcessors());
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

  private List<Row> measure(List<Benchmark> chosen, Device opened) throws IOException {
    System.out.println(opened.description());
    WeftEngine engine = new WeftEngine(opened, new Models(models));
    Runnable turn = rows == null ? () -> {} : Participant::await;
    Setting setting = new Setting(engine, null, opened, team(), only, turn);
    List<Row> measured = new ArrayList<>();
    for (Benchmark benchmark : chosen) {
      for (Row row : benchmark.run(setting)) {
        if (!quiet) {
          System.out.println(row);
        }
        measured.add(row);
      }
    }
    if (measured.stream().noneMatch(row -> names.isEmpty() || names.contains(row.benchmark()))) {
      System.out.println(
          only.pattern().isEmpty()
              ? "nothing was measured: there is nothing of it on this device"
              : "nothing was measured: --only " + only + " is found in no variant");
    }
    return measured;
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
    Benchmark limits = byName.get("limits");
    if ((json != null || report != null) && !chosen.contains(limits)) {
      chosen.addFirst(limits); // which figures that are kept stand beside
    }
    return chosen;
  }

  private List<String> wantedPeers() throws IOException {
    List<String> known = Party.peers(home());
    if (peers.contains("all")) {
      return known;
    }
    for (String name : peers) {
      if (!known.contains(name)) {
        throw refused("no peer is called " + name + "; there are " + known);
      }
    }
    return peers.stream().distinct().toList();
  }

  /// A fresh JVM that measures a benchmark.
  private Participant start(Benchmark benchmark, Party party) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of(benchmark.name(), "--only=" + only, "--models=" + models));
    if (party == Party.WEFT) {
      arguments.add("--device=" + device);
    }
    if (party != Party.WEFT || threads != null) {
      arguments.add("--threads=" + team());
    }
    return party.start(arguments, team());
  }
}
