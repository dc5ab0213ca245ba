package dev.weft.examples.data;

import dev.weft.gpt2.Corpus;
import dev.weft.tensor.Philox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Running text for language models, in pieces of whole paragraphs.
public final class Prose {
  private static final int PIECE = 5000;
  private static final double HELD_OUT = 0.05;
  private static final int DRAWN = -5; // the streams' step
  private static final List<String> NOUNS =
      List.of("whale", "ship", "sailor", "wave", "island", "bird", "captain", "boat");
  private static final List<String> ADJECTIVES =
      List.of("old", "white", "great", "silent", "strange");
  private static final List<String> VERBS = List.of("see", "follow", "meet", "leave", "pass");
  private static final List<String> PLACES = List.of("near", "behind", "beyond", "above");

  private Prose() {}

  /// The `.txt` files of a folder, such as `tools/data/fetch moby-dick` or `sotu` fills. Each
  /// file is cut at empty lines into pieces of at least 5,000 characters (its last one may be
  /// shorter); the seed deals 90 % of the pieces to training and 5 % each to validation and test.
  /// White space within a piece is as in the file.
  ///
  /// @param name of the data set, for the line that fetches it
  /// @throws MissingDataException when the folder has no text, with the line that fetches it
  public static Split<String> read(Path folder, String name, long seed) throws IOException {
    List<Path> files = List.of();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> list = Files.list(folder)) {
        files = list.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
      }
    }
    if (files.isEmpty()) {
      throw new MissingDataException("text", folder, name, folder);
    }
    List<String> pieces = new ArrayList<>();
    for (Path file : files) {
      pieces.addAll(pieces(Corpus.text(file), PIECE));
    }
    return split(pieces, seed);
  }

  private static Split<String> split(List<String> pieces, long seed) {
    return Split.deal(pieces, piece -> 0, piece -> piece, HELD_OUT, HELD_OUT, seed)
        .requireNoneEmpty("pieces of text");
  }

  /// Runs of paragraphs of at least `length` characters together, but for the last.
  static List<String> pieces(String text, int length) {
    List<String> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    for (String paragraph : text.strip().split("\\R\\s*\\R")) {
      piece.append(piece.isEmpty() ? "" : "\n\n").append(paragraph);
      if (piece.length() >= length) {
        pieces.add(piece.toString());
        piece.setLength(0);
      }
    }
    if (!piece.toString().isBlank()) {
      pieces.add(piece.toString());
    }
    return pieces;
  }

  /// Sentences of a small grammar, in which a verb agrees with its subject over the words between
  /// them, dealt as [#read] deals.
  ///
  /// @param count pieces
  /// @param sentences of a piece
  public static Split<String> generated(int count, int sentences, long seed) {
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Philox random = new Philox(seed, Philox.Purpose.INITIALISATION, DRAWN, i);
      StringBuilder piece = new StringBuilder();
      for (int s = 0; s < sentences; s++) {
        piece.append(s == 0 ? "" : " ").append(sentence(random));
      }
      pieces.add(piece.toString());
    }
    return split(pieces, seed);
  }

  private static String sentence(Philox random) {
    boolean plural = random.nextUniform() < 0.5;
    String subject = nounPhrase(plural, random);
    String place =
        random.nextUniform() < 0.4
            ? " " + one(PLACES, random) + " " + nounPhrase(random.nextUniform() < 0.5, random)
            : "";
    String object = nounPhrase(random.nextUniform() < 0.5, random);
    String verb = one(VERBS, random);
    String agreed = plural ? verb : verb.equals("pass") ? "passes" : verb + "s";
    return subject + place + " " + agreed + " " + object + " .";
  }

  private static String nounPhrase(boolean plural, Philox random) {
    String adjective = random.nextUniform() < 0.3 ? one(ADJECTIVES, random) + " " : "";
    return "the " + adjective + one(NOUNS, random) + (plural ? "s" : "");
  }

  private static String one(List<String> words, Philox random) {
    return words.get(random.nextInt(words.size()));
  }
}
