package dev.weft.examples.chart;

import dev.weft.examples.classify.Confusion;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.internal.chartpart.IChart;

/// A confusion matrix: a row for each actual class, a column for each predicted one. A field
/// shows the percentage of its row, which sums to 100, and is the darker the larger that is, so
/// that small classes are seen as well as large ones. Beside its name stands how many examples a
/// class has.
///
/// Drawn here and not by the library, whose heat maps leave out names where there are many
/// classes.
public record ConfusionChart(String title, Confusion confusion) implements Picture {
  private static final int FIELD = 36;
  private static final int GAP = 14;
  private static final int LETTER = 8; // about the width of one
  private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 15);
  private static final Color DARKEST = new Color(0x08306B);
  private static final Color EDGE = new Color(0xDDDDDD);

  @Override
  public IChart draw() {
    return new Matrix();
  }

  private List<String> classes() {
    return confusion.classes();
  }

  private int total(int row) {
    return Arrays.stream(confusion.counts()[row]).sum();
  }

  private final class Matrix implements IChart {
    private final int side = FIELD * classes().size();
    private final int names =
        LETTER * classes().stream().mapToInt(String::length).max().orElseThrow();
    private final int left = 3 * GAP + names + 6 * LETTER;
    private final int top = 4 * GAP;

    @Override
    public String getTitle() {
      return title;
    }

    @Override
    public int getWidth() {
      return Math.max(left + side, 10 * title.length()) + 2 * GAP;
    }

    @Override
    public int getHeight() {
      return top + side + names + 4 * GAP;
    }

    @Override
    public void paint(Graphics2D g, int width, int height) {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, width, height);
      for (int row = 0; row < classes().size(); row++) {
        for (int column = 0; column < classes().size(); column++) {
          field(g, row, column);
        }
      }
      g.setColor(Color.BLACK);
      g.setFont(BOLD);
      write(g, title, width / 2.0, 2 * GAP, 0.5, 0);
      write(g, "predicted", left + side / 2.0, top + side + names + 3 * GAP, 0.5, 0);
      write(g, "actual", 2 * GAP, top + side / 2.0, 0.5, -1);
      g.setFont(PLAIN);
      for (int label = 0; label < classes().size(); label++) {
        double middle = FIELD * (label + 0.5) + 5;
        String name = classes().get(label);
        write(g, name + "  " + total(label), left - GAP / 2.0, top + middle, 1, 0);
        write(g, name, left + middle, top + side + GAP / 2.0, 1, -1);
      }
    }

    private void field(Graphics2D g, int row, int column) {
      double share = confusion.counts()[row][column] / (double) Math.max(1, total(row));
      Rectangle2D field =
          new Rectangle2D.Double(left + column * FIELD, top + row * FIELD, FIELD, FIELD);
      g.setColor(mixed(share));
      g.fill(field);
      g.setColor(EDGE);
      g.draw(field);
      long percent = Math.round(100 * share);
      if (percent > 0) {
        g.setColor(share > 0.5 ? Color.WHITE : Color.BLACK);
        g.setFont(PLAIN);
        write(g, "" + percent, field.getCenterX(), field.getCenterY() + 5, 0.5, 0);
      }
    }

    private static Color mixed(double share) {
      double s = Math.sqrt(share); // small confusions can be told from none
      return new Color(
          (int) Math.round(255 + s * (DARKEST.getRed() - 255)),
          (int) Math.round(255 + s * (DARKEST.getGreen() - 255)),
          (int) Math.round(255 + s * (DARKEST.getBlue() - 255)));
    }

    /// Writes from (x, y), or to it where `before` is 1, in the middle where it is ½; turned by
    /// `quarters` of a circle.
    private static void write(
        Graphics2D g, String text, double x, double y, double before, int quarters) {
      AffineTransform upright = g.getTransform();
      g.translate(x, y);
      g.rotate(quarters * Math.PI / 2);
      double width = g.getFontMetrics().getStringBounds(text, g).getWidth();
      g.drawString(text, (float) (-before * width), 0f);
      g.setTransform(upright);
    }
  }
}
