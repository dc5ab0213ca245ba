package dev.weft.examples.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.examples.data.Labelled;
import dev.weft.examples.data.LabelledTexts;
import dev.weft.examples.data.Mails;
import dev.weft.examples.data.Surnames;
import java.util.List;
import org.junit.jupiter.api.Test;

class NaiveBayesTest {
  /// The worked example of the book that the class names: 3 documents of class 0, 1 of class 1,
  /// six kinds of words.
  private static final List<Labelled> BOOK =
      List.of(
          new Labelled("Chinese Beijing Chinese", 0),
          new Labelled("Chinese Chinese Shanghai", 0),
          new Labelled("Chinese Macao", 0),
          new Labelled("Tokyo Japan Chinese", 1));

  @Test
  void theWorkedExampleComesOut() {
    NaiveBayes model = NaiveBayes.train(BOOK, 2, NaiveBayes.words(100), 1);
    double[] joint = model.logJoint("Chinese Chinese Chinese Tokyo Japan");
    assertEquals(Math.log(3 / 4.0 * Math.pow(3 / 7.0, 3) / 14 / 14), joint[0], 1e-12);
    assertEquals(Math.log(1 / 4.0 * Math.pow(2 / 9.0, 5)), joint[1], 1e-12);
    assertEquals(0, model.classify("Chinese Chinese Chinese Tokyo Japan"));
    assertEquals(1, model.classify("Tokyo Japan"));
  }

  @Test
  void unknownFeaturesAreSkipped() {
    NaiveBayes model = NaiveBayes.train(BOOK, 2, NaiveBayes.words(100), 1);
    assertEquals(Math.log(3 / 4.0), model.logJoint("Osaka")[0], 1e-12);
    assertThrows(
        IllegalArgumentException.class, () -> NaiveBayes.train(BOOK, 2, NaiveBayes.words(100), 0));
  }

  @Test
  void gramsCrossTheEndsOfAName() {
    assertEquals(
        List.of("^", "^a", "^ab", "a", "ab", "ab$", "b", "b$", "$"),
        NaiveBayes.characterGrams(3).apply("Ab"));
  }

  @Test
  void onlyTheFirstWordsCount() {
    assertEquals(List.of("buy", "now", "!"), NaiveBayes.words(3).apply("Buy NOW! Cheap"));
    assertEquals(List.of("buy"), NaiveBayes.words(3).apply("buy"));
  }

  @Test
  void theMajorityIsOneClassWhateverTheText() {
    Classifier majority = Classifier.majority(BOOK);
    assertEquals(0, majority.classify("Tokyo"));
    assertEquals(3 / 4.0, majority.confusion(List.of("china", "other"), BOOK).accuracy());
  }

  @Test
  void generatedDataCanBeLearnt() {
    assertLearns(Surnames.generated(4, 100, 1), NaiveBayes.characterGrams(3));
    assertLearns(Mails.generated(300, 1), NaiveBayes.words(100));
  }

  private static void assertLearns(
      LabelledTexts data, java.util.function.Function<String, List<String>> features) {
    List<Labelled> training = data.parts().training();
    NaiveBayes model = NaiveBayes.train(training, data.classes().size(), features, 0.1);
    double learnt = model.confusion(data.classes(), data.parts().test()).accuracy();
    double majority =
        Classifier.majority(training).confusion(data.classes(), data.parts().test()).accuracy();
    assertTrue(learnt > 0.75 && learnt > majority + 0.2, learnt + " against " + majority);
  }
}
