package dev.weft.examples.data;

import dev.weft.tensor.Philox;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// Family names of 18 languages, from the lists that the library Datafaker carries.
///
/// Names are in Latin letters with their accents; Russian and Greek ones are transliterated.
/// Where a name has a form for men and one for women, only the first is taken, since both would
/// tell the same name to training and test. A name that two languages have is dropped. A language
/// has at most 1,000 names, the same ones for every seed.
public final class Surnames {
  private static final int MOST = 1000;
  private static final double HELD_OUT = 0.15;
  private static final int STEM = 3;

  /// @param name of the language
  /// @param lists of names in a file
  /// @param letters to Latin ones
  /// @param files of the library
  private record Language(
      String name, List<String> lists, UnaryOperator<String> letters, List<String> files) {
    private static final List<String> TWO_FORMS = List.of("male_last_name", "female_last_name");

    static Language of(String name, String... files) {
      return new Language(name, List.of("last_name"), UnaryOperator.identity(), List.of(files));
    }

    static Language withTwoForms(String name, UnaryOperator<String> letters, String file) {
      return new Language(name, TWO_FORMS, letters, List.of(file));
    }

    /// Names of one family are dealt together: two spellings that differ in accents only, and the
    /// forms of one name for men and women, which begin alike (`Bílek` and `Bílková`).
    String family(String surname) {
      String plain =
          Normalizer.normalize(surname, Normalizer.Form.NFD)
              .replaceAll("\\p{M}", "")
              .toLowerCase(Locale.ROOT);
      return lists.size() == 1 ? plain : plain.substring(0, Math.min(STEM, plain.length()));
    }
  }

  private static final List<Language> LANGUAGES =
      List.of(
          Language.of("Croatian", "hr"),
          Language.withTwoForms("Czech", UnaryOperator.identity(), "cs-CZ"),
          Language.of("Danish", "da-DK"),
          Language.of("Dutch", "nl"),
          Language.of("English", "en/name", "en-AU"),
          Language.of("French", "fr"),
          Language.of("German", "de"),
          Language.withTwoForms("Greek", Transliteration::greek, "el-GR"),
          Language.of("Hungarian", "hu"),
          Language.of("Indonesian", "id"),
          Language.of("Italian", "it"),
          Language.of("Norwegian", "no-NO", "nb-NO"),
          Language.of("Polish", "pl"),
          Language.of("Portuguese", "pt", "pt-BR"),
          Language.withTwoForms("Russian", Transliteration::russian, "ru"),
          Language.of("Spanish", "es", "es-MX", "es-AR"),
          Language.of("Swedish", "sv"),
          Language.of("Turkish", "tr"));

  private Surnames() {}

  /// The names, 70 % for training and 15 % each for validation and test, of each language alike.
  public static LabelledTexts read(long seed) throws IOException {
    return deal(names(), seed);
  }

  static LabelledTexts deal(List<Labelled> names, long seed) {
    return split(
        LANGUAGES.stream().map(Language::name).toList(),
        names,
        name -> LANGUAGES.get(name.label()).family(name.text()),
        seed);
  }

  /// The names that count, language after language.
  static List<Labelled> names() throws IOException {
    List<Set<String>> names = new ArrayList<>();
    Map<String, Integer> languages = new HashMap<>(); // that have a name
    for (Language language : LANGUAGES) {
      Set<String> own = names(language);
      own.forEach(name -> languages.merge(name, 1, Integer::sum));
      names.add(own);
    }
    List<Labelled> examples = new ArrayList<>();
    for (int label = 0; label < names.size(); label++) {
      List<String> kept =
          names.get(label).stream().filter(name -> languages.get(name) == 1).toList();
      int[] order = new Philox(0, Philox.Purpose.SHUFFLE, 0, label).permutation(kept.size());
      for (int i = 0; i < Math.min(MOST, order.length); i++) {
        examples.add(new Labelled(kept.get(order[i]), label));
      }
    }
    return examples;
  }

  private static LabelledTexts split(
      List<String> classes, List<Labelled> examples, Function<Labelled, String> family, long seed) {
    return new LabelledTexts(
        classes, Split.deal(examples, Labelled::label, family, HELD_OUT, HELD_OUT, seed));
  }

  private static Set<String> names(Language language) throws IOException {
    Set<String> names = new TreeSet<>();
    for (String file : language.files) {
      for (String list : language.lists) {
        for (Object entry : list(file, list)) {
          if (entry instanceof String name) { // YAML takes the name No for a boolean
            String latin = language.letters.apply(Normalizer.normalize(name, Normalizer.Form.NFC));
            if (latin.matches("\\p{IsLatin}[\\p{IsLatin} '’-]*")) {
              names.add(latin);
            }
          }
        }
      }
    }
    return names;
  }

  /// The list `name.key` of a file that looks like `pl: {faker: {name: {last_name: [Nowak]}}}`.
  private static List<?> list(String file, String key) throws IOException {
    String resource = "/" + file + ".yml";
    try (InputStream in = Surnames.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("surnames: " + resource + " of Datafaker is not on the class path");
      }
      Object node = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      if (node instanceof Map<?, ?> root && root.size() == 1) {
        node = root.values().iterator().next();
      }
      for (String step : List.of("faker", "name", key)) {
        node = node instanceof Map<?, ?> map ? map.get(step) : null;
      }
      if (node instanceof List<?> list) {
        return list;
      }
      throw new IOException("surnames: " + resource + " has no list faker.name." + key);
    } catch (YAMLException e) {
      throw new IOException("surnames: " + resource + " is no valid YAML", e);
    }
  }

  /// Names of made-up languages, each with its own taste in letters, dealt as [#read] deals. They
  /// can be told apart often, not always.
  ///
  /// @param classes 1 … 26
  /// @param each names of a class
  public static LabelledTexts generated(int classes, int each, long seed) {
    List<String> names = new ArrayList<>();
    List<Labelled> examples = new ArrayList<>();
    for (int label = 0; label < classes; label++) {
      names.add("Language " + (char) ('A' + label));
      MadeUp language = new MadeUp(seed, label);
      for (int i = 0; i < each; i++) {
        examples.add(new Labelled(language.name(), label));
      }
    }
    return split(names, examples, Labelled::text, seed);
  }

  /// Draws syllables of a consonant and a vowel, and an ending.
  private static final class MadeUp {
    private static final String CONSONANTS = "bcdfghjklmnprstvwz";
    private static final String VOWELS = "aeiouy";
    private static final int DRAWN = -3; // the streams' step

    private final Philox random;
    private final int[] consonants;
    private final int[] vowels;
    private final String ending;

    MadeUp(long seed, int label) {
      random = new Philox(seed, Philox.Purpose.INITIALISATION, DRAWN, label);
      consonants = random.permutation(CONSONANTS.length());
      vowels = random.permutation(VOWELS.length());
      ending = syllable();
    }

    private String syllable() {
      return "" + CONSONANTS.charAt(liked(consonants)) + VOWELS.charAt(liked(vowels));
    }

    /// The first of an order more often than the last.
    private int liked(int[] order) {
      double u = random.nextUniform();
      return order[(int) (u * u * order.length)];
    }

    String name() {
      StringBuilder name = new StringBuilder();
      for (int syllables = 1 + random.nextInt(3); syllables > 0; syllables--) {
        name.append(syllable());
      }
      if (random.nextUniform() < 0.5) {
        name.append(ending);
      }
      name.setCharAt(0, Character.toUpperCase(name.charAt(0)));
      return name.toString();
    }
  }
}
