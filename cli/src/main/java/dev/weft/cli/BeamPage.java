package dev.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/// A beam search's tree as one HTML file that needs nothing else: the page's source with the tree
/// as JSON in it.
final class BeamPage {
  private static final String PLACE = "{}<!-- data -->";

  private BeamPage() {}

  static String of(BeamData data) throws IOException {
    StringWriter json = new StringWriter();
    try (JsonGenerator generator = new JsonFactory().createGenerator(json)) {
      generator.writeStartObject();
      data.write(generator);
      generator.writeEndObject();
    }
    String source = source();
    if (!source.contains(PLACE)) {
      throw new IllegalStateException("beams.html has no place for its data");
    }
    // A text may hold "</script>"; as an escape it ends nothing.
    return source.replace(PLACE, json.toString().replace("<", "\\u003c"));
  }

  private static String source() throws IOException {
    try (InputStream in = BeamPage.class.getResourceAsStream("beams.html")) {
      if (in == null) {
        throw new IllegalStateException("beams.html is missing beside " + BeamPage.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
