package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.examples.classify.TextClassifier;
import dev.weft.examples.classify.TextClassifier.Reading;
import dev.weft.nn.Noise;
import dev.weft.rnn.ClassifierConfig;
import dev.weft.rnn.Level;
import dev.weft.rnn.RnnConfig;
import dev.weft.rnn.Vectorizer;
import dev.weft.rnn.Vocabulary;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Gating;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Trains on made-up data through the command line, and classifies with what that leaves.
final class TrainClassifierTest {
  private static final Map<String, String> SMALL =
      Map.ofEntries(
          Map.entry("--data", "generated"),
          Map.entry("--embedding", "16"),
          Map.entry("--hidden", "16"),
          Map.entry("--dropout", "0.1"),
          Map.entry("--batch", "16"),
          Map.entry("--rate", "1e-2"));

  @TempDir Path folder;

  /// @param more options, each before its value
  private Run train(String task, String... more) {
    Map<String, String> options = new TreeMap<>(SMALL);
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    List<String> command = new ArrayList<>(List.of("train", task, "--json"));
    options.putIfAbsent("--out", folder.toString());
    options.forEach((name, value) -> command.addAll(List.of(name, value)));
    return Run.weft(command.toArray(String[]::new));
  }

  private static JsonNode figures(Run run) throws IOException {
    assertEquals(0, run.exitCode(), run.err());
    return new ObjectMapper().readTree(run.lastLine());
  }

  @Test
  void aTrainedModelNamesTheThreeLikeliestLanguages() throws IOException {
    JsonNode trained = figures(train("nationality", "--epochs", "8"));
    for (String name :
        List.of("accuracy", "macro_f1", "baseline_accuracy", "baseline_macro_f1", "seconds")) {
      assertTrue(trained.get(name).asDouble() > 0, name + ": " + trained);
    }
    assertTrue(trained.get("accuracy").asDouble() > trained.get("majority_accuracy").asDouble());
    assertEquals(8, trained.get("epochs").asInt());
    for (String file :
        List.of("train.csv", "curves.png", "curves.svg", "confusion.png", "confusion.svg")) {
      assertTrue(Files.size(folder.resolve(file)) > 0, file);
    }

    Run run = Run.weft("classify", "nationality", "Zubado", "Mi", "--model", folder + "", "--json");
    JsonNode texts = figures(run).get("texts");
    assertEquals(3, run.out().lines().count(), "a line for each name, and the JSON");
    assertEquals("Zubado", texts.at("/0/name").asText());
    for (JsonNode text : texts) {
      List<Double> probabilities = new ArrayList<>();
      text.get("classes").forEach(guess -> probabilities.add(guess.get("probability").asDouble()));
      assertEquals(3, probabilities.size());
      assertEquals(
          probabilities.stream().sorted((p, q) -> Double.compare(q, p)).toList(), probabilities);
      assertTrue(probabilities.stream().mapToDouble(p -> p).sum() <= 1 + 1e-6, "" + text);
    }
  }

  @Test
  void aTextOfWhichNothingIsKnownIsNoted() throws IOException {
    figures(train("nationality", "--epochs", "1"));
    Run run =
        Run.weft("classify", "nationality", "中村", "Mi", "", "--model", folder + "", "--seed=3");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(3, run.out().lines().count());
    String note = "nothing in '%s' is known to the model: it only guesses%n";
    assertEquals(note.formatted("中村") + note.formatted(""), run.err());
  }

  @Test
  void anAccentMayBeACharacterOfItsOwn() throws IOException {
    Reading reading =
        new Reading(
            "nationality",
            List.of("one", "two"),
            new Vectorizer(Level.CHARACTERS, Vocabulary.of(List.of("M", "ü", "l"))),
            9);
    ClassifierConfig config =
        ClassifierConfig.ofIds(7, RnnConfig.of(Gating.TANH, 4, 4), reading.classes().size());
    float[] known;
    try (var model = TextClassifier.create(reading, config, Devices.best(), new Noise(1))) {
      model.save(folder);
      known = model.probabilities(List.of("Mül"))[0];
    }
    Run run = Run.weft("classify", "nationality", "Mül", "Mu\u0308l", "--model", folder + "");
    List<String> told = run.out().lines().map(line -> line.replaceFirst("^\\S+ +", "")).toList();
    assertEquals(2, told.size());
    assertEquals(told.get(0), told.get(1));
    String likelier = known[0] >= known[1] ? "one" : "two";
    float most = Math.max(known[0], known[1]);
    String expected = String.format(Locale.ROOT, "%s %.1f %%", likelier, 100 * most);
    assertTrue(told.get(0).startsWith(expected), told.get(0) + " is not " + expected);
  }

  @Test
  void aClassifierContinuesNoText() throws IOException {
    figures(train("nationality", "--epochs", "1"));
    Run run = Run.weft("generate", "--model", folder + "");
    assertEquals(2, run.exitCode());
    assertEquals(
        "weft generate: --model "
            + folder
            + " is a model of another kind (sequence classifier) and continues no text:"
            + " `weft classify` and `weft reverse` use such models\n",
        run.err());
  }

  @Test
  @DisplayName("S0-22: a classifier of made-up mails finds more than 95 % of the classes")
  void aTrainedModelTellsSpam() throws IOException {
    JsonNode trained = figures(train("spam", "--epochs", "6"));
    assertTrue(trained.get("accuracy").asDouble() > 0.95, "" + trained);
    assertTrue(trained.get("f1").asDouble() > 0.9, "" + trained);
    Path spam = mail("spam", "spama spamb wordc spamd spame spamf");
    Path ham = mail("ham", "hama hamb wordc hamd hame hamf");
    Run run = Run.weft("classify", "spam", spam + "", ham + "", "--model", folder + "", "--json");
    JsonNode texts = figures(run).get("texts");
    assertEquals("spam", texts.at("/0/classes/0/class").asText());
    assertEquals("ham", texts.at("/1/classes/0/class").asText());
  }

