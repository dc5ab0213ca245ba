package dev.weft.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailsTest {
  private static final String MAIL =
      """
      From someone@example.com  Thu Aug 22 12:36:23 2002
      Received: from here
      \tby there
      X-Spam-Status: No, hits=-3.5
      SUBJECT: Lunch
        tomorrow?
      List-Id: friends

      Dear all,

      Subject: is no header here.
      """;

  @TempDir private Path folder;

  @Test
  void ofTheHeadersOnlyTheSubjectIsKept() {
    assertEquals("Lunch tomorrow?\nDear all,\n\nSubject: is no header here.", Mails.text(MAIL));
    assertEquals(Mails.text(MAIL), Mails.text(MAIL.replace("\n", "\r\n")));
    assertEquals("\nhello", Mails.text("From: me\n\nhello"));
  }

  @Test
  void aTextWithoutHeadersIsAllBody() {
    assertEquals("\nNote: bring bread\nand salt", Mails.text("Note: bring bread\nand salt\n"));
    assertEquals("\n", Mails.text(""));
  }

  private void write(String group, String name, String body) throws IOException {
    Path file = folder.resolve(group).resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, ("Subject: " + name + "\n\n" + body).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static List<Labelled> all(LabelledTexts data) {
    List<Labelled> all = new ArrayList<>(data.parts().training());
    all.addAll(data.parts().validation());
    all.addAll(data.parts().test());
    return all;
  }

  @Test
  void repeatedAndEmptyBodiesAreDropped() throws IOException {
    write("easy-ham-1", "1.txt", "h\u00e9llo");
    write("easy-ham-2", "2.txt", "H\u00c9LLO 7 !");
    write("easy-ham-2", "3.txt", " 12 ");
    write("hard-ham-1", "4.txt", "other");
    write("hard-ham-1", "5.json", "no mail");
    write("spam-1", "6.txt", "buy");
    write("spam-2", "7.txt", "hello");
    assertEquals(
        List.of(
            new Labelled("1.txt\nh\u00e9llo", 0),
            new Labelled("4.txt\nother", 0),
            new Labelled("6.txt\nbuy", Mails.SPAM),
            new Labelled("7.txt\nhello", Mails.SPAM)),
        Mails.mails(folder));
  }

  @Test
  void withoutTheFolderTheLineThatFetchesItIsTold() {
    Path none = folder.resolve("none");
    var e = assertThrows(MissingDataException.class, () -> Mails.read(none, 1));
    assertEquals(
        "there is no mail in "
            + none.resolve("easy-ham-1")
            + "; fetch it with: tools/data/fetch spam "
            + none,
        e.getMessage());
  }

  @Test
  void madeUpMailsFollowFromTheSeed() {
    LabelledTexts mails = Mails.generated(90, 5);
    assertEquals(mails, Mails.generated(90, 5));
    assertFalse(mails.equals(Mails.generated(90, 6)));
    assertEquals(90, mails.parts().size());
    assertEquals(30, all(mails).stream().filter(mail -> mail.label() == Mails.SPAM).count());
    assertTrue(mails.parts().test().size() > 4, "" + mails.parts().test().size());
  }
}
