package dev.weft.cli;

import dev.weft.decoding.Candidates;
import dev.weft.decoding.Filter;
import dev.weft.decoding.History;

/// Makes some ids impossible.
record Without(int... ids) implements Filter {
  @Override
  public void apply(Candidates candidates, History history) {
    for (int id : ids) {
      int index = candidates.indexOf(id);
      if (index >= 0) {
        candidates.logit(index, Float.NEGATIVE_INFINITY);
      }
    }
  }

  @Override
  public String name() {
    return "what is no text";
  }
}
