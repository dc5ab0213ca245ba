package dev.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// The folder that `--report` writes.
final class Report {
  private final Path folder;
  private final Machine machine;

  Report(Path folder, Machine machine, List<Party> parties, CommandSpec spec) {
    this.folder = folder;
    this.machine = machine;
  }

  void write(List<Figure> figures) throws IOException {
    Files.createDirectories(folder);
    Figures.write(folder.resolve("figures.json"), machine, figures);
  }
}
