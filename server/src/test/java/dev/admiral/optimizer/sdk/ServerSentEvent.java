package dev.admiral.optimizer.sdk;

import java.util.ArrayList;
import java.util.List;

/**
 * One event of a stream.
 *
 * @param name its name; empty if it has none
 */
record ServerSentEvent(String name, String data) {

  /** Reads a whole stream; comments are left out. */
  static List<ServerSentEvent> read(String stream) {
    List<ServerSentEvent> events = new ArrayList<>();
    for (String block : stream.split("\r?\n\r?\n", -1)) {
      String name = "";
      List<String> data = new ArrayList<>();
      for (String line : block.split("\r?\n", -1)) {
        if (line.startsWith("event:")) {
          name = line.substring(6).strip();
        } else if (line.startsWith("data:")) {
          data.add(line.substring(5).strip());
        }
      }
      if (!data.isEmpty()) {
        events.add(new ServerSentEvent(name, String.join("\n", data)));
      }
    }
    return events;
  }
}
