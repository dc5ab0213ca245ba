package dev.weft.decoding;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A [Decision] as two tables.
final class DecisionText {
  private final StringBuilder text = new StringBuilder();

  DecisionText(Decision decision, Tokenizer tokenizer) {
    int chosen = decision.chosen();
    text.append(
        String.format(
            Locale.ROOT,
            "step %d: %s (id %d), drawn by %.6f%n",
            decision.step(),
            Sampling.repr(tokenizer.decode(chosen)),
            chosen,
            decision.uniform()));
    List<List<String>> stages = new ArrayList<>();
    stages.add(List.of("", "stage", "kept", "of", "mass"));
    for (Decision.Stage stage : decision.stages()) {
      stages.add(
          List.of(
              String.valueOf(stages.size()),
              stage.name(),
              String.valueOf(stage.after()),
              String.valueOf(stage.before()),
              number("%.6f", stage.keptMass())));
    }
    append(stages);
    for (String skipped : decision.skipped()) {
      text.append(skipped).append(System.lineSeparator());
    }
    append(tokens(decision, tokenizer));
  }

  private static List<List<String>> tokens(Decision decision, Tokenizer tokenizer) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("rank", "token", "id", "logit"));
    for (int i = 1; i <= decision.stages().size(); i++) {
      head.add("after " + i);
    }
    head.add("probability");
    head.add("");
    rows.add(head);
    for (Decision.Token token : decision.tokens()) {
      List<String> row = new ArrayList<>();
      row.add(String.valueOf(token.rank()));
      row.add(Sampling.repr(tokenizer.decode(token.id())));
      row.add(String.valueOf(token.id()));
      row.add(number("%.4f", token.logit()));
      token.logits().forEach(logit -> row.add(number("%.4f", logit)));
      if (row.size() < head.size() - 2) {
        row.add("cut");
      }
      while (row.size() < head.size() - 2) {
        row.add("");
      }
      row.add(number("%.6f", token.probability()));
      row.add(mark(decision, token));
      rows.add(row);
    }
    return rows;
  }

  private static String mark(Decision decision, Decision.Token token) {
    if (token.id() == decision.chosen()) {
      return "chosen";
    }
    if (token.id() == decision.runnerUp()) {
      return "runner-up";
    }
    return token.cutBy() == null ? "" : "cut by " + token.cutBy();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /// Rows of cells under each other: the second column and those without a head to the left, the
  /// others, numbers, to the right.
  private void append(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String cell = row.get(c);
        String space = " ".repeat(widths[c] - cell.length());
        boolean left = c == 1 || rows.get(0).get(c).isEmpty();
        line.append(c == 0 ? "" : "  ").append(left ? cell + space : space + cell);
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
