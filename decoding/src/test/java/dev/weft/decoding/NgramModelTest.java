package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import org.junit.jupiter.api.Test;

class NgramModelTest {

  @Test
  void probabilitiesOfAnyHistorySumToOne() {
    int vocabulary = 7;
    NgramModel model = NgramModel.train(randomDocuments(20, 50, vocabulary), vocabulary, 4);
    int[][] histories = {{}, {0}, {3, 3}, {1, 2, 3}, {6, 5, 4, 3, 2}, {2, 2, 2, 2}};
    for (int[] history : histories) {
      double sum = 0;
      for (int token = 0; token < vocabulary; token++) {
        sum += Math.exp(model.logProbability(history, token));
      }
      assertEquals(1, sum, 1e-12);
    }
  }

  /// By hand: the document 0 1 0 2 has the bigrams 01, 10, 02, once each, so D = 1 for bigrams.
  /// Unigrams count contexts: 1 and 2 follow one token, 0 follows one and begins the document: 2,
  /// 1, 1, of which n1 = 2, n2 = 1, D = ½.
  @Test
  void aSmallCaseEqualsTheHandCount() {
    NgramModel model = NgramModel.train(new int[][] {{0, 1, 0, 2}}, 3, 2);
    double left = 0.5 * 3 / 4; // mass that three discounts of ½ free among four counts
    double zero = 1.5 / 4 + left / 3;
    double one = 0.5 / 4 + left / 3;
    assertEquals(Math.log(zero), model.logProbability(new int[] {}, 0), 1e-12);
    assertEquals(Math.log(one), model.logProbability(new int[] {}, 1), 1e-12);
    // After 0 the two seen bigrams give all their mass away: D = 1.
    assertEquals(Math.log(zero), model.logProbability(new int[] {0}, 0), 1e-12);
    // After 2 nothing was seen: back to the unigrams.
    assertEquals(Math.log(one), model.logProbability(new int[] {2}, 2), 1e-12);
  }

  @Test
  void aPatternIsLearntByTheOrderThatSeesIt() {
    int[] document = new int[3000];
    for (int i = 0; i < document.length; i++) {
      document[i] = new int[] {0, 0, 1, 2}[i % 4];
    }
    double unigram = NgramModel.train(new int[][] {document}, 3, 1).logProbabilityOf(document, 10);
    double trigram = NgramModel.train(new int[][] {document}, 3, 3).logProbabilityOf(document, 10);
    assertTrue(trigram > unigram / 20, trigram + " against " + unigram);
  }

  @Test
  void onlyTheLastIdsOfAHistoryCount() {
    NgramModel model = NgramModel.train(randomDocuments(5, 40, 5), 5, 3);
    assertEquals(
        model.logProbability(new int[] {1, 2}, 3),
        model.logProbability(new int[] {4, 0, 4, 1, 2}, 3));
  }

  @Test
  void idsOutsideTheVocabularyAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> NgramModel.train(new int[][] {{0, 5}}, 5, 2));
    assertThrows(IllegalArgumentException.class, () -> NgramModel.train(new int[][] {{0}}, 5, 0));
  }

  private static int[][] randomDocuments(int count, int length, int vocabulary) {
    Philox random = new Philox(11, Philox.Purpose.SHUFFLE, 0, 0);
    int[][] documents = new int[count][length];
    for (int[] document : documents) {
      for (int i = 0; i < length; i++) {
        document[i] = (int) (vocabulary * random.nextUniform() * random.nextUniform());
      }
    }
    return documents;
  }
}
