package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.BeamListener;
import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.BeamTree;
import dev.weft.decoding.EarlyStop;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Rescoring;
import dev.weft.decoding.ScoredSequence;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Known beam searches with the published 124M weights; see [PublishedWeights].
class PublishedBeamsTest {
  private static final String WALK = "I enjoy walking with my cute dog";
  private static final String RULE = "I don't want to rule the universe. I just think";

  @RegisterExtension private final PublishedWeights weights = new PublishedWeights();

  private List<ScoredSequence> search(BeamSearch search, String prompt) {
    BeamSearch ending = search.endTokens(weights.tokenizer().endOfText());
    return ending.search(weights.model(), weights.encode(prompt));
  }

  private String text(ScoredSequence sequence) {
    return weights.tokenizer().decode(sequence.generated());
  }

  @Test
  @DisplayName("G4: two results of six beams, cached and uncached, that rescoring reproduces")
  void twoOfSix() {
    int[] prompt = weights.encode(RULE);
    BeamSearch six = new BeamSearch(6, 2, 20).endTokens(weights.tokenizer().endOfText());
    List<ScoredSequence> cached = six.search(weights.model(), prompt);
    List<ScoredSequence> uncached = six.search(new Replay(weights.model()), prompt);
    assertEquals(2, cached.size());
    assertTrue(cached.get(0).score() >= cached.get(1).score());
    for (int i = 0; i < 2; i++) {
      ScoredSequence found = cached.get(i);
      assertArrayEquals(uncached.get(i).ids(), found.ids());
      assertEquals(uncached.get(i).score(), found.score());
      assertEquals(
          Rescoring.score(weights.model(), prompt, found.generated()), found.score(), 1e-4);
    }
  }

  @Test
  @DisplayName("G5: three results of six beams, with the scores of the first two steps")
  void threeOfSix() {
    List<String> lines = new ArrayList<>();
    BeamListener listener = BeamListener.lines(weights.tokenizer(), lines::add);
    List<ScoredSequence> found = search(new BeamSearch(6, 3, 10).listener(listener), RULE);
    double[] scores = {
      -1.284, -1.473, -2.682, -2.987, -3.010, -3.052, // the first step
      -1.687, -3.738, -3.739, -3.754, -4.030, -4.171
    };
    String[] texts = {
      " it", " that", " we", " I", " there", " the",
      " it's", " that it", " there's", " that if", " it is", " that the"
    };
    for (int i = 0; i < scores.length; i++) {
      String[] line = lines.get(i).split(" ", 2);
      assertEquals(scores[i], Double.parseDouble(line[0]), 0.005, lines.get(i));
      assertEquals('"' + texts[i] + '"', line[1]);
    }
    double[] last = {-12.560, -13.238, -13.411};
    String[] endings = {
      " there's a lot of things that need to be",
      " it's too much of a stretch to say that",
      " there's a lot of things we can do to"
    };
    for (int i = 0; i < 3; i++) {
      assertEquals(last[i], found.get(i).score(), 0.005);
      assertEquals(endings[i], text(found.get(i)));
    }
  }

  @Test
  @DisplayName("G7: three beams two steps on, and what an n-gram rule changes")
  void threeBeams() {
    String prompt = "When I was";
    List<ScoredSequence> two = search(new BeamSearch(3, 3, 2), prompt);
    double[] scores = {-3.1, -3.2, -4.6};
    String[] texts = {" a kid", " growing up", " in the"};
    for (int i = 0; i < 3; i++) {
      assertEquals(scores[i], two.get(i).score(), 0.1);
      assertEquals(texts[i], text(two.get(i)));
    }
    BeamTree tree = new BeamSearch(3, 3, 2).trace(weights.model(), weights.encode(prompt));
    int a = weights.encode(" a")[0];
    List<BeamTree.Node> afterA =
        tree.nodes().stream()
            .filter(node -> node.step() == 2 && tree.nodes().get(node.parent()).token() == a)
            .toList();
    double[] nodeScores = {-3.1, -4.8, -4.9};
    String[] words = {" kid", " child", " little"};
    for (int i = 0; i < 3 && i < afterA.size(); i++) {
      assertEquals(words[i], weights.tokenizer().decode(afterA.get(i).token()));
      assertEquals(nodeScores[i], afterA.get(i).score(), 0.1);
    }
    assertFalse(afterA.isEmpty());
    for (ScoredSequence free : search(new BeamSearch(3, 3, 5), prompt)) {
      assertTrue(text(free).contains(" I was"), text(free));
    }
    for (ScoredSequence bound : search(new BeamSearch(3, 3, 5).noRepeatNgram(2), prompt)) {
      assertFalse(text(bound).contains(" I was"), text(bound));
    }
  }

  /// Hugging Face's `early_stopping=True` and its default length penalty, to 50 ids in all.
  private static BeamSearch asPublished(int returned) {
    return new BeamSearch(5, returned, 43).earlyStop(EarlyStop.ALL_BEAMS).lengthPenalty(1);
  }

  @Test
  @DisplayName("G12: five beams repeat themselves")
  void fiveBeams() {
    String text = text(search(asPublished(1), WALK).get(0));
    assertTrue(
        text.endsWith(
            " walk with him again.\n\nI'm not sure if I'll ever be able to walk with him again. I'm"
                + " not sure if I'll"),
        text);
  }

  @Test
  @DisplayName("G13: five beams without repeated bigrams")
  void fiveBeamsWithoutRepeatedBigrams() {
    List<ScoredSequence> found = search(asPublished(5).noRepeatNgram(2), WALK);
    String[] whom = {"him", "him", "her", "her", "him"};
    String[] endings = {
      "take a break", "get back to", "take a break", "get back to", "take a step"
    };
    for (int i = 0; i < 5; i++) {
      String text = text(found.get(i));
      assertTrue(text.contains(" walk with " + whom[i] + " again."), text);
      assertTrue(text.endsWith(endings[i]), text);
    }
    assertTrue(
        text(found.get(0))
            .endsWith(
                " again.\n\nI've been thinking about this for a while now, and I think it's time"
                    + " for me to take a break"));
  }

  @Test
  @DisplayName("G15: a score is the sum of its steps over length^penalty")
  void scoresAreSumsOfSteps() {
    int[] prompt = weights.encode("Today is");
    List<ScoredSequence> found =
        search(new BeamSearch(4, 4, 5).earlyStop(EarlyStop.ALL_BEAMS).lengthPenalty(1), "Today is");
    for (ScoredSequence one : found) {
      double sum = Rescoring.score(weights.model(), prompt, one.generated());
      assertEquals(sum / one.generated().length, one.score(), 1e-4);
    }
  }
}