  private Path mail(String name, String body) throws IOException {
    String words = (body + " ").repeat(5);
    return Files.writeString(
        folder.resolve(name + ".txt"), "From: a@b.example\nSubject: mail\n\n" + words);
  }

  @Test
  void theSameSeedTrainsTheSameModelToTheLastBit() throws IOException {
    figures(train("nationality", "--epochs", "1"));
    byte[] first = Files.readAllBytes(folder.resolve("model.safetensors"));
    figures(train("nationality", "--epochs", "1"));
    assertEquals(-1, Files.mismatch(folder.resolve("model.safetensors"), write(first)));
    figures(train("nationality", "--epochs", "1", "--seed", "2"));
    assertFalse(Files.mismatch(folder.resolve("model.safetensors"), write(first)) < 0);
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("first"), bytes);
  }

  @Test
  void aPictureThatCannotBeDrawnCostsNoModel() throws IOException {
    Files.createDirectories(folder.resolve("curves.png"));
    Run run = train("nationality", "--epochs", "1");
    assertEquals(1, run.exitCode(), run.err());
    assertTrue(run.err().contains("curves.png"), run.err());
    figures(Run.weft("classify", "nationality", "Mi", "--model", folder + "", "--json"));
  }

  @Test
  void aFolderWithAModelOfAnotherKindIsLeftAlone() throws IOException {
    String gpt2 = "{\"n_embd\": 4}";
    Path config = Files.writeString(folder.resolve("config.json"), gpt2);
    for (String model : List.of("nationality", "surnames", "seq2seq")) {
      List<String> command = new ArrayList<>(List.of("train", model, "--out", folder + ""));
      command.addAll(model.equals("seq2seq") ? List.of() : List.of("--data", "generated"));
      assertRefused(Run.weft(command.toArray(String[]::new)), "holds another model");
    }
    assertEquals(gpt2, Files.readString(config));
    figures(train("nationality", "--out", folder.resolve("new") + "", "--epochs", "1"));
    assertRefused(
        Run.weft("train", "gpt2", "--data", config + "", "--out", folder.resolve("new") + ""),
        "holds a sequence classifier");
    Run other = Run.weft("sample", "surnames", "--model", folder.resolve("new") + "");
    assertRefused(other, "kind must be \"recurrent language model\" but is \"sequence");
    assertFalse(other.err().contains("trains a model there"), "it would replace this one");
  }

  @Test
  void dataThatTrainsNothingIsToldWithItsSizes() throws IOException {
    for (String group : List.of("easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2")) {
      Files.createDirectories(folder.resolve("mails/" + group));
      Files.writeString(folder.resolve("mails/" + group + "/1.txt"), "\n" + group);
    }
    assertRefused(train("spam", "--data", folder + "/mails"), "3 different mails with a text are");
    for (int i = 0; i < 30; i++) {
      Files.writeString(folder.resolve("mails/easy-ham-1/" + i + ".txt"), "\n" + "a".repeat(i + 2));
    }
    for (String group : List.of("spam-1", "spam-2")) {
      Files.writeString(folder.resolve("mails/" + group + "/1.txt"), "\n7");
    }
    assertRefused(train("spam", "--data", folder + "/mails"), "texts for training is spam");
  }

  @Test
  void aModelOfAnotherTaskIsRefused() throws IOException {
    figures(train("nationality", "--epochs", "1"));
    Path mail = mail("mail", "hello");
    assertRefused(
        Run.weft("classify", "spam", mail + "", "--model", folder + ""),
        "tells nationality, not spam");
  }

  @Test
  void aMissingModelIsToldWithTheCommandThatTrainsOne() {
    Path none = folder.resolve("none");
    assertRefused(
        Run.weft("classify", "nationality", "Nowak", "--model", none + ""),
        "`weft train nationality --out " + none + "`");
  }

  @Test
  void missingMailsAreToldWithTheLineThatFetchesThem() {
    Path none = folder.resolve("none");
    assertRefused(train("spam", "--data", none + ""), "tools/data/fetch spam " + none);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--epochs 0",
        "--batch 0",
        "--rate 0",
        "--rate NaN",
        "--decay -1",
        "--patience 0",
        "--embedding 0",
        "--hidden 0",
        "--layers 0",
        "--dropout 1",
        "--data /no/such/file",
        "--device none",
        "--threads 5000",
      })
  void whatCannotWorkIsRefusedInOneSentenceBeforeTraining(String option) {
    String[] parts = option.split(" ");
    String reason = parts[0].equals("--device") ? "device none" : parts[0];
    Path out = folder.resolve("out");
    Run run = train("nationality", parts[0], parts[1], "--out", out + "");
    assertRefused(run, reason);
    assertFalse(Files.exists(out), "nothing was made");
  }

  @ParameterizedTest
  @ValueSource(strings = {"100000", "2000000000"})
  void aNetworkThatIsTooLargeIsRefusedInOneSentence(String hidden) {
    assertRefused(train("nationality", "--hidden", hidden), "more than");
  }

  private static void assertRefused(Run run, String reason) {
    assertEquals(2, run.exitCode(), run.out());
    assertTrue(run.err().contains(reason), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
