package dev.admiral.optimizer.fleet;

import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Live;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells whom a presented key speaks for. Keys are compared by digest, every one of them whatever
 * matched before, and without a branch on what matched: the time taken tells only how many keys
 * there are, about a nanosecond for each.
 */
public final class Keys {
  private static final Optional<Identity> ANYBODY =
      Optional.of(new Identity(Caller.DEFAULT_TENANT, true, "open"));

  private final Live<List<Key>> keys;
  private volatile Ring ring;

  /**
   * @param keys the keys, no two of them the same key; empty for open mode, in which anybody is the
   *     operator of the default tenant. Others put in their place hold at once and as a whole
   * @throws IllegalArgumentException if two of them are the same key: whom would it speak for?
   */
  public Keys(Live<List<Key>> keys) {
    this.keys = keys;
    ring = Ring.of(keys.get());
  }

  /** Returns true if there are no keys and anybody is the operator of the default tenant. */
  public boolean open() {
    return keys.get().isEmpty();
  }

  /**
   * Tells whom a key speaks for.
   *
   * @param bearer what was presented, without the word "Bearer"; null if nothing was
   * @return empty if the key is not known here, or is missing where one is needed
   */
  public Optional<Identity> authenticate(@Nullable String bearer) {
    Ring now = ring();
    if (now.identities.isEmpty()) {
      return ANYBODY;
    }
    return bearer == null ? Optional.empty() : now.find(Key.digest(bearer));
  }

  /** Returns the keys of now, made ready for looking up; two threads may make the same. */
  @SuppressWarnings("ReferenceEquality") // Whether it is the list that the ring was made of.
  private Ring ring() {
    Ring latest = ring;
    List<Key> now = keys.get();
    if (latest.source != now) {
      latest = Ring.of(now);
      ring = latest;
    }
    return latest;
  }

  /** The keys at one time: the digests, four longs each, and whose they are. */
  private static final class Ring {
    private final List<Key> source;
    private final long[] digests;
    private final List<Identity> identities;

    private Ring(List<Key> source, long[] digests, List<Identity> identities) {
      this.source = source;
      this.digests = digests;
      this.identities = identities;
    }

    static Ring of(List<Key> keys) {
      Map<String, Key> known = new HashMap<>();
      for (Key key : keys) {
        Key same = known.putIfAbsent(key.sha256(), key);
        if (same != null) {
          throw new IllegalArgumentException(
              "the keys '"
                  + same.identity().label()
                  + "' and '"
                  + key.identity().label()
                  + "' are the same key; give each a key of its own");
        }
      }
      ByteBuffer digests = ByteBuffer.allocate(keys.size() * 32);
      keys.forEach(key -> digests.put(HexFormat.of().parseHex(key.sha256())));
      long[] words = new long[keys.size() * 4];
      digests.flip().asLongBuffer().get(words);
      return new Ring(keys, words, keys.stream().map(Key::identity).toList());
    }

    Optional<Identity> find(byte[] digest) {
      ByteBuffer bytes = ByteBuffer.wrap(digest);
      long a = bytes.getLong();
      long b = bytes.getLong();
      long c = bytes.getLong();
      long d = bytes.getLong();
      long found = -1;
      for (int i = 0; i < digests.length; i += 4) {
        long difference =
            (a ^ digests[i]) | (b ^ digests[i + 1]) | (c ^ digests[i + 2]) | (d ^ digests[i + 3]);
        // All ones for equal digests, else zero.
        long equal = ((difference | -difference) >>> 63) - 1;
        // The place of the latest that is equal: one of the equal ones, however many there were.
        found = (found & ~equal) | (equal & (i / 4));
      }
      return found < 0 ? Optional.empty() : Optional.of(identities.get((int) found));
    }
  }
}
