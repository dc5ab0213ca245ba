package dev.weft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weft classify nationality`: the likeliest languages of family names.
@Command(
    name = "nationality",
    description = "Name the three likeliest languages of each family name.")
final class ClassifyNationality implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "NAME", description = "Family names.")
  private List<String> names;

  @Mixin
  private final ClassifyOptions options = new ClassifyOptions(Path.of(TrainNationality.FOLDER));

  @Override
  public Integer call() throws IOException {
    // As in training: a keyboard or a file name may give an accent as a character of its own.
    List<String> composed =
        names.stream().map(name -> Normalizer.normalize(name, Normalizer.Form.NFC)).toList();
    return options.run(spec, TrainNationality.TASK, names, composed);
  }
}
