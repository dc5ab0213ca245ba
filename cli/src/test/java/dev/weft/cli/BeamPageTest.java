package dev.weft.cli;

import static dev.weft.decoding.BeamTree.Fate.FINISHED;
import static dev.weft.decoding.BeamTree.Fate.KEPT;
import static dev.weft.decoding.BeamTree.Fate.PRUNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.decoding.BeamTree;
import dev.weft.decoding.ScoredSequence;
import dev.weft.decoding.Tokenizer;
import dev.weft.gpt2.Gpt2Tokenizer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/// The page of `weft beams --html` in a real browser.
final class BeamPageTest {
  private static final File BROWSER = new File("/usr/bin/chromium");
  private static final File DRIVER = new File("/usr/bin/chromedriver");
  private static final String PROMPT = "a</script><b>\"bold\"";
  private static final Tokenizer TOKENIZER = Gpt2Tokenizer.published();
  private static final int CAT = TOKENIZER.encode(" cat")[0];
  private static final int TAG = TOKENIZER.encode("<")[0];
  private static final int LINE = TOKENIZER.encode("\n")[0];
  private static final int END = TOKENIZER.endOfText();

  /// Two beams over two steps: what ends, what is pruned and by which rival.
  private static final List<BeamTree.Node> NODES =
      List.of(
          new BeamTree.Node(0, -1, 0, -1, 0, 0, KEPT, -1),
          new BeamTree.Node(1, 0, 1, CAT, -0.5, -0.5, KEPT, -1),
          new BeamTree.Node(2, 0, 1, TAG, -1.25, -1.25, KEPT, -1),
          new BeamTree.Node(3, 0, 1, LINE, -3, -3, PRUNED, 2),
          new BeamTree.Node(4, 1, 2, END, -0.25, -0.75, FINISHED, -1),
          new BeamTree.Node(5, 2, 2, CAT, -0.5, -1.75, KEPT, -1),
          new BeamTree.Node(6, 1, 2, TAG, -1.5, -2, KEPT, -1),
          new BeamTree.Node(7, 2, 2, LINE, -4, -5.25, PRUNED, 6));

  private static ChromeDriver browser;
  @TempDir private static Path folder;

  @BeforeAll
  static void openBrowser() throws IOException {
    if (!BROWSER.canExecute() || !DRIVER.canExecute()) {
      return; // each test then says so
    }
    Files.writeString(folder.resolve("tree.html"), BeamPage.of(data()));
    ChromeOptions options = new ChromeOptions();
    options.setBinary(BROWSER);
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // root, in containers
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1400,900");
    // A driver that is named is not looked for, nor downloaded; it gives the browser an empty
    // profile.
    System.setProperty(ChromeDriverService.CHROME_DRIVER_EXE_PROPERTY, DRIVER.getPath());
    browser = new ChromeDriver(options);
  }

  private static BeamData data() {
    List<BeamTree.Result> results =
        List.of(
            new BeamTree.Result(
                4, new ScoredSequence(-0.375, -0.75, new int[] {1, CAT, END}, 1, true)),
            new BeamTree.Result(
                5, new ScoredSequence(-0.875, -1.75, new int[] {1, TAG, CAT}, 1, false)));
    return new BeamData(PROMPT, new BeamTree(new int[] {1}, NODES, results), TOKENIZER);
  }

  @AfterAll
  static void closeBrowser() {
    if (browser != null) {
      browser.quit();
    }
  }

  @BeforeEach
  void openPage() {
    assumeTrue(
        browser != null,
        "no " + BROWSER + " or " + DRIVER + ": apt-get install -y chromium chromium-driver");
    browser.get(folder.resolve("tree.html").toUri().toString());
  }

  @Test
  void everyNodeIsShownByItsFate() {
    assertEquals(NODES.size(), count(".node"));
    assertEquals(4, count(".node.kept"));
    assertEquals(1, count(".node.finished"));
    assertEquals(2, count(".node.pruned"));
    assertEquals(1, count(".node.prompt"));
    assertEquals(1, count(".node.finished polygon"), "what finished has a shape of its own");
    assertEquals(NODES.size() - 1, count("path.edge:not(.legend *)"));
    assertEquals(4, count(".legend li"));
    assertEquals(
        "2 steps; 7 tokens considered: 4 kept, 1 finished, 2 pruned", find("#counts").getText());
  }

