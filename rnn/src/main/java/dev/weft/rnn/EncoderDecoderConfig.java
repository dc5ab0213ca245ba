package dev.weft.rnn;

import dev.weft.tensor.Gating;

/// The shape of an [EncoderDecoder].
///
/// @param source ids of the source vocabulary
/// @param target ids of the target vocabulary
/// @param encoder its input is the size of a source embedding
/// @param decoder its input is the size of a target embedding; one direction, as many layers as
///     the encoder, and as many units as both directions of the encoder together
public record EncoderDecoderConfig(int source, int target, RnnConfig encoder, RnnConfig decoder) {
  /// Checks that the decoder can begin with the encoder's last states.
  public EncoderDecoderConfig {
    if (source <= Vocabulary.FIRST || target <= Vocabulary.FIRST) {
      throw new IllegalArgumentException(
          "encoder-decoder: a vocabulary has more than "
              + Vocabulary.FIRST
              + " ids, but they have "
              + source
              + " and "
              + target);
    }
    if (decoder.bidirectional()) {
      throw new IllegalArgumentException(
          "encoder-decoder: the decoder writes one id after another and cannot be bidirectional");
    }
    if (decoder.hidden() != encoder.output()
        || decoder.layers() != encoder.layers()
        || decoder.gating().cells() != encoder.gating().cells()) {
      throw new IllegalArgumentException(
          "encoder-decoder: the decoder begins with the encoder's last states, "
              + shape(encoder.gating(), encoder.layers(), encoder.output())
              + ", but has "
              + shape(decoder.gating(), decoder.layers(), decoder.hidden()));
    }
  }

  private static String shape(Gating gating, int layers, int units) {
    return gating + " with " + layers + " layers of " + units + " units";
  }

  /// One layer each way of the same gating: ids of one vocabulary in and out.
  ///
  /// @param vocabulary ids
  /// @param embedding values of an id's vector
  /// @param hidden units of both
  public static EncoderDecoderConfig of(Gating gating, int vocabulary, int embedding, int hidden) {
    RnnConfig layers = RnnConfig.of(gating, embedding, hidden);
    return new EncoderDecoderConfig(vocabulary, vocabulary, layers, layers);
  }
}
