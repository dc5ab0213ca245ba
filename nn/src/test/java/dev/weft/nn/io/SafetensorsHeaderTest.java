package dev.weft.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsHeaderTest {
  private static final String A = "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

  @Test
  void readsEntriesInTheOrderOfTheirData() throws Exception {
    String json =
        "{'__metadata__':{'format':'pt'},"
            + "'late':{'shape':[2,1],'data_offsets':[6,10],'dtype':'BF16'},"
            + "'none':{'dtype':'F64','shape':[0,3],'data_offsets':[6,6]},"
            + "'first':{'dtype':'U8','shape':[6],'data_offsets':[0,6]},"
            + "'scalar':{'dtype':'I64','shape':[],'data_offsets':[10,18]}}   ";
    var header = read(json, 18);
    assertEquals(Map.of("format", "pt"), header.metadata());
    assertEquals(
        List.of("first", "none", "late", "scalar"), List.copyOf(header.entries().keySet()));
    assertEquals(
        new TensorEntry("late", StoredType.BF16, Shape.of(2, 1), 6, 10),
        header.entries().get("late"));
    assertEquals(8 + json.length(), header.dataStart());
    assertEquals(Shape.SCALAR, header.entries().get("scalar").shape());
  }

  @Test
  void anEmptyFileOfTensorsIsValid() throws Exception {
    assertTrue(read("{}", 0).entries().isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          []                                                   | 0  | must begin with '{'
          {                                                    | 0  | no valid JSON
          {}}                                                  | 0  | no valid JSON
          {} {}                                                | 0  | goes on after its closing
          {'a':1}                                              | 0  | tensor a must be an object but is 1
          {'a':{'shape':[],'data_offsets':[0,0]}}              | 0  | needs dtype, shape and data_offsets
          {'a':{'dtype':'F8','shape':[],'data_offsets':[0,1]}} | 1  | unknown dtype F8; known are [F64
          {'a':{'dtype':1,'shape':[],'data_offsets':[0,1]}}    | 1  | dtype must be a text but is 1
          {'a':{'dtype':'U8','shape':3,'data_offsets':[0,3]}}  | 3  | shape must be a list but is 3
          {'a':{'dtype':'U8','shape':[1.5],'data_offsets':[0,1]}} | 1 | shape must be whole numbers but is 1.5
          {'a':{'dtype':'U8','shape':[-1],'data_offsets':[0,1]}}  | 1 | shape: -1 is outside 0
          {'a':{'dtype':'U8','shape':[99999999999999999999],'data_offsets':[0,1]}} | 1 | 99999999999999999999 is outside 0
          {'a':{'dtype':'U8','shape':[4294967297],'data_offsets':[0,1]}} | 1 | the shape [4294967297] is too large
          {'a':{'dtype':'F64','shape':[2147483647,2147483647,2],'data_offsets':[0,8]}} | 8 | is too large
          {'a':{'dtype':'U8','shape':[1],'data_offsets':[0]}}  | 1  | data_offsets must be two numbers but are 1
          {'a':{'dtype':'U8','shape':[1],'data_offsets':[1,0]}}| 1  | lies at bytes 1 to 0 but the file holds 1 bytes
          {'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}}| 1  | lies at bytes 0 to 2 but the file holds 1 bytes
          {'a':{'dtype':'U8','shape':[2],'data_offsets':[9223372036854775806,9223372036854775807]}}| 1  | but the file holds 1 bytes
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,7]}}| 7 | F32 (2) takes 8 bytes but the file gives it 7
          {'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1],'x':0}} | 1 | unknown field x
          {'a':{'dtype':'U8','dtype':'U8','shape':[1],'data_offsets':[0,1]}} | 1 | has dtype twice
          {'__metadata__':{'a':1}}                             | 0  | __metadata__ a must be a text but is 1
          {'__metadata__':{'a':'1','a':'1'}}                   | 0  | __metadata__ holds a twice
          {'__metadata__':{'a':'1'},'__metadata__':{'b':'1'}}  | 0  | __metadata__ appears twice
          {'__metadata__':{},'__metadata__':{}}                | 0  | __metadata__ appears twice
          """)
  void saysWhatIsWrong(String json, int dataBytes, String reason) {
    assertRefused(json, dataBytes, reason);
  }

  @Test
  void refusesHolesOverlapsAndDuplicates() {
    String b = ",'b':{'dtype':'F32','shape':[1],'data_offsets':";
    assertRefused(A + b + "[12,16]}}", 16, "bytes 8 to 12 of the data belong to no tensor");
    assertRefused(A + b + "[8,12]}}", 16, "bytes 12 to 16 of the data belong to no tensor");
    assertRefused(A + b + "[4,8]}}", 8, "tensor b begins at byte 4, inside tensor a, which ends");
    assertRefused(A + "," + A.substring(1) + "}", 8, "tensor a appears twice");
    assertRefused(A + "}", 9, "bytes 8 to 9 of the data belong to no tensor");
  }

  @Test
  void refusesWrongLengths() {
    assertRefused(new byte[7], "at least 8 bytes but this one has 7");
    assertRefused(SafetensorsBytes.of(100, new byte[20], 0), "100 bytes but only 20 follow");
    assertRefused(SafetensorsBytes.of(100_000_001, new byte[20], 0), "more than the 100000000");
    assertRefused(
        SafetensorsBytes.of(-1, new byte[20], 0), "18446744073709551615 bytes, more than");
    assertRefused(SafetensorsBytes.of(0, new byte[0], 0), "must begin with '{'");
    byte[] latin = {'{', '"', (byte) 0xe9, '"', ':', '1', '}'};
    assertRefused(SafetensorsBytes.of(latin.length, latin, 0), "not UTF-8");
    String deep = "{'a':" + "[".repeat(100_000);
    assertRefused(deep, 0, "tensor a must be an object");
  }

  private static SafetensorsHeader.Header read(String json, int dataBytes) throws Exception {
    byte[] file = SafetensorsBytes.of(json.replace('\'', '"'), dataBytes);
    return SafetensorsHeader.read(MemorySegment.ofArray(file), "file.safetensors");
  }

  private static void assertRefused(String json, int dataBytes, String reason) {
    assertRefused(SafetensorsBytes.of(json.replace('\'', '"'), dataBytes), reason);
  }

  private static void assertRefused(byte[] file, String reason) {
    var error =
        assertThrows(
            MalformedFileException.class,
            () -> SafetensorsHeader.read(MemorySegment.ofArray(file), "file.safetensors"));
    assertTrue(error.getMessage().startsWith("file.safetensors: "), error.getMessage());
    assertTrue(error.getMessage().contains(reason), error.getMessage());
    assertTrue(error.getMessage().length() < 400, "one sentence: " + error.getMessage());
  }
}
