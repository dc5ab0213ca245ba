package dev.weft.kernels.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What PTX text says about a kernel: the size of each parameter in bytes, so that a launch with
/// other arguments is refused here and not by a wrong number.
///
/// @param name the kernel
/// @param parameters bytes of each parameter
record Signature(String name, int[] parameters) {
  private static final Pattern ENTRY =
      Pattern.compile("\\.entry\\s+(\\w+)\\s*\\(([^)]*)\\)", Pattern.DOTALL);
  private static final Pattern PARAMETER =
      Pattern.compile("\\.param\\s+(?:\\.align\\s+\\d+\\s+)?\\.[a-z](\\d+)[^,\\[]*(?:\\[(\\d+)])?");

  /// The kernels of a PTX text by name.
  static Map<String, Signature> of(String ptx) {
    Map<String, Signature> found = new LinkedHashMap<>();
    Matcher entries = ENTRY.matcher(ptx);
    while (entries.find()) {
      List<Integer> sizes = new ArrayList<>();
      Matcher parameters = PARAMETER.matcher(entries.group(2));
      while (parameters.find()) {
        int bytes = Integer.parseInt(parameters.group(1)) / Byte.SIZE;
        String count = parameters.group(2);
        sizes.add(count == null ? bytes : bytes * Integer.parseInt(count));
      }
      int[] bytes = sizes.stream().mapToInt(Integer::intValue).toArray();
      found.put(entries.group(1), new Signature(entries.group(1), bytes));
    }
    return found;
  }
}
