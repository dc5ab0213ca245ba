package dev.weft.examples.data;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;

/// Names in Cyrillic and Greek letters, letter by letter in Latin ones: Russian as passports of
/// 2013 write it (ICAO 9303), Greek close to ELOT 743, the pairs ου, μπ, ντ, γγ and γκ by their
/// sound.
final class Transliteration {
  private static final Map<String, String> RUSSIAN =
      table(
          "а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф"
              + " f х kh ц ts ч ch ш sh щ shch ъ ie ы y ь - э e ю iu я ia");

  private static final Map<String, String> GREEK =
      table(
          "ου ou μπ b ντ nt γγ ng γκ gk α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο"
              + " o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o");

  private Transliteration() {}

  /// Letters in turn with what they become; `-` for nothing.
  private static Map<String, String> table(String pairs) {
    String[] words = pairs.split(" ");
    Map<String, String> table = new HashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      table.put(words[i], words[i + 1].equals("-") ? "" : words[i + 1]);
    }
    return table;
  }

  static String russian(String name) {
    return latin(name, RUSSIAN);
  }

  /// Accents and other marks are dropped.
  static String greek(String name) {
    String plain = Normalizer.normalize(name, Normalizer.Form.NFD).replaceAll("\\p{M}", "");
    return latin(plain, GREEK);
  }

  private static String latin(String name, Map<String, String> table) {
    StringBuilder latin = new StringBuilder();
    for (int at = 0; at < name.length(); ) {
      int length = Math.min(2, name.length() - at);
      String letters = name.substring(at, at + length).toLowerCase(java.util.Locale.ROOT);
      if (!table.containsKey(letters)) {
        length = 1;
        letters = letters.substring(0, 1);
      }
      String to = table.getOrDefault(letters, letters);
      if (!to.isEmpty() && Character.isUpperCase(name.charAt(at))) {
        to = Character.toUpperCase(to.charAt(0)) + to.substring(1);
      }
      latin.append(to);
      at += length;
    }
    return latin.toString();
  }
}
