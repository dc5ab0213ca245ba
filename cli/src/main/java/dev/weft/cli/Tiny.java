package dev.weft.cli;

import dev.weft.gpt2.Gpt2;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Finds the model that comes with Weft: in the checkout that the `weft` script stands in, which it
/// passes as `weft.home`, else among the classes. Out of a jar it is copied to a temporary folder,
/// because weights are mapped.
final class Tiny {
  private static final String IN_CHECKOUT = "gpt2/src/main/resources/dev/weft/gpt2/tiny";
  private static final List<String> FILES = List.of("config.json", "model.safetensors");

  private Tiny() {}

  static Path folder() throws IOException {
    String home = System.getProperty("weft.home");
    if (home != null && Files.isDirectory(Path.of(home, IN_CHECKOUT))) {
      return Path.of(home, IN_CHECKOUT);
    }
    URL config = resource(FILES.getFirst());
    if (config == null) {
      throw Failure.user("this build has no tiny model: give --model a folder");
    }
    if (config.getProtocol().equals("file")) {
      try {
        return Path.of(config.toURI()).getParent();
      } catch (URISyntaxException e) {
        throw new IllegalStateException("a resource that is no URI: " + config, e);
      }
    }
    Path folder = Files.createTempDirectory("weft-tiny");
    folder.toFile().deleteOnExit(); // last, for deletion goes backwards
    for (String name : FILES) {
      Path file = folder.resolve(name);
      file.toFile().deleteOnExit();
      try (InputStream in = resource(name).openStream()) {
        Files.copy(in, file);
      }
    }
    return folder;
  }

  private static URL resource(String name) {
    return Gpt2.class.getResource("tiny/" + name);
  }
}
