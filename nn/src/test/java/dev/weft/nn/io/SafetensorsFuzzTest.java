package dev.weft.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;

class SafetensorsFuzzTest {
  @FuzzTest
  void anyBytesAreReadOrRefused(byte[] file) {
    try {
      var header = SafetensorsHeader.read(MemorySegment.ofArray(file), "fuzz");
      long at = 0;
      for (TensorEntry entry : header.entries().values()) {
        assertEquals(at, entry.begin());
        assertEquals(entry.bytes(), entry.shape().size() * entry.type().bytes());
        at = entry.end();
      }
      assertEquals(file.length, header.dataStart() + at);
    } catch (MalformedFileException e) {
      assertTrue(e.getMessage().startsWith("fuzz: "), e.getMessage());
    }
  }
}
