package dev.weft.examples.data;

import dev.weft.tensor.Philox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Mails that were wanted (ham, label 0) or not (spam, label 1).
public final class Mails {
  /// The label of a mail that nobody wanted.
  public static final int SPAM = 1;

  private static final List<String> CLASSES = List.of("ham", "spam");
  private static final List<List<String>> FOLDERS =
      List.of(List.of("easy-ham-1", "easy-ham-2", "hard-ham-1"), List.of("spam-1", "spam-2"));
  private static final double HELD_OUT = 0.15;
  private static final int DRAWN = -4; // the streams' step
  private static final Pattern HEADER =
      Pattern.compile("(?:[!-9;-~]+:|From |[ \\t]+\\S).*(?:\\n|\\z)");
  private static final Pattern SUBJECT =
      Pattern.compile(
          "^subject:[ \\t]*(.*(?:\\n[ \\t].*)*)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private Mails() {}

  /// The SpamAssassin corpus from a folder that `tools/data/fetch spam` filled: what [#text]
  /// keeps of each mail. Of mails whose bodies have the same letters in the same order (many
  /// differ in numbers only) the first is kept; a body without letters is dropped. A hash of the
  /// body's letters deals: about 70 % for training and 15 % each for validation and test.
  ///
  /// @throws MissingDataException when the folder has no mails, with the line that fetches them
  public static LabelledTexts read(Path folder, long seed) throws IOException {
    return split(mails(folder), seed);
  }

  /// The mails that count, ham first.
  static List<Labelled> mails(Path folder) throws IOException {
    Set<String> bodies = new HashSet<>();
    List<Labelled> mails = new ArrayList<>();
    for (int label = 0; label < FOLDERS.size(); label++) {
      for (String group : FOLDERS.get(label)) {
        for (Path file : files(folder, group)) {
          // Charsets differ from mail to mail; Latin-1 reads every byte.
          String text = text(Files.readString(file, StandardCharsets.ISO_8859_1));
          String letters = letters(text);
          if (!letters.isEmpty() && bodies.add(letters)) {
            mails.add(new Labelled(text, label));
          }
        }
      }
    }
    return mails;
  }

  private static LabelledTexts split(List<Labelled> mails, long seed) {
    Split<Labelled> parts =
        Split.byHash(mails, mail -> letters(mail.text()), HELD_OUT, HELD_OUT, seed)
            .requireNoneEmpty("different mails with a text");
    return new LabelledTexts(CLASSES, parts);
  }

  /// The letters of a text's body, by which bodies are told apart.
  private static String letters(String text) {
    return text.substring(text.indexOf('\n') + 1)
        .toLowerCase(Locale.ROOT)
        .replaceAll("\\P{L}+", "");
  }

  private static List<Path> files(Path folder, String group) throws IOException {
    List<Path> mails = List.of();
    if (Files.isDirectory(folder.resolve(group))) {
      try (Stream<Path> files = Files.list(folder.resolve(group))) {
        mails = files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
      }
    }
    if (mails.isEmpty()) {
      throw new MissingDataException("mail", folder.resolve(group), "spam", folder);
    }
    return mails;
  }

  /// What a classifier reads of a mail: the subject on the first line, then the body as it was
  /// sent, with its markup and parts.
  ///
  /// All other headers are left out. Some name the corpus's own filter or its collectors'
  /// mailboxes, and many are of mailing lists that only ham came from: they tell where a mail was
  /// collected rather than what it is.
  ///
  /// @param mail headers, an empty line, the body; a text without headers is all body
  public static String text(String mail) {
    String unix = mail.replace("\r\n", "\n");
    int headers = headers(unix);
    Matcher subject = SUBJECT.matcher(unix.substring(0, headers));
    String first = subject.find() ? subject.group(1).replaceAll("\\s+", " ").strip() : "";
    return first + "\n" + unix.substring(headers).strip();
  }

  /// Length of the headers of a mail: lines such as `Name: value`, lines that go on with them,
  /// and the first line of a mailbox; 0 where no empty line ends them.
  private static int headers(String mail) {
    Matcher line = HEADER.matcher(mail);
    int end = 0;
    while (line.region(end, mail.length()).lookingAt()) {
      end = line.end();
    }
    return mail.startsWith("\n", end) ? end : 0;
  }

  /// Mails of made-up words: most are anybody's, some belong to one class, and a few of those
  /// turn up in the other.
  ///
  /// @param count mails, a third of them spam
  public static LabelledTexts generated(int count, long seed) {
    List<Labelled> mails = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Philox random = new Philox(seed, Philox.Purpose.INITIALISATION, DRAWN, i);
      int label = i % 3 == 2 ? SPAM : 0;
      StringBuilder text = new StringBuilder("mail\n");
      for (int words = 20 + random.nextInt(60); words > 0; words--) {
        double u = random.nextUniform();
        String kind = u < 0.75 ? "word" : CLASSES.get(u < 0.97 ? label : 1 - label);
        text.append(kind).append((char) ('a' + random.nextInt(26))).append(' ');
      }
      mails.add(new Labelled(text.toString().strip(), label));
    }
    return split(mails, seed);
  }
}
