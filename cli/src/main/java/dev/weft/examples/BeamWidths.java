package dev.weft.examples;

import dev.weft.decoding.BeamSearch;
import dev.weft.tensor.Philox;
import java.util.Locale;

/// What a wider beam finds: over 100 random models, the mean log-probability of the best sequence
/// of ten tokens, and how often it is better or worse than with the width before. Wider is dearer
/// and usually better, but not always: a wider beam may lose the prefix that a narrow one followed.
final class BeamWidths {
  static final int MODELS = 100;
  static final int[] WIDTHS = {1, 2, 4, 8};

  private BeamWidths() {}

  static void run(Setting setting) {
    double[][] scores = new double[WIDTHS.length][MODELS];
    for (int m = 0; m < MODELS; m++) {
      Philox random = new Philox(7, Philox.Purpose.INITIALISATION, 0, m);
      RandomBigrams model = RandomBigrams.of(setting.device(), 50, 1.5, random);
      for (int w = 0; w < WIDTHS.length; w++) {
        scores[w][m] = new BeamSearch(WIDTHS[w], 1, 10).search(model, 0).getFirst().score();
      }
    }
    setting.out().println("beams  mean best score  better  worse");
    for (int w = 0; w < WIDTHS.length; w++) {
      double sum = 0;
      int better = 0;
      int worse = 0;
      for (int m = 0; m < MODELS; m++) {
        sum += scores[w][m];
        better += w > 0 && scores[w][m] > scores[w - 1][m] ? 1 : 0;
        worse += w > 0 && scores[w][m] < scores[w - 1][m] ? 1 : 0;
      }
      setting
          .out()
          .printf(Locale.ROOT, "%5d  %15.4f  %6d  %5d%n", WIDTHS[w], sum / MODELS, better, worse);
    }
  }
}
