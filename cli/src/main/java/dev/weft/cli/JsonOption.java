package dev.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine.Option;

/// `--json`: the result also as one line of JSON, the last of standard output.
final class JsonOption {
  @Option(names = "--json", description = "End standard output with the result as a line of JSON.")
  private boolean wanted;

  /// Writes the fields of one object.
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator line) throws IOException;
  }

  /// Whether it was given.
  boolean wanted() {
    return wanted;
  }

  /// Prints the object when it is wanted.
  void print(PrintWriter out, Fields fields) throws IOException {
    if (wanted) {
      StringWriter text = new StringWriter();
      try (JsonGenerator line = new JsonFactory().createGenerator(text)) {
        line.writeStartObject();
        fields.write(line);
        line.writeEndObject();
      }
      out.println(text);
      out.flush();
    }
  }
}
