package dev.admiral.optimizer.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the process was given from outside: variables, the user's home, and small files.
 *
 * @param variables the environment variables
 * @param home the user's home folder
 */
public record Environment(Map<String, String> variables, Path home) {
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\$\\{|\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}|\\$\\{");

  /** Names the folder with what systemd keeps for the service alone. */
  private static final String CREDENTIALS = "CREDENTIALS_DIRECTORY";

  /** Of a whole folder that is loaded as "admiral", systemd calls each file admiral_NAME. */
  private static final Pattern CREDENTIAL = Pattern.compile("(?:admiral_)?([A-Z][A-Z0-9_]*)");

  /** Most bytes of a configuration file or a file that holds a secret. */
  static final int MAX_FILE_BYTES = 1 << 20;

  /**
   * Returns that of this process, with the credentials that systemd gave it.
   *
   * @throws ConfigException if a credential cannot be read
   */
  public static Environment ofProcess() throws ConfigException {
    return new Environment(System.getenv(), Path.of(System.getProperty("user.home")))
        .withCredentials();
  }

  /**
   * Returns this with the credentials in the folder that {@code CREDENTIALS_DIRECTORY} names: one
   * that is called like a variable stands for that variable, unless it is set. They do not change
   * while a process runs.
   *
   * @throws ConfigException if one cannot be read
   */
  Environment withCredentials() throws ConfigException {
    String folder = variables.get(CREDENTIALS);
    if (folder == null || folder.isBlank()) {
      return this;
    }
    Map<String, String> all = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(folder))) {
      for (Path file : files) {
        Matcher name = CREDENTIAL.matcher(file.getFileName().toString());
        if (name.matches() && Files.isRegularFile(file)) {
          all.put(name.group(1), read("the credential " + name.group(), file).strip());
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new ConfigException(CREDENTIALS + ": the folder " + folder + " cannot be read");
    }
    all.putAll(variables);
    return new Environment(Map.copyOf(all), home);
  }

  /** Returns the value of a variable; null if it is not set. */
  public @Nullable String variable(String name) {
    return variables.get(name);
  }

  /**
   * Returns the secret that a variable holds, or the file named by the variable with {@code _FILE}
   * behind it; empty if neither is set.
   *
   * @throws ConfigException if both are, or the file cannot be read
   */
  Optional<Secret> secret(String name) throws ConfigException {
    String fileName = name + "_FILE";
    String value = variables.getOrDefault(name, "").strip();
    String file = variables.getOrDefault(fileName, "");
    if (file.isBlank()) {
      return value.isEmpty() ? Optional.empty() : Optional.of(new Secret(value));
    }
    if (!value.isEmpty()) {
      throw new ConfigException("give " + name + " or " + fileName + ", not both");
    }
    return Optional.of(readSecret(fileName, Path.of(file)));
  }

  /**
   * Fills in variables, <code>${NAME}</code> or <code>${NAME:-default}</code>; the text <code>$${
   * </code> stands for itself without its first dollar.
   *
   * @throws ConfigException if a variable without a default is not set, naming it
   */
  String expand(String where, String text) throws ConfigException {
    if (text.indexOf('$') < 0) {
      return text;
    }
    StringBuilder expanded = new StringBuilder();
    Matcher matcher = VARIABLE.matcher(text);
    int end = 0;
    while (matcher.find()) {
      expanded.append(text, end, matcher.start()).append(value(where, matcher));
      end = matcher.end();
    }
    return expanded.append(text, end, text.length()).toString();
  }

  private String value(String where, Matcher matcher) throws ConfigException {
    if (matcher.group().equals("$${")) {
      return "${";
    }
    String name = matcher.group(1);
    if (name == null) {
      throw new ConfigException(
          where + ": '${' must be followed by a variable's name and '}'; write '$${' for the text");
    }
    String value = variables.get(name);
    String fallback = matcher.group(2);
    if (value == null || (value.isEmpty() && fallback != null)) {
      value = fallback;
    }
    if (value == null) {
      throw new ConfigException(
          where
              + ": the environment variable "
              + name
              + " is not set; set it, or write ${"
              + name
              + ":-default}");
    }
    return value;
  }

  /** Returns the path a text stands for: "~" is the home folder, and it is relative to a base. */
  Path path(Path base, String text) {
    if (text.equals("~")) {
      return home;
    }
    return text.startsWith("~/") ? home.resolve(text.substring(2)) : base.resolve(text).normalize();
  }

  /**
   * Reads a small text file.
   *
   * @param where the place that names it
   * @throws ConfigException if that fails, saying why
   */
  public String read(String where, Path file) throws ConfigException {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new ConfigException(
            where + ": the file " + file + " is larger than " + MAX_FILE_BYTES + " bytes");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(where + ": there is no file " + file);
    } catch (AccessDeniedException e) {
      throw new ConfigException(where + ": the file " + file + " may not be read by this user");
    } catch (CharacterCodingException e) {
      throw new ConfigException(where + ": the file " + file + " is not UTF-8 text");
    } catch (IOException e) {
      throw new ConfigException(
          where + ": the file " + file + " cannot be read: " + e.getMessage());
    }
  }

  /** Reads a secret, without the line end that editors put behind it. */
  Secret readSecret(String where, Path file) throws ConfigException {
    String secret = read(where, file).strip();
    if (secret.isEmpty()) {
      throw new ConfigException(where + ": the file " + file + " is empty; put the secret in it");
    }
    return new Secret(secret);
  }

  /** The variables are as secret as anything. */
  @Override
  public String toString() {
    return "Environment[" + variables.size() + " variables]";
  }
}
