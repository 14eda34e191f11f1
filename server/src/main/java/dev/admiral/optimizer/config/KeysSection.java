package dev.admiral.optimizer.config;

import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Key;
import java.util.List;
import java.util.Optional;

/** Reads who may call. */
final class KeysSection {
  private KeysSection() {}

  static List<Key> read(Section root) throws ConfigException {
    return root.list(
        "keys",
        KeysSection::key,
        Key::sha256,
        (first, second) ->
            "the keys '"
                + first.identity().label()
                + "' and '"
                + second.identity().label()
                + "' are the same key; give each a key of its own");
  }

  private static Key key(Section section) throws ConfigException {
    Identity identity =
        new Identity(
            section.text("tenant", Caller.DEFAULT_TENANT),
            section.flag("operator", false),
            section.required("label"));
    String problem = Fleet.nameProblem(identity.tenant());
    if (problem != null) {
      throw section.wrong("tenant", "a tenant's name " + problem);
    }
    Optional<Secret> plain = section.secret("key");
    Optional<String> digest = section.text("sha256");
    if (plain.isPresent() == digest.isPresent()) {
      throw section.wrong(
          "label",
          "the key '" + identity.label() + "' needs exactly one of sha256, key and key_file");
    }
    if (plain.isPresent()) {
      return Key.of(plain.get().reveal(), identity);
    }
    try {
      return new Key(digest.orElseThrow(), identity);
    } catch (IllegalArgumentException e) {
      throw section.wrong(
          "sha256", "sha256 must be 64 hex digits; from a key: printf %s KEY | sha256sum");
    }
  }
}