  @Test
  void nodesStandInTheColumnOfTheirStepAndApart() {
    List<org.openqa.selenium.Rectangle> places = new ArrayList<>();
    for (BeamTree.Node node : NODES) {
      places.add(find(shape(node.id())).getRect());
    }
    for (BeamTree.Node a : NODES) {
      for (BeamTree.Node b : NODES.subList(a.id() + 1, NODES.size())) {
        var one = places.get(a.id());
        var other = places.get(b.id());
        assertEquals(a.step() == b.step(), one.x == other.x, a + " and " + b);
        assertTrue(a.step() == b.step() || one.x + one.width < other.x);
        assertTrue(
            a.step() != b.step() || Math.abs(one.y - other.y) >= one.height, a + " and " + b);
      }
    }
  }

  @Test
  void aClickShowsANodesNumbers() {
    click(1);
    assertEquals("\" cat\", id " + CAT, detail("token"));
    assertEquals("1", detail("step"));
    assertEquals("\u22120.5000 (60.65 %)", detail("logprob"));
    assertEquals("\u22120.5000", detail("score"));
    assertEquals("kept", detail("fate"));
    assertEquals("result 1", detail("leads"));
    assertEquals(0, count("[data-key=rival]"));
    click(4);
    assertEquals("finished", detail("fate"));
    assertEquals("\" cat<|endoftext|>\"", detail("text"));
    assertEquals("\u22120.7500", detail("score"));
    assertEquals(1, count(".node.chosen"));
  }

  @Test
  void aPrunedNodeNamesItsRivalAndLeadsThere() {
    click(7);
    assertEquals("pruned", detail("fate"));
    assertEquals("\"<\\n\"", detail("text"));
    assertEquals("\" cat<\" (\u22122.000)", detail("rival"));
    assertTrue(find("#rivalry").getDomAttribute("d").startsWith("M"), "a line joins them");
    find("[data-key=rival] button").click();
    assertEquals("6", find(".node.chosen").getDomAttribute("data-id"));
    assertEquals("kept", detail("fate"));
  }

  @Test
  void thePathsOfTheResultsAreMarked() {
    List<String> marked =
        browser.findElements(By.cssSelector(".node.result")).stream()
            .map(node -> node.getDomAttribute("data-id"))
            .toList();
    assertEquals(List.of("1", "2", "4", "5"), marked);
    assertEquals(4, count("#tree path.edge.result"));
    List<WebElement> results = browser.findElements(By.cssSelector("#results button"));
    assertEquals("1. score \u22120.3750, finished\n\" cat\"", results.get(0).getText());
    assertEquals("2. score \u22120.8750, at the limit\n\"< cat\"", results.get(1).getText());
    results.get(1).click();
    assertEquals("5", find(".node.chosen").getDomAttribute("data-id"));
  }

  @Test
  void theKeyboardChoosesToo() {
    find("[data-id=\"2\"]").sendKeys(Keys.ENTER);
    assertEquals("\"<\", id " + TAG, detail("token"));
  }

  @Test
  void textsAreTextsWhateverTheyHold() {
    assertEquals("\"a</script><b>\\\"bold\\\"\"", find("#prompt").getText());
    assertEquals(0, count("b"));
  }

  @Test
  void nothingIsLoadedFromElsewhere() {
    Object loaded = browser.executeScript("return performance.getEntriesByType('resource').length");
    assertEquals(0L, loaded);
  }

  @Test
  void theTreeOfARealSearchIsShownWhole() {
    Path file = folder.resolve("search.html");
    List<String> arguments = new ArrayList<>(List.of("beams", "--prompt", "The sea was"));
    arguments.addAll(List.of(TinyModel.options()));
    arguments.addAll(List.of("--beams", "4", "--max-tokens", "5", "--html", file.toString()));
    Run run = Run.weft(arguments.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.err());
    browser.get(file.toUri().toString());
    assertEquals(1 + 5 * 8, count(".node"));
    assertEquals(5 * 4, count(".node.kept"));
    assertEquals(2, count("#results button"));
  }

  private static String shape(int id) {
    return "[data-id=\"" + id + "\"] .shape";
  }

  private static void click(int id) {
    find("[data-id=\"" + id + "\"]").click();
  }

  private static String detail(String key) {
    return find("[data-key=" + key + "]").getText();
  }

  private static WebElement find(String selector) {
    return browser.findElement(By.cssSelector(selector));
  }

  private static int count(String selector) {
    return browser.findElements(By.cssSelector(selector)).size();
  }
}
