package dev.weft.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SurnamesTest {
  private static List<Labelled> read;
  private static LabelledTexts names;

  @BeforeAll
  static void read() throws IOException {
    read = Surnames.names();
    names = Surnames.deal(read, 3);
  }

  private static List<Labelled> all(LabelledTexts data) {
    List<Labelled> all = new ArrayList<>(data.parts().training());
    all.addAll(data.parts().validation());
    all.addAll(data.parts().test());
    return all;
  }

  @Test
  void thereAreEighteenLanguagesOfAtMostAThousandNames() {
    int[] counts = new int[18];
    all(names).forEach(name -> counts[name.label()]++);
    assertEquals(18, names.classes().size());
    Map<String, Integer> byLanguage = new HashMap<>();
    for (int label = 0; label < 18; label++) {
      assertTrue(counts[label] >= 60 && counts[label] <= 1000, names.classes().get(label));
      byLanguage.put(names.classes().get(label), counts[label]);
    }
    assertEquals(1000, byLanguage.get("Dutch"));
    assertEquals(8160, names.parts().size());
  }

  @Test
  void noNameIsThereTwice() {
    Set<String> seen = new HashSet<>();
    for (Labelled name : all(names)) {
      assertTrue(seen.add(name.text()), name.text());
    }
    assertTrue(seen.contains("Kalogirou"));
    assertTrue(seen.contains("Ovchinnikov"));
  }

  @Test
  void bothFormsOfANameAreInOnePart() {
    Map<String, Integer> parts = new HashMap<>();
    List<List<Labelled>> lists =
        List.of(names.parts().training(), names.parts().validation(), names.parts().test());
    for (int part = 0; part < 3; part++) {
      for (Labelled name : lists.get(part)) {
        parts.put(name.label() + " " + name.text(), part);
      }
    }
    int pairs = 0;
    String czech = names.classes().indexOf("Czech") + " ";
    String russian = names.classes().indexOf("Russian") + " ";
    for (String name : parts.keySet()) {
      Integer other = null;
      if (name.startsWith(russian)) {
        other = parts.get(name + "a"); // Ivanov and Ivanova
      } else if (name.startsWith(czech)) {
        other = parts.get(name + "ová"); // Novák and Nováková
      }
      if (other != null) {
        assertEquals(parts.get(name), other, name);
        pairs++;
      }
    }
    assertTrue(pairs > 200, "" + pairs);
  }

  @Test
  void theSeedDealsTheNames() {
    assertEquals(names, Surnames.deal(read, 3));
    LabelledTexts other = Surnames.deal(read, 4);
    assertFalse(other.equals(names));
    assertEquals(new HashSet<>(all(names)), new HashSet<>(all(other)));
  }

  @ParameterizedTest
  @CsvSource({"Щербаков, Shcherbakov", "Юдин, Iudin", "Григорьева, Grigoreva", "Соловьёв, Solovev"})
  void russianIsSpeltAsInPassports(String name, String latin) {
    assertEquals(latin, Transliteration.russian(name));
  }

  @ParameterizedTest
  @CsvSource({
    "Παπαδόπουλος, Papadopoulos",
    "Μπακογιάννης, Bakogiannis",
    "Ψωμιάδης, Psomiadis",
    "Γκίκας, Gkikas"
  })
  void greekIsSpeltByItsSound(String name, String latin) {
    assertEquals(latin, Transliteration.greek(name));
  }

  @Test
  void madeUpLanguagesAreDealtAlike() {
    LabelledTexts made = Surnames.generated(3, 40, 5);
    assertEquals(made, Surnames.generated(3, 40, 5));
    assertFalse(made.equals(Surnames.generated(3, 40, 6)));
    assertEquals(List.of("Language A", "Language B", "Language C"), made.classes());
    assertEquals(120, made.parts().size());
    for (Labelled name : all(made)) {
      assertTrue(name.text().matches("[A-Z][a-z]+"), name.text());
    }
  }
}
