package dev.weft.examples.classify;

import dev.weft.examples.data.Labelled;
import dev.weft.rnn.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Multinomial naive Bayes: P(class | text) ∝ P(class) · Π P(feature | class) over the text's
/// features, where P(feature | class) = (count + α) / (features of the class + α · kinds).
/// Features that training never saw are skipped. Manning, Raghavan and Schütze, "Introduction to
/// information retrieval", 2008, chapter 13.
public final class NaiveBayes implements Classifier {
  private final Function<String, List<String>> features;
  private final double[] prior; // ln P(class)
  private final Map<String, double[]> likelihood = new HashMap<>(); // ln P(feature | class)

  private NaiveBayes(Function<String, List<String>> features, int classes) {
    this.features = features;
    prior = new double[classes];
  }

  /// Counts the features of the examples.
  ///
  /// @param features of a text, each as often as it occurs
  /// @param classes labels are 0 … classes − 1, each of at least one example
  /// @param alpha added to every count; above 0
  public static NaiveBayes train(
      List<Labelled> examples, int classes, Function<String, List<String>> features, double alpha) {
    if (!(alpha > 0)) {
      throw new IllegalArgumentException("naive Bayes: α must be above 0 but is " + alpha);
    }
    NaiveBayes model = new NaiveBayes(features, classes);
    double[] totals = new double[classes];
    for (Labelled example : examples) {
      model.prior[example.label()]++;
      for (String feature : features.apply(example.text())) {
        model.likelihood.computeIfAbsent(feature, key -> new double[classes])[example.label()]++;
        totals[example.label()]++;
      }
    }
    int kinds = model.likelihood.size();
    for (double[] counts : model.likelihood.values()) {
      for (int label = 0; label < classes; label++) {
        counts[label] = StrictMath.log((counts[label] + alpha) / (totals[label] + alpha * kinds));
      }
    }
    for (int label = 0; label < classes; label++) {
      model.prior[label] = StrictMath.log(model.prior[label] / examples.size());
    }
    return model;
  }

  /// ln P(class, text) of each class; the features' part only for those that are known.
  public double[] logJoint(String text) {
    double[] sum = prior.clone();
    for (String feature : features.apply(text)) {
      double[] logs = likelihood.get(feature);
      if (logs != null) {
        for (int label = 0; label < sum.length; label++) {
          sum[label] += logs[label];
        }
      }
    }
    return sum;
  }

  /// The most probable class, the lowest label of several.
  @Override
  public int classify(String text) {
    double[] joint = logJoint(text);
    int best = 0;
    for (int label = 1; label < joint.length; label++) {
      best = joint[label] > joint[best] ? label : best;
    }
    return best;
  }

  /// The runs of 1 … `longest` characters of a text in lower case between `^` and `$`.
  public static Function<String, List<String>> characterGrams(int longest) {
    return text -> {
      int[] letters = ("^" + text.toLowerCase(java.util.Locale.ROOT) + "$").codePoints().toArray();
      List<String> grams = new ArrayList<>();
      for (int from = 0; from < letters.length; from++) {
        for (int n = 1; n <= longest && from + n <= letters.length; n++) {
          grams.add(new String(letters, from, n));
        }
      }
      return grams;
    };
  }

  /// The first `most` words of a text in lower case, punctuation included.
  public static Function<String, List<String>> words(int most) {
    return text -> {
      List<String> words = Level.LOWER_CASE_WORDS.split(text);
      return words.subList(0, Math.min(most, words.size()));
    };
  }
}
