package dev.weft.cli;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Tokenizer;
import dev.weft.examples.Example;
import dev.weft.examples.Setting;
import dev.weft.tensor.Device;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weft example`: runs one of the programs of [dev.weft.examples].
@Command(
    name = "example",
    description = "Run a small program whose source is there to be read; without NAME list them.")
final class RunExample implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "Which one.")
  private String name;

  @Mixin private ModelOptions models;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (name == null) {
      int width =
          Arrays.stream(Example.values())
              .mapToInt(example -> example.name().length())
              .max()
              .orElse(1);
      for (Example example : Example.values()) {
        out.printf("%-" + width + "s  %s%n", nameOf(example), example.summary());
      }
      return Failure.OK;
    }
    for (Example example : Example.values()) {
      if (nameOf(example).equals(name)) {
        try (Lazy setting = new Lazy(models, out)) {
          example.run(setting);
        }
        out.flush();
        return Failure.OK;
      }
    }
    throw Failure.user("there is no example '" + name + "': `weft example` lists them");
  }

  private static String nameOf(Example example) {
    return example.name().toLowerCase(Locale.ROOT);
  }

  /// Opens the model when an example first asks for it.
  private static final class Lazy implements Setting, AutoCloseable {
    private final ModelOptions models;
    private final PrintWriter out;
    private OpenModel open;

    Lazy(ModelOptions models, PrintWriter out) {
      this.models = models;
      this.out = out;
    }

    @Override
    public Device device() {
      return models.device();
    }

    @Override
    public LanguageModel model() {
      return opened().model();
    }

    @Override
    public Tokenizer tokenizer() {
      return opened().tokenizer();
    }

    @Override
    public PrintWriter out() {
      return out;
    }

    private OpenModel opened() {
      if (open == null) {
        open = models.open();
      }
      return open;
    }

    @Override
    public void close() {
      if (open != null) {
        open.close();
      }
    }
  }
}
