package dev.weft.examples.classify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.examples.data.Labelled;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TextClassifierTest {
  private static final List<String> TEXTS = List.of("abba", "", "cab", "abcabcabcabc", "x");

  @TempDir Path folder;

  private static TextClassifier classifier() {
    var vectorizer = new Vectorizer(Level.CHARACTERS, Vocabulary.of(List.of("a", "b", "c")));
    var reading =
        new TextClassifier.Reading("letters", List.of("one", "two", "three"), vectorizer, 6);
    RnnConfig rnn = RnnConfig.of(Gating.GRU, 4, 5).withBidirectional(true);
    ClassifierConfig config =
        ClassifierConfig.ofIds(vectorizer.vocabularySize(), rnn, 3).withDropout(0.5);
    TextClassifier classifier =
        TextClassifier.create(reading, config, Devices.best(), new Noise(3));
    classifier.network().eval();
    return classifier;
  }

  @Test
  void aTextIsReadBetweenStartAndEndAsFarAsItMay() {
    try (TextClassifier classifier = classifier()) {
      assertArrayEquals(new int[] {2, 4, 1, 5, 3}, classifier.reading().ids("axb"));
      assertArrayEquals(new int[] {2, 3}, classifier.reading().ids(""));
      assertArrayEquals(
          classifier.reading().ids("abcabc"), classifier.reading().ids("abcabcabcabc"));
    }
  }

  @Test
  void aTextIsClassifiedAlikeAloneAndAmongOthers() {
    try (TextClassifier classifier = classifier()) {
      float[][] together = classifier.probabilities(TEXTS);
      for (int i = 0; i < TEXTS.size(); i++) {
        assertArrayEquals(classifier.probabilities(List.of(TEXTS.get(i)))[0], together[i]);
      }
    }
  }

  @Test
  void countsWhatItClassifies() {
    try (TextClassifier classifier = classifier()) {
      List<Labelled> examples = new ArrayList<>();
      int[][] wanted = new int[3][3];
      for (int i = 0; i < TEXTS.size(); i++) {
        examples.add(new Labelled(TEXTS.get(i), i % 3));
        wanted[i % 3][classifier.classify(TEXTS.get(i))]++;
      }
      List<String> classes = classifier.reading().classes();
      assertArrayEquals(wanted, classifier.confusion(classes, examples).counts());
    }
  }

  @Test
  void aSavedOneClassifiesAsItDid() throws IOException {
    try (TextClassifier classifier = classifier()) {
      classifier.save(folder);
      try (TextClassifier loaded = TextClassifier.load(folder, Devices.best())) {
        assertEquals(classifier.reading(), loaded.reading());
        assertArrayEquals(classifier.probabilities(TEXTS), loaded.probabilities(TEXTS));
      }
    }
  }

  @Test
  void filesThatDoNotFitAreRefused() throws IOException {
    try (TextClassifier classifier = classifier()) {
      classifier.save(folder);
    }
    Path file = folder.resolve("classifier.json");
    String text = Files.readString(file);
    refused(file, text.replace(", \"three\"", ""), "names 2");
    refused(file, text.replace("\"longest\" : 6", "\"longest\" : 0"), "longest");
    refused(file, text.substring(0, text.length() / 2), "no valid JSON");
  }

  private void refused(Path file, String text, String reason) throws IOException {
    Files.writeString(file, text);
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> TextClassifier.load(folder, Devices.best()));
    assertTrue(error.getMessage().contains(reason), error.getMessage());
  }
}
