package dev.weft.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The behaviour ids that the tests' `@DisplayName` texts carry, read from the sources.
final class DisplayNames {
  private static final String ID = "(?:S[0-4]-\\d{2}|[TWG]\\d{1,2})";
  private static final Pattern IDS =
      Pattern.compile("\\b(" + ID + ")(?:\\s*…\\s*(" + ID + "))?\\b");
  private static final Pattern ANNOTATION = Pattern.compile("@DisplayName\\s*\\(");
  private static final Pattern LITERAL = Pattern.compile("\\s*\\+?\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern DECLARATION =
      Pattern.compile("\\b(?:(class|interface|record)\\s+\\w+|\\w+\\s+(\\w+)\\s*\\()");

  private DisplayNames() {}

  /// For each id its tests in order, each as `module TestClass.method`, or `module TestClass` where
  /// the name stands on a class.
  static Map<String, Set<String>> byId() throws IOException {
    Map<String, Set<String>> tests = new TreeMap<>();
    for (Path file : Repository.sources("src/test/java")) {
      if (file.toString().endsWith(".java")) {
        String module = Repository.ROOT.relativize(file).getName(0).toString();
        String name = file.getFileName().toString().replace(".java", "");
        read(Files.readString(file), module + " " + name, tests);
      }
    }
    return tests;
  }

  /// Adds what one source says to `tests`.
  static void read(String source, String testClass, Map<String, Set<String>> tests) {
    Matcher annotation = ANNOTATION.matcher(source);
    while (annotation.find()) {
      int at = annotation.end();
      StringBuilder text = new StringBuilder();
      Matcher literal = LITERAL.matcher(source);
      while (literal.region(at, source.length()).lookingAt()) {
        text.append(literal.group(1));
        at = literal.end();
      }
      String test = testClass + method(source, source.indexOf(')', at) + 1);
      for (String id : ids(text.toString().replace("\\u2026", "…"))) {
        tests.computeIfAbsent(id, key -> new TreeSet<>()).add(test);
      }
    }
  }

  /// `.name` of the method declared after a position, or nothing when a class comes first.
  private static String method(String source, int from) {
    // Other annotations may stand between: their arguments are no declarations.
    String rest =
        source
            .substring(from)
            .replaceFirst("(?s)^(?:\\s*@\\w+(?:\\((?:[^()]|\\([^()]*\\))*\\))?)+", "");
    Matcher declaration = DECLARATION.matcher(rest);
    if (!declaration.find()) {
      throw new IllegalArgumentException("no method or class follows a @DisplayName");
    }
    return declaration.group(1) != null ? "" : "." + declaration.group(2);
  }

  /// The ids of a text; `S1-56…S1-58` stands for three.
  static List<String> ids(String text) {
    List<String> ids = new ArrayList<>();
    Matcher matcher = IDS.matcher(text);
    while (matcher.find()) {
      String first = matcher.group(1);
      String last = matcher.group(2) == null ? first : matcher.group(2);
      int digits = first.length() - first.replaceAll("\\d+$", "").length();
      String series = first.substring(0, first.length() - digits);
      if (!last.startsWith(series)) {
        throw new IllegalArgumentException(first + "…" + last + " is no range: two series");
      }
      int from = Integer.parseInt(first.substring(series.length()));
      int to = Integer.parseInt(last.substring(series.length()));
      for (int number = from; number <= to; number++) {
        ids.add(series + (series.endsWith("-") ? String.format("%02d", number) : number));
      }
    }
    return ids;
  }
}
