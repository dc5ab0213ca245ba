package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Sampler;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Known continuations of the published 124M weights, whose folder `-Dweft.gpt2.weights` names;
/// skipped without it.
class PublishedWeightsTest {
  private Gpt2Tokenizer tokenizer;
  private Gpt2Inference model;

  @BeforeEach
  void openModel() throws IOException {
    String folder = System.getProperty("weft.gpt2.weights");
    assumeTrue(folder != null, "no published weights: name their folder in -Dweft.gpt2.weights");
    try (Gpt2Folder files = Gpt2Folder.open(Path.of(folder))) {
      tokenizer = files.tokenizer();
      model = files.inference(Devices.best(), DType.F32);
    }
  }

  @AfterEach
  void closeModel() {
    if (model != null) {
      model.close();
    }
  }

  private Continuation greedy(String prompt, int tokens) {
    return new Generator(Sampler.GREEDY, 0, tokens)
        .tokenizer(tokenizer, false)
        .generate(model, tokenizer.encode(prompt));
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
    int[] prompt = tokenizer.encode("Former President of the United States of America, George");
    float[] logits;
    try (Scope _ = new Scope()) {
      logits = model.logits(new int[][] {prompt}).toFloats();
    }
    for (int id : new int[] {2669, 5511}) {
      int better = 0;
      for (float logit : logits) {
        better += logit > logits[id] ? 1 : 0;
      }
      assertTrue(better < 10, tokenizer.decode(id) + " has rank " + better);
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
}
