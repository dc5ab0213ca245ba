package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The PTX that is committed was made of the CUDA sources as they stand: each file begins with the
/// hash of its source and of the headers that this includes.
class PtxFreshnessTest {
  private static final Path HEADERS = Path.of("src/main/cuda");
  private static final Pattern INCLUDE = Pattern.compile("^#include \"(.*)\"", Pattern.MULTILINE);

  static List<Path> sources() throws IOException {
    try (Stream<Path> main = Files.list(HEADERS);
        Stream<Path> test = Files.list(Path.of("src/test/cuda"))) {
      return Stream.concat(main, test).filter(file -> file.toString().endsWith(".cu")).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void ptxIsOfItsSource(Path source) throws IOException, NoSuchAlgorithmException {
    SortedSet<Path> headers = new TreeSet<>();
    addHeaders(source, headers);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(Files.readAllBytes(source));
    for (Path header : headers) {
      digest.update(Files.readAllBytes(header));
    }
    String name = source.getFileName().toString().replace(".cu", ".ptx");
    Path folder = source.getParent().resolveSibling("resources/dev/weft/kernels/cuda");
    String first = Files.readAllLines(folder.resolve(name)).getFirst();
    assertTrue(
        first.contains(HexFormat.of().formatHex(digest.digest())),
        name + " is stale: run tools/ptx (for test kernels with --to their folder)");
  }

  private static void addHeaders(Path file, SortedSet<Path> headers) {
    try {
      Matcher include = INCLUDE.matcher(Files.readString(file));
      while (include.find()) {
        Path header = HEADERS.resolve(include.group(1));
        if (headers.add(header)) {
          addHeaders(header, headers);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
