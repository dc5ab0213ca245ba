package dev.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The folder that `--report` writes: `index.html`, which needs nothing else, its charts, and
/// `figures.json`.
final class Report {
  private final Path folder;
  private final Machine machine;
  private final List<Party> parties;
  private final String command;
  private final List<Goal> goals;
  private final int rounds;

  /// A report of a command.
  ///
  /// @param goals that it is to tell about
  /// @param rounds that it is to have in the end
  Report(
      Path folder,
      Machine machine,
      List<Party> parties,
      String command,
      List<Goal> goals,
      int rounds) {
    this.folder = folder;
    this.machine = machine;
    this.parties = parties;
    this.command = command;
    this.goals = goals;
    this.rounds = rounds;
  }

  /// Writes what is known after some rounds.
  ///
  /// @param absences what was not measured of the peers, in sentences
  void write(List<Figure> figures, int done, List<String> absences) throws IOException {
    Figures.write(folder.resolve("figures.json"), machine, figures);
    Map<String, byte[]> charts = Charts.draw(figures);
    for (Map.Entry<String, byte[]> chart : charts.entrySet()) {
      Files.write(folder.resolve(chart.getKey() + ".png"), chart.getValue());
    }
    Files.writeString(folder.resolve("index.html"), page(figures, charts, done, absences));
  }

  private String page(
      List<Figure> figures, Map<String, byte[]> charts, int done, List<String> absences) {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("<table class=\"facts\">\n");
    fact(page, "date", machine.date());
    fact(page, "machine", machine.processor() + ", " + machine.cores() + " cores");
    fact(page, "memory", machine.memory() + " MiB");
    fact(page, "system", machine.system());
    fact(page, "Java", machine.java());
    fact(page, "device", machine.device());
    fact(page, "command", command);
    boolean alone = rounds == 1 && parties.size() == 1;
    fact(page, "rounds", done + " of " + rounds + (alone ? ", in one JVM" : ""));
    for (String absence : absences) {
      fact(page, "left out", absence);
    }
    page.append("</table>\n");
    engines(page);
    goals(page, figures);
    charts.forEach((name, png) -> picture(page, name, png));
    Map<String, List<Figure>> byBenchmark = new LinkedHashMap<>();
    for (Figure figure : figures) {
      byBenchmark.computeIfAbsent(figure.benchmark(), key -> new ArrayList<>()).add(figure);
    }
    byBenchmark.forEach((name, of) -> table(page, name, of, done));
    return page.append("</body>\n</html>\n").toString();
  }

  private static void fact(StringBuilder page, String name, String value) {
    page.append("<tr><th>").append(name).append("</th>");
    page.append("<td>").append(escape(value)).append("</td></tr>\n");
  }

  private void engines(StringBuilder page) {
    if (parties.size() > 1) {
      page.append("<h2>Beside Weft</h2>\n<table class=\"facts\">\n");
      for (Party party : parties) {
        if (party != Party.WEFT) {
          fact(page, escape(party.title()), party.settings());
        }
      }
      page.append("</table>\n");
    }
  }

  private void goals(StringBuilder page, List<Figure> figures) {
    if (goals.isEmpty()) {
      return;
    }
    page.append(
            "<h2>Wanted and reached</h2>\n<p>Wanted is what was set for two cores with AVX-512;")
        .append(" seen elsewhere, what the other was seen to do on two other cores with AVX-512.")
        .append("</p>\n<table>\n<tr><th>work</th><th>Weft</th><th>unit</th><th>beside</th>")
        .append(
            "<th>value</th><th>seen elsewhere</th><th>wanted</th><th>reached (rounds)</th><th></th></tr>\n");
    for (Goal goal : goals) {
      Figure figure = goal.in(figures);
      boolean reached = figure != null && figure.peerRatio() >= goal.ratio();
      page.append(reached ? "<tr>" : "<tr class=\"missed\">");
      text(page, goal.work());
      number(page, figure == null ? null : figure.value());
      text(page, figure == null ? "" : figure.unit());
      text(page, goal.peer());
      number(page, figure == null ? null : figure.peerValue());
      count(page, goal.seen() == null ? "" : goal.seen());
      count(page, String.format(Locale.ROOT, "%.2f ×", goal.ratio()));
      count(page, figure == null ? "" : figure.advantage());
      text(page, figure == null ? "not measured" : reached ? "reached" : "missed");
      page.append("</tr>\n");
    }
    page.append("</table>\n");
  }

  private static void picture(StringBuilder page, String name, byte[] png) {
    page.append("<img alt=\"").append(name).append("\" src=\"data:image/png;base64,");
    page.append(Base64.getEncoder().encodeToString(png)).append("\">\n");
  }

  private static void table(StringBuilder page, String benchmark, List<Figure> figures, int done) {
    page.append("<h2>").append(benchmark).append("</h2>\n<table>\n");
    page.append("<tr><th></th><th>Weft</th><th>spread</th><th>limit</th><th>of it</th>");
    page.append("<th>unit</th><th>beside</th><th>value</th><th>spread</th><th>Weft is</th></tr>\n");
    String before = "";
    for (Figure figure : figures) {
      boolean first = !figure.key().equals(before);
      before = figure.key();
      page.append("<tr>");
      text(page, first ? figure.variant() + of(figure.rounds(), done) : "");
      number(page, first ? figure.value() : null);
      count(page, first ? percent(figure.spread()) : "");
      number(page, first ? figure.limit() : null);
      count(page, first && figure.ratio() != null ? share(figure.ratio()) : "");
      text(page, first ? figure.unit() : "");
      text(page, figure.peer() == null ? "" : figure.peer() + of(figure.peerRounds(), done));
      number(page, figure.peerValue());
      count(page, figure.peer() == null ? "" : percent(figure.peerSpread()));
      count(page, figure.peer() == null ? "" : figure.advantage());
      page.append("</tr>\n");
    }
    page.append("</table>\n");
  }

  /// What has fewer rounds than the page says so.
  private static String of(int rounds, int done) {
    return rounds == done ? "" : " (" + rounds + " of " + done + " rounds)";
  }

  private static void text(StringBuilder page, String text) {
    page.append("<td>").append(escape(text)).append("</td>");
  }

  private static void number(StringBuilder page, Double value) {
    count(page, value == null ? "" : Row.number(value));
  }

  /// A number with what belongs to it.
  private static void count(StringBuilder page, String text) {
    page.append("<td class=\"n\">").append(text).append("</td>");
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Weft, measured</title>
      <style>
      body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
      table { border-collapse: collapse; margin-bottom: 1.5rem; }
      th, td { padding: 0.15rem 0.6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; }
      th { font-weight: 600; }
      td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
      tr.missed td { background: #fff1e0; }
      table.facts th { white-space: nowrap; }
      img { max-width: 100%; display: block; margin-bottom: 1.5rem; }
      p { max-width: 45rem; }
      </style>
      </head>
      <body>
      <h1>Weft, measured</h1>
      <p>Medians over the rounds, each of which had fresh JVMs that took turns; “spread” is how far the worst of them was
      from the median, within one JVM the worst run. “Limit” is what the machine could do in the same run: reading memory, or
      fused multiply-adds; of memory it is the weights and caches themselves (of training weights, gradients and two moments), of samples side by side as many alone, of beams
      and cached texts the same with one row or without the cache. “Weft is” so many times faster than the other engine, above 1 is
      better: the median over the rounds of their own ratios, and from the lowest to the highest of them.</p>
      """;
}
