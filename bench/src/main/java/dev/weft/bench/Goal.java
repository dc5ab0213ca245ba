package dev.weft.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;

/// What Weft wants to be beside a peer, on two cores with AVX-512.
///
/// @param work in words
/// @param ratio how many times better
/// @param seen the best of that peer seen on another such machine, with its unit, or null
record Goal(String work, String benchmark, String variant, String peer, double ratio, String seen) {
  /// All of them, from `goals.json`.
  static List<Goal> all() throws IOException {
    try (InputStream in = Goal.class.getResourceAsStream("goals.json")) {
      return new ObjectMapper().readValue(in, new TypeReference<>() {});
    }
  }

  /// Whether somebody who measures these benchmarks, peers and variants will know about it.
  boolean isAsked(List<Benchmark> benchmarks, List<String> peers, Pattern only) {
    return benchmarks.stream().anyMatch(chosen -> chosen.name().equals(benchmark))
        && peers.contains(peer)
        && only.matcher(variant).find();
  }

  /// The figure that tells whether it is reached, or null.
  Figure in(List<Figure> figures) {
    return figures.stream()
        .filter(figure -> figure.benchmark().equals(benchmark))
        .filter(figure -> figure.variant().equals(variant) && peer.equals(figure.peer()))
        .findFirst()
        .orElse(null);
  }
}
