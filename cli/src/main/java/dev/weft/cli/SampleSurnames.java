package dev.weft.cli;

import dev.weft.rnn.LanguageModelFolder;
import dev.weft.rnn.RnnInference;
import dev.weft.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft sample surnames`: family names that a model makes up.
@Command(
    name = "surnames",
    sortOptions = false,
    description = {
      "Draw made-up family names from a model that `weft train surnames` left.",
      "",
      "One name a line; with no --nationality each is of a language drawn at random, which follows"
          + " the name."
    })
final class SampleSurnames implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = TrainSurnames.FOLDER,
      description = "The folder of the model (${DEFAULT-VALUE}).")
  private Path folder;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "10",
      description = "Names to draw (${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--nationality",
      paramLabel = "LANGUAGE",
      description = "The language of all names, such as Italian.")
  private String nationality;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0.8",
      description = "Below 1 more usual names, above 1 more varied ones (${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "The same seed draws the same names (${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    Require.atLeastOne("--count", count);
    Require.that(
        temperature > 0 && temperature < Double.POSITIVE_INFINITY,
        "--temperature must be a number above 0 but is " + temperature);
    LanguageModelFolder saved = open();
    int[] languages = new int[count];
    if (nationality != null) {
      Arrays.fill(languages, language(saved.classes()));
    }
    List<String> names;
    try (RnnInference model = model(saved)) {
      NameModel drawn = new NameModel(model, saved.vectorizer(), saved.classes());
      languages = nationality == null ? drawn.languages(count, seed) : languages;
      names = drawn.names(temperature, seed, languages);
    } catch (IllegalArgumentException e) {
      throw Failure.user("--temperature " + temperature + ": " + e.getMessage(), e);
    }
    tell(names, languages, saved.classes());
    return Failure.OK;
  }

  private LanguageModelFolder open() {
    LanguageModelFolder saved;
    try {
      saved = LanguageModelFolder.open(folder);
    } catch (IOException e) {
      throw unreadable(e);
    } catch (IllegalArgumentException e) {
      throw Failure.user("--model cannot be used: " + e.getMessage() + remedy(), e);
    }
    Require.that(
        !saved.classes().isEmpty() && saved.vectorizer() != null,
        "--model " + folder + " is no model of names" + remedy());
    return saved;
  }

  private RnnInference model(LanguageModelFolder saved) {
    try {
      return saved.inference(devices.open(), DType.F32);
    } catch (IOException e) {
      throw unreadable(e);
    } catch (IllegalArgumentException e) {
      throw Failure.user("--model " + folder + " cannot be used: " + e.getMessage(), e);
    }
  }

  private Failure unreadable(IOException e) {
    return Failure.user("--model " + folder + " cannot be read: " + Reasons.of(e) + remedy(), e);
  }

  private String remedy() {
    return OutFolder.remedy("surnames", folder);
  }

  private int language(List<String> known) {
    for (int i = 0; i < known.size(); i++) {
      if (known.get(i).equalsIgnoreCase(nationality)) {
        return i;
      }
    }
    throw Failure.user(
        "--nationality "
            + nationality
            + " is not known to the model, which knows "
            + String.join(", ", known));
  }

  private void tell(List<String> names, int[] languages, List<String> known) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    int width = names.stream().mapToInt(String::length).max().orElse(0);
    for (int i = 0; i < count; i++) {
      String name = names.get(i);
      out.println(
          nationality != null
              ? name
              : name + " ".repeat(width - name.length()) + "  " + known.get(languages[i]));
    }
    json.print(
        out,
        line -> {
          line.writeArrayFieldStart("names");
          for (int i = 0; i < count; i++) {
            line.writeStartObject();
            line.writeStringField("name", names.get(i));
            line.writeStringField("nationality", known.get(languages[i]));
            line.writeEndObject();
          }
          line.writeEndArray();
        });
  }
}
