package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.documents.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds the help in `docs/cli.md` and the commands together.
final class CliPageTest {
  private static final Path PAGE = Repository.ROOT.resolve("docs/cli.md");
  private static final Pattern HELP =
      Pattern.compile("(?s)```console\n\\$ \\./weft ([a-z0-9 ]*?) ?--help\n.*?```");
  private static final String HOW =
      "docs/cli.md: write the help anew with mvn -pl cli -am test -Dtest=CliPageTest -Dweft.update";

  @Test
  void thePageShowsTheHelpThatTheCommandsGive() throws IOException {
    String page = Files.readString(PAGE);
    String updated = HELP.matcher(page).replaceAll(CliPageTest::block);
    if (System.getProperty("weft.update") != null) {
      Files.writeString(PAGE, updated);
      return;
    }
    assertEquals(updated, page, HOW);
  }

  @Test
  void everyCommandHasItsHelpOnThePage() throws IOException {
    String page = Files.readString(PAGE);
    for (String command : Main.commandLine().getSubcommands().keySet()) {
      assertTrue(page.contains("$ ./weft " + command + " --help\n"), command + " is not there");
    }
  }

  @Test
  void everyCommandHasAHeadingAndNoBlockIsLeftOpen() throws IOException {
    boolean open = false;
    List<String> headings = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("```")) {
        assertTrue(!open || line.equals("```"), "a block begins within another: " + line);
        open = !open;
      } else if (!open && line.startsWith("## ")) {
        headings.add(line.substring(3));
      }
    }
    assertFalse(open);
    for (String command : Main.commandLine().getSubcommands().keySet()) {
      assertTrue(headings.contains(command), command + " has no heading");
    }
  }

  private static String block(MatchResult block) {
    String command = block.group(1);
    Run help = command.isEmpty() ? Run.weft("--help") : Run.weft((command + " --help").split(" "));
    String shown = command.isEmpty() ? "--help" : command + " --help";
    return Matcher.quoteReplacement("```console\n$ ./weft " + shown + "\n" + help.out() + "```");
  }
}
