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

  Report(Path folder, Machine machine, List<Party> parties, String command) {
    this.folder = folder;
    this.machine = machine;
    this.parties = parties;
    this.command = command;
  }

  void write(List<Figure> figures) throws IOException {
    Figures.write(folder.resolve("figures.json"), machine, figures);
    Map<String, byte[]> charts = Charts.draw(figures);
    for (Map.Entry<String, byte[]> chart : charts.entrySet()) {
      Files.write(folder.resolve(chart.getKey() + ".png"), chart.getValue());
    }
    Files.writeString(folder.resolve("index.html"), page(figures, charts));
  }

  private String page(List<Figure> figures, Map<String, byte[]> charts) throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("<table class=\"facts\">\n");
    fact(page, "date", machine.date());
    fact(page, "machine", machine.processor() + ", " + machine.cores() + " cores");
    fact(page, "memory", machine.memory() + " MiB");
    fact(page, "system", machine.system());
    fact(page, "Java", machine.java());
    fact(page, "device", machine.device());
    fact(page, "command", command);
    page.append("</table>\n");
    engines(page);
    goals(page, figures);
    charts.forEach((name, png) -> picture(page, name, png));
    Map<String, List<Figure>> byBenchmark = new LinkedHashMap<>();
    for (Figure figure : figures) {
      byBenchmark.computeIfAbsent(figure.benchmark(), key -> new ArrayList<>()).add(figure);
    }
    byBenchmark.forEach((name, of) -> table(page, name, of));
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

  private static void goals(StringBuilder page, List<Figure> figures) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (Goal goal : Goal.all()) {
      Figure figure = goal.in(figures);
      if (figure != null) {
        boolean reached = figure.peerRatio() >= goal.ratio();
        rows.append(reached ? "<tr>" : "<tr class=\"missed\">");
        text(rows, goal.work());
        text(rows, goal.peer());
        number(rows, "%.2f ×", goal.ratio());
        number(rows, "%.2f ×", figure.peerRatio());
        text(rows, reached ? "reached" : "missed");
        rows.append("</tr>\n");
      }
    }
    if (!rows.isEmpty()) {
      page.append("<h2>Wanted and reached</h2>\n<table>\n<tr><th>work</th><th>beside</th>")
          .append("<th>wanted</th><th>reached</th><th></th></tr>\n")
          .append(rows)
          .append("</table>\n");
    }
  }

  private static void picture(StringBuilder page, String name, byte[] png) {
    page.append("<img alt=\"").append(name).append("\" src=\"data:image/png;base64,");
    page.append(Base64.getEncoder().encodeToString(png)).append("\">\n");
  }

  private static void table(StringBuilder page, String benchmark, List<Figure> figures) {
    page.append("<h2>").append(benchmark).append("</h2>\n<table>\n");
    page.append("<tr><th></th><th>Weft</th><th>spread</th><th>limit</th><th>of it</th>");
    page.append("<th>unit</th><th>beside</th><th>value</th><th>spread</th><th>Weft is</th></tr>\n");
    String before = "";
    for (Figure figure : figures) {
      boolean first = !figure.key().equals(before);
      before = figure.key();
      page.append("<tr>");
      text(page, first ? figure.variant() : "");
      number(page, "%,.1f", first ? figure.value() : null);
      number(page, "%.0f %%", first ? 100 * figure.spread() : null);
      number(page, "%,.1f", first ? figure.limit() : null);
      number(page, "%.2f", first ? figure.ratio() : null);
      text(page, first ? figure.unit() : "");
      text(page, figure.peer() == null ? "" : figure.peer());
      number(page, "%,.1f", figure.peerValue());
      number(page, "%.0f %%", figure.peer() == null ? null : 100 * figure.peerSpread());
      number(page, "%.2f ×", figure.peerRatio());
      page.append("</tr>\n");
    }
    page.append("</table>\n");
  }

  private static void text(StringBuilder page, String text) {
    page.append("<td>").append(escape(text)).append("</td>");
  }

  private static void number(StringBuilder page, String format, Double value) {
    String text = value == null ? "" : String.format(Locale.ROOT, format, value);
    page.append("<td class=\"n\">").append(text).append("</td>");
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
      <p>Medians over fresh JVMs that took turns; “spread” is how far the worst of them was from the median. “Limit” is
      what the machine could do in the same run: reading memory, or fused multiply-adds. “Weft is” so many times faster
      than the other engine, above 1 is better: the median over the rounds.</p>
      """;
}
