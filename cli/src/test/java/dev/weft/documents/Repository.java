package dev.weft.documents;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The source tree that the build runs in.
public final class Repository {
  /// Its root: the nearest folder upwards that holds the `weft` launcher and `docs`.
  public static final Path ROOT = root();

  private Repository() {}

  private static Path root() {
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("weft")) && Files.isDirectory(folder.resolve("docs"))) {
        return folder;
      }
    }
    throw new IllegalStateException("no repository above " + start);
  }

  /// Regular files of the build's modules below `part` (as in `src/test/java`), in order of path.
  static List<Path> sources(String part) throws IOException {
    List<Path> sources = new ArrayList<>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(ROOT)) {
      for (Path module : modules) {
        Path folder = module.resolve(part);
        if (Files.exists(module.resolve("pom.xml")) && Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).forEach(sources::add);
          }
        }
      }
    }
    sources.sort(null);
    return sources;
  }
}
