package dev.admiral.optimizer.http.anthropic;

/** Tells when an object that comes in pieces is complete. Used by one thread. */
final class JsonProgress {
  private int depth;
  private boolean begun;
  private boolean inString;
  private boolean escaped;

  void add(String piece) {
    for (int i = 0; i < piece.length(); i++) {
      char c = piece.charAt(i);
      if (inString) {
        inString = escaped || c != '"';
        escaped = !escaped && c == '\\';
      } else if (c == '"') {
        inString = true;
      } else if (c == '{' || c == '[') {
        depth++;
        begun = true;
      } else if (c == '}' || c == ']') {
        depth--;
      }
    }
  }

  boolean isComplete() {
    return begun && depth <= 0;
  }
}
