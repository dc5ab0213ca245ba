package dev.weft.cli;

import dev.weft.examples.data.Mails;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weft classify spam`: whether mails were wanted.
@Command(name = "spam", description = "Say how likely each mail is spam.")
final class ClassifySpam implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Mails as they were sent, with their headers; or plain texts.")
  private List<Path> files;

  @Mixin private final ClassifyOptions options = new ClassifyOptions(Path.of(TrainSpam.FOLDER));

  @Override
  public Integer call() throws IOException {
    List<String> texts = new ArrayList<>();
    for (Path file : files) {
      try {
        // Charsets differ from mail to mail; Latin-1 reads every byte, as in training.
        texts.add(Mails.text(Files.readString(file, StandardCharsets.ISO_8859_1)));
      } catch (IOException e) {
        throw Failure.user(file + " cannot be read: " + Reasons.of(e), e);
      }
    }
    List<String> names = files.stream().map(Path::toString).toList();
    return options.run(spec, TrainSpam.TASK, names, texts);
  }
}
