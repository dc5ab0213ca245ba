package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MainTest {
  @ParameterizedTest
  @CsvSource({
    "limit, no benchmark is called limit; there are [limits",
    "limits --device cuda:9, device cuda:9",
    "limits --jvms 0, --jvms must be at least 1 but is 0",
    "limits --threads 0, --threads must be at least 1 but is 0",
    "limits --threads 100000, --threads must be at most ",
    "limits --json /, --json / is a folder; name a file",
    "limits --json ., --json . is a folder; name a file",
    "limits --report /dev/null/page, --report /dev/null/page: the folder cannot be made",
    "limits --peers nobody, no peer is called nobody; there are [",
    "limits --json /no/such/rows.json, --json /no/such/rows.json: there is no folder",
  })
  void whatCannotBeMeasuredIsRefusedInASentence(String arguments, String why) {
    StringWriter err = new StringWriter();
    int status = Main.line().setErr(new PrintWriter(err)).execute(arguments.split(" "));
    assertEquals(2, status);
    assertTrue(err.toString().startsWith(why), err.toString());
    assertFalse(err.toString().contains("\tat "), err.toString());
  }
}
