package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.History;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import dev.weft.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Known continuations of the published 124M weights; see [PublishedWeights].
class PublishedWeightsTest {
  @RegisterExtension private final PublishedWeights weights = new PublishedWeights();

  private Continuation greedy(String prompt, int tokens) {
    return new Generator(Sampler.GREEDY, 0, tokens)
        .tokenizer(weights.tokenizer(), false)
        .generate(weights.model(), weights.encode(prompt));
  }

  @Test
  @DisplayName("S1-26, G1: jingle bells, all the way up to the top of the mountain")
  void jingleBells() {
    for (int run = 0; run < 2; run++) {
      Continuation c = greedy("Jingle bells, jingle bells, jingle all the way", 8);
      assertArrayEquals(new int[] {510, 284, 262, 1353, 286, 262, 8598, 13}, c.generated());
    }
  }

  @Test
  @DisplayName("G2: presidents named George")
  void presidents() {
    int[] prompt = weights.encode("Former President of the United States of America, George");
    float[] logits;
    try (Scope _ = new Scope()) {
      logits = weights.model().logits(new int[][] {prompt}).toFloats();
    }
    for (int id : new int[] {2669, 5511}) {
      int better = 0;
      for (float logit : logits) {
        better += logit > logits[id] ? 1 : 0;
      }
      assertTrue(better < 10, weights.tokenizer().decode(id) + " has rank " + better);
    }
  }

  @Test
  @DisplayName("G8: the dog in the field")
  void dog() {
    int[] wanted = {
      464, 3290, 373, 1043, 287, 257, 2214, 1474, 262, 16246, 286, 2688, 290, 2688, 27262, 13, 198,
      198, 464, 3290
    };
    assertArrayEquals(wanted, greedy("The dog", 18).ids());
  }

  @Test
  @DisplayName("G11: walking with a dog, over and over")
  void walking() {
    assertEquals(
        ", but I'm not sure if I'll ever be able to walk with my dog. I'm not sure if I'll ever be"
            + " able to walk with my dog.\n\nI'm not sure if I'll",
        greedy("I enjoy walking with my cute dog", 43).text());
  }

  @Test
  @DisplayName("G14: today is the day, with log-probabilities")
  void logProbabilities() {
    int[] next = {262, 1110, 618, 356, 460};
    double[] wanted = {-1.414, -2.609, -2.010, -1.859, -2.508};
    Continuation c = greedy("Today is", 5);
    assertArrayEquals(next, c.generated());
    assertArrayEquals(wanted, c.logProbabilities(), 1e-3);
  }

  @Test
  @DisplayName("G3: the same text with and without the cache")
  void cachedAndUncached() {
    String prompt = "It is pitch black. You are likely to be eaten by a grue.";
    SamplingOptions options =
        SamplingOptions.DEFAULT
            .withSeed(1010)
            .withTemperature(0)
            .withMaxTokensGenerated(15)
            .withStopAtEos(false);
    assertEquals(
        Sampling.sampleTokens(weights.model(), weights.tokenizer(), prompt, options),
        Sampling.sampleTokensWithCache(weights.model(), weights.tokenizer(), prompt, options));
  }

  @Test
  @DisplayName("G6: where John and Mary went")
  void churchAndHouse() {
    int[] prompt = weights.encode("John and Mary went to the");
    int[] places = new int[5];
    String[] words = {" church", " house", " temple", " same", " Church"};
    double[] wanted = {0.0648, 0.0367, 0.0145, 0.0104, 0.0097};
    float[] logits;
    try (Scope _ = new Scope()) {
      logits = weights.model().logits(new int[][] {prompt}).toFloats();
    }
    History history = new History(prompt);
    double[] all = Sampler.of(1, 0, 0, 0).distribution(logits, history);
    double[] five = Sampler.of(1, 0, 5, 0).distribution(logits, history);
    double[] nucleus = Sampler.of(1, 0, 0, 0.1).distribution(logits, history);
    double sum = 0;
    for (int i = 0; i < 5; i++) {
      places[i] = weights.encode(words[i])[0];
      assertEquals(wanted[i], all[places[i]], 1e-4, words[i]);
      sum += all[places[i]];
    }
    for (int i = 0; i < 5; i++) {
      assertEquals(all[places[i]] / sum, five[places[i]], 1e-6, words[i]);
    }
    assertEquals(2, Arrays.stream(nucleus).filter(p -> p > 0).count());
    assertTrue(nucleus[places[0]] > 0 && nucleus[places[1]] > 0);
  }

  private void assertBatch(int tokens, String[] prompts, String... wanted) {
    int[][] ids = Arrays.stream(prompts).map(weights::encode).toArray(int[][]::new);
    Generator greedy =
        new Generator(Sampler.GREEDY, 0, tokens).tokenizer(weights.tokenizer(), false);
    List<Continuation> rows = greedy.generateAll(weights.model(), ids);
    for (int r = 0; r < prompts.length; r++) {
      assertEquals(wanted[r], prompts[r] + rows.get(r).text());
      assertArrayEquals(greedy.generate(weights.model(), ids[r]).ids(), rows.get(r).ids());
    }
  }

  @Test
  @DisplayName("G9: prompts of two lengths side by side equal single runs")
  void raggedBatch() {
    assertBatch(
        13,
        new String[] {"Hello, my dog is a little", "Today, I"},
        "Hello, my dog is a little bit of a mess. I'm not sure if he's going",
        "Today, I'm going to be doing a lot of research on this. I");
  }

  @Test
  @DisplayName("G10: a batch with the texts that half precision gives elsewhere, here in F32")
  void batchOfHalfPrecision() {
    assertBatch(
        20,
        new String[] {"hi", "Hello this is a very long sentence"},
        "hi, who was born in the city of Kolkata, was a member of the Kolkata",
        "Hello this is a very long sentence. I'm sorry. I'm sorry. I'm sorry. I'm sorry. I'm"
            + " sorry");
  }
}
