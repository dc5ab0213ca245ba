package dev.weft.examples.data;

import dev.weft.tensor.Philox;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Random words, for a network that learns to write them backwards: as many as one likes, all from
/// a seed, and some that are held out.
public final class Reversals {
  private final int letters;
  private final int shortest;
  private final int longest;
  private final long seed;
  private final List<String> validation;
  private final List<String> test;
  private final Set<String> heldOut;

  /// Words of the first `letters` small letters, each of a length between `shortest` and
  /// `longest`, all lengths equally likely.
  ///
  /// @param heldOut words each of validation and test, no two of them the same
  public Reversals(int letters, int shortest, int longest, int heldOut, long seed) {
    if (letters < 2 || letters > 26 || shortest < 1 || longest < shortest) {
      throw new IllegalArgumentException(
          "reversals: 2 to 26 letters and lengths from 1 on are wanted, not "
              + letters
              + " letters and lengths from "
              + shortest
              + " to "
              + longest);
    }
    if (Math.pow(letters, longest) < 100.0 * heldOut) {
      throw new IllegalArgumentException(
          "reversals: there are too few words of "
              + letters
              + " letters to hold out two times "
              + heldOut);
    }
    this.letters = letters;
    this.shortest = shortest;
    this.longest = longest;
    this.seed = seed;
    Set<String> drawn = new HashSet<>();
    this.validation = drawn(heldOut, drawn, 1);
    this.test = drawn(heldOut, drawn, 2);
    this.heldOut = Set.copyOf(drawn);
  }

  /// Words that no batch of training has.
  public List<String> validation() {
    return validation;
  }

  /// Words that neither a batch of training nor the validation has.
  public List<String> test() {
    return test;
  }

  /// Words of training batch `number`.
  public List<String> batch(int number, int rows) {
    Philox random = new Philox(seed, Philox.Purpose.SHUFFLE, number, 0);
    List<String> words = new ArrayList<>(rows);
    while (words.size() < rows) {
      String word = word(random);
      if (!heldOut.contains(word)) {
        words.add(word);
      }
    }
    return words;
  }

  /// What a word is to become.
  public static String reversed(String word) {
    return new StringBuilder(word).reverse().toString();
  }

  /// The letters that words are made of.
  public List<String> alphabet() {
    List<String> symbols = new ArrayList<>(letters);
    for (int i = 0; i < letters; i++) {
      symbols.add(letter(i) + "");
    }
    return symbols;
  }

  private List<String> drawn(int count, Set<String> before, int part) {
    Philox random = new Philox(seed, Philox.Purpose.SHUFFLE, 0, part);
    List<String> words = new ArrayList<>(count);
    while (words.size() < count) {
      String word = word(random);
      if (before.add(word)) {
        words.add(word);
      }
    }
    return List.copyOf(words);
  }

  private String word(Philox random) {
    int length = shortest + random.nextInt(longest - shortest + 1);
    StringBuilder word = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      word.append(letter(random.nextInt(letters)));
    }
    return word.toString();
  }

  private static char letter(int number) {
    return (char) ('a' + number);
  }
}
