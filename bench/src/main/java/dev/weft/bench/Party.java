package dev.weft.bench;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/// Weft or a peer as programs: each measurement starts a fresh JVM, which leaves its rows in a
/// file.
///
/// A peer is a module in `bench/peers`; its `peer.properties` says how to start it: `title`, `java`
/// (options of the JVM), `environment` (`NAME=value …`), `unset` (`NAME …`), `prepare` (a command
/// to run before), `settings` (in words, for the report). `{threads}` stands for the number of
/// threads. `java.NAME`, `environment.NAME` and `unset.NAME` are further ones for the benchmark of
/// this name.
///
/// @param name as on the command line
/// @param title for the report
/// @param settings what it runs with, in words
record Party(String name, String title, String settings, Path folder, Properties properties) {
  /// Weft itself.
  static final Party WEFT = new Party("weft", "Weft", "", null, new Properties());

  /// A peer, built by the launcher; `home` is the checkout.
  static Party peer(Path home, String name) throws IOException {
    Path folder = home.resolve("bench/peers").resolve(name);
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(folder.resolve("peer.properties"))) {
      properties.load(reader);
    }
    return new Party(
        name,
        properties.getProperty("title", name),
        properties.getProperty("settings", ""),
        folder,
        properties);
  }

  /// Peers that a checkout has.
  static List<String> peers(Path home) throws IOException {
    List<String> names = new ArrayList<>();
    Path folder = home.resolve("bench/peers");
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> modules = Files.newDirectoryStream(folder)) {
        for (Path module : modules) {
          if (Files.exists(module.resolve("peer.properties"))) {
            names.add(module.getFileName().toString());
          }
        }
      }
    }
    names.sort(null);
    return names;
  }

  /// Makes the files that a peer reads instead of the models: runs the command in `prepare`, where
  /// `{models}` stands for their folder, in the checkout.
  void prepare(Path home, Path models) throws IOException {
    List<String> command = words("prepare", "{models}", models.toAbsolutePath().toString());
    if (!command.isEmpty()) {
      FreshJvm.run(new ProcessBuilder(command).directory(home.toFile()));
    }
  }

  /// Measures Weft in a fresh JVM with further options of Java, without a pause; its rows are for
  /// the caller to show.
  static List<Row> measureWeft(List<String> java, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--quiet");
    try (Participant alone = weft(java, all)) {
      while (alone.waits()) {
        alone.turn();
      }
      return alone.measured().rows();
    }
  }

  /// Starts a fresh JVM that measures in turns.
  ///
  /// @param arguments of its command, the benchmark first
  Participant start(List<String> arguments, int threads) throws IOException {
    if (folder == null) {
      return weft(List.of(), arguments);
    }
    String jars = classPath();
    return Participant.start(file -> command(jars, with(file, arguments), threads));
  }

  private static Participant weft(List<String> java, List<String> arguments) throws IOException {
    return Participant.start(
        file -> FreshJvm.command(Main.class, java, with(file, arguments).toArray(String[]::new)));
  }

  private static List<String> with(Path file, List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add("--rows=" + file);
    return all;
  }

  private ProcessBuilder command(String jars, List<String> arguments, int threads) {
    List<String> command = new ArrayList<>();
    command.add(FreshJvm.java());
    String benchmark = arguments.getFirst();
    command.addAll(words("java", benchmark, threads));
    command.addAll(List.of("-cp", jars, PeerMain.class.getName()));
    command.addAll(arguments);
    ProcessBuilder process = new ProcessBuilder(command);
    for (String name : words("unset", benchmark, threads)) {
      process.environment().remove(name);
    }
    for (String assignment : words("environment", benchmark, threads)) {
      int equals = assignment.indexOf('=');
      process.environment().put(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
    return process;
  }

  /// Of a key, then what it has for this benchmark alone.
  List<String> words(String key, String benchmark, int threads) {
    List<String> words = new ArrayList<>();
    for (String each : List.of(key, key + "." + benchmark)) {
      words.addAll(words(each, "{threads}", "" + threads));
    }
    return words;
  }

  private List<String> words(String key, String name, String value) {
    String text = properties.getProperty(key, "").replace(name, value).strip();
    return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
  }

  private String classPath() throws IOException {
    List<String> jars = new ArrayList<>();
    Path built = folder.resolve("target/fast");
    for (Path place : List.of(built, built.resolve("lib"))) {
      if (Files.isDirectory(place)) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(place, "*.jar")) {
          files.forEach(jar -> jars.add(jar.toString()));
        }
      }
    }
    if (jars.isEmpty()) {
      throw new IOException(
          "bench: the peer "
              + name
              + " has not been built; start the benchmark by ./weft bench --peers "
              + name);
    }
    jars.sort(null);
    return String.join(System.getProperty("path.separator"), jars);
  }
}
