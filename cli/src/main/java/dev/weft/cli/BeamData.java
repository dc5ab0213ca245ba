package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.decoding.BeamTree;
import dev.weft.decoding.ScoredSequence;
import dev.weft.decoding.Tokenizer;
import java.io.IOException;
import java.util.Locale;

/// A beam search's tree with its texts, as the fields of a JSON object.
///
/// @param prompt as the user wrote it
record BeamData(String prompt, BeamTree tree, Tokenizer tokenizer) {
  void write(JsonGenerator json) throws IOException {
    json.writeStringField("prompt", prompt);
    json.writeFieldName("prompt_tokens");
    json.writeArray(tree.prompt(), 0, tree.prompt().length);
    json.writeArrayFieldStart("nodes");
    for (BeamTree.Node node : tree.nodes()) {
      write(json, node);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("results");
    for (BeamTree.Result result : tree.results()) {
      write(json, result);
    }
    json.writeEndArray();
  }

  /// The prompt has no parent, token or text; only what was pruned has a rival.
  private void write(JsonGenerator json, BeamTree.Node node) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", node.id());
    json.writeNumberField("step", node.step());
    if (node.step() > 0) {
      json.writeNumberField("parent", node.parent());
      json.writeNumberField("token", node.token());
      json.writeStringField("text", tokenizer.decode(node.token()));
    }
    json.writeNumberField("logprob", node.logProbability());
    json.writeNumberField("score", node.score());
    json.writeStringField("fate", node.fate().name().toLowerCase(Locale.ROOT));
    if (node.rival() >= 0) {
      json.writeNumberField("rival", node.rival());
    }
    json.writeEndObject();
  }

  private void write(JsonGenerator json, BeamTree.Result result) throws IOException {
    ScoredSequence found = result.sequence();
    json.writeStartObject();
    json.writeNumberField("node", result.node());
    json.writeNumberField("score", found.score());
    json.writeNumberField("logprob", found.logProbability());
    json.writeBooleanField("finished", found.finished());
    json.writeStringField("text", tokenizer.decode(found.generated(), true));
    json.writeFieldName("tokens");
    int[] generated = found.generated();
    json.writeArray(generated, 0, generated.length);
    json.writeEndObject();
  }
}
