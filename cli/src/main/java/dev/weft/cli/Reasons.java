package dev.weft.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/// Why reading or writing failed, in words: the file exceptions of the JDK name the file only.
final class Reasons {
  private Reasons() {}

  static String of(IOException e) {
    String message = e.getMessage();
    return switch (e) {
      case NoSuchFileException missing -> "there is no " + missing.getFile();
      case AccessDeniedException denied -> "access to " + denied.getFile() + " is denied";
      case FileAlreadyExistsException file -> file.getFile() + " is no folder";
      case IOException _ when message == null || message.isBlank() -> e.getClass().getSimpleName();
      default -> message;
    };
  }
}
