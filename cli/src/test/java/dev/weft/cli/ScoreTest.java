package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScoreTest {
  private static final String TEXT = "The sea was calm, über alles.";

  @TempDir Path folder;

  @Test
  void figuresAgreeWithEachOther() throws IOException {
    JsonNode json = json(score("--text", TEXT, "--json"));
    double logprob = json.get("logprob").asDouble();
    int tokens = json.get("tokens").asInt();
    int bytes = TEXT.getBytes(StandardCharsets.UTF_8).length;
    assertEquals(TinyModel.tokens(TEXT), tokens);
    assertEquals(bytes, json.get("bytes").asInt());
    assertEquals(Math.exp(-logprob / tokens), json.get("perplexity").asDouble(), 1e-6);
    assertEquals(-logprob / Math.log(2) / bytes, json.get("bits_per_byte").asDouble(), 1e-9);
    assertTrue(logprob < 0);
  }

  @Test
  void printsFourRows() {
    Run run = score("--text", TEXT);
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(4, run.out().lines().count(), run.out());
    assertTrue(run.out().startsWith("log-probability "), run.out());
    assertEquals("", run.err());
  }

  @Test
  void fileStandardInputAndTextAreTheSame() throws IOException {
    Path file = Files.writeString(folder.resolve("text"), TEXT);
    String expected = score("--text", TEXT, "--json").out();
    assertEquals(expected, score("--file", file.toString(), "--json").out());
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.UTF_8)));
    try {
      assertEquals(expected, score("--file", "-", "--json").out());
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void generatedTextScoresWhatItsTokensHad() throws IOException {
    // Without a prompt both begin at the end-of-text token; only a text whose tokens are those that
    // were drawn can be compared.
    for (int seed = 0; seed < 50; seed++) {
      JsonNode completion =
          json(Run.weft(
                  GenerateTest.with(
                      TinyModel.options(),
                      "generate",
                      "--json",
                      "--max-tokens",
                      "4",
                      "--seed",
                      "" + seed)))
              .at("/completions/0");
      String text = completion.get("text").asText();
      if (completion.get("tokens").equals(TinyModel.ids(text))) {
        JsonNode json = json(score("--text", text, "--json"));
        assertEquals(completion.get("logprob").asDouble(), json.get("logprob").asDouble(), 1e-4);
        return;
      }
    }
    throw new AssertionError("no seed gave a text that encodes to its own tokens");
  }

  @Test
  void textLongerThanTheContextIsScoredWhole() throws IOException {
    String text = "the old man and the sea ".repeat(TinyModel.CONTEXT / 2);
    JsonNode json = json(score("--text", text, "--json"));
    assertTrue(json.get("tokens").asInt() > TinyModel.CONTEXT, json.toString());
    assertEquals(TinyModel.tokens(text), json.get("tokens").asInt());
  }

  @Test
  void unreadableTextsAreRefusedInOneSentence() throws IOException {
    assertRefused("--file " + folder.resolve("none"), "there is no " + folder.resolve("none"));
    assertRefused("--file " + folder, "cannot be read");
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xC3, 0x28});
    assertRefused("--file " + binary, "is no UTF-8 text");
    Path empty = Files.writeString(folder.resolve("empty"), "");
    assertRefused("--file " + empty, "there is no text to score");
    assertRefused("--file " + empty + " --text x", "mutually exclusive");
  }

  private void assertRefused(String options, String message) {
    Run run = score(options.split(" "));
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains(message), run.err());
    assertEquals("", run.out());
  }

  private static Run score(String... options) {
    return Run.weft(GenerateTest.with(GenerateTest.with(TinyModel.options(), "score"), options));
  }

  private static JsonNode json(Run run) throws IOException {
    assertEquals(0, run.exitCode(), run.err());
    return new ObjectMapper().readTree(run.lastLine());
  }
}
