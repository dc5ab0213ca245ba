package dev.weft.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `docs/tutorial.md` shows is what its programs are and print.
///
/// In the page, `<!-- code: Program region -->` stands before a block that equals the lines between
/// `// region` and `// endregion` in that program, and `<!-- prints: Program -->` before the next
/// lines of what it prints.
class TutorialTest {
  private static final Path PAGE = Repository.ROOT.resolve("docs/tutorial.md");
  private static final Path PROGRAMS =
      Repository.ROOT.resolve("cli/src/main/java/dev/weft/examples/tutorial");
  private static final Pattern SHOWN =
      Pattern.compile("<!-- (code|prints): (.+?) -->\\n+```\\w*\\n(.*?)```\\n", Pattern.DOTALL);
  private static final Pattern REGION =
      Pattern.compile("(?m)^ *// region (\\w+)\\n(.*?)^ *// endregion$", Pattern.DOTALL);

  @Test
  void codeBlocksAreRegionsOfThePrograms() throws IOException {
    assertEquals(regions(), shown("code"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Tensors", "Gradients", "LinearRegression", "Block", "TinyGpt2"})
  void programsPrintWhatThePageSays(String program) throws Exception {
    String expected = shown("prints").get(program);
    PrintStream console = System.out;
    Locale locale = Locale.getDefault();
    var bytes = new ByteArrayOutputStream();
    try {
      Locale.setDefault(Locale.ROOT);
      System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      Class.forName("dev.weft.examples.tutorial." + program)
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(console);
      Locale.setDefault(locale);
    }
    assertEquals(expected, bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"));
  }

  /// The page's blocks by what their comment names; blocks of one name follow each other.
  private static Map<String, String> shown(String kind) throws IOException {
    Map<String, String> shown = new LinkedHashMap<>();
    Matcher block = SHOWN.matcher(Files.readString(PAGE));
    while (block.find()) {
      if (block.group(1).equals(kind)) {
        shown.merge(block.group(2), block.group(3), String::concat);
      }
    }
    return shown;
  }

  /// All regions of the programs that the page shows, without their margin.
  private static Map<String, String> regions() throws IOException {
    Map<String, String> regions = new LinkedHashMap<>();
    for (String name : shown("prints").keySet()) {
      Matcher region = REGION.matcher(Files.readString(PROGRAMS.resolve(name + ".java")));
      while (region.find()) {
        String body = region.group(2).stripTrailing().stripIndent() + "\n";
        regions.put(name + " " + region.group(1), body);
      }
    }
    return regions;
  }
}
