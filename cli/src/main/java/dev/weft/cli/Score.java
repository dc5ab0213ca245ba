package dev.weft.cli;

import dev.weft.gpt2.Gpt2Inference;
import dev.weft.gpt2.Scoring;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft score`: how probable a model finds a text.
@Command(
    name = "score",
    description = {
      "Say how probable a model finds a text.",
      "",
      "The text counts as the beginning of a document. A longer one than the model's context is read"
          + " in windows that overlap by half; each token counts once."
    })
final class Score implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions models;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Mixin private JsonOption json;

  /// Where the text comes from.
  static final class Source {
    @Option(names = "--text", paramLabel = "TEXT", description = "The text.")
    private String text;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "A UTF-8 file; - reads standard input.")
    private String file;

    private String read() {
      if (text != null) {
        return text;
      }
      try {
        byte[] bytes =
            file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        throw Failure.user("--file " + file + " is no UTF-8 text: convert it first", e);
      } catch (IOException e) {
        throw Failure.user(
            "--file " + file + " cannot be read (" + Reasons.of(e) + "): check its name", e);
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    String text = source.read();
    if (text.isEmpty()) {
      throw Failure.user("there is no text to score: --text or --file must hold some");
    }
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    Scoring.Result result;
    try (OpenModel open = models.open()) {
      Gpt2Inference model = open.gpt2();
      result =
          Scoring.score(
              model::logits,
              model.device(),
              model.contextLength(),
              open.tokenizer().endOfText(),
              open.tokenizer().encode(text));
    }
    int tokens = result.logProbabilities().length;
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, "log-probability %12.4f%n", result.total());
    out.printf(Locale.ROOT, "perplexity      %12.4f%n", result.perplexity());
    out.printf(Locale.ROOT, "bits per byte   %12.4f%n", result.bitsPerByte(bytes));
    out.printf(Locale.ROOT, "tokens          %12d%n", tokens);
    json.print(
        out,
        line -> {
          line.writeNumberField("logprob", result.total());
          line.writeNumberField("perplexity", result.perplexity());
          line.writeNumberField("bits_per_byte", result.bitsPerByte(bytes));
          line.writeNumberField("tokens", tokens);
          line.writeNumberField("bytes", bytes);
        });
    return Failure.OK;
  }
}
