package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.documents.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the `weft` script as a process, on the classes of this build.
@Tag("process")
final class LauncherTest {
  @TempDir Path folder;

  @BeforeEach
  void needsBash() {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash here");
  }

  @Test
  void generatesFromPromptToLastLine() throws Exception {
    List<String> command = new ArrayList<>(List.of("generate"));
    command.addAll(List.of(TinyModel.options()));
    command.addAll(List.of("--prompt", "Snow \u2603 fell", "--max-tokens", "5", "--json"));
    Run run = weft(command.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.err());
    JsonNode json = new ObjectMapper().readTree(run.lastLine());
    assertEquals("Snow \u2603 fell", json.get("prompt").asText(), "whatever the locale");
    assertEquals(5, json.at("/completions/0/tokens").size());
    assertTrue(run.out().startsWith("Snow \u2603 fell"), run.out());
    assertEquals(1, run.err().lines().count(), "one line about the speed: " + run.err());
    assertTrue(run.err().startsWith("5 tokens, "), run.err());
  }

  @Test
  void exitCodeOfAUsersErrorIsTwo() throws Exception {
    Run run = weft("generate", "--top-p", "3");
    assertEquals(2, run.exitCode());
    assertEquals("weft generate: --top-p must be between 0 and 1 but is 3.0\n", run.err());
    assertEquals("", run.out());
  }

  @Test
  void aFullDiskIsToldAndNotDone() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no /dev/full here");
    Run run = weft(full, "doctor", "--help");
    assertEquals(1, run.exitCode());
    assertEquals("weft: standard output could not be written to the end\n", run.err());
  }

  private Run weft(String... arguments) throws IOException, InterruptedException {
    return weft(folder.resolve("out"), arguments);
  }

  private Run weft(Path out, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Repository.ROOT.resolve("weft").toString());
    command.addAll(List.of(arguments));
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("WEFT_CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("WEFT_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("LC_ALL", "C");
    int exitCode = builder.start().waitFor();
    return new Run(exitCode, Files.isRegularFile(out) ? read(out) : "", read(err));
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
