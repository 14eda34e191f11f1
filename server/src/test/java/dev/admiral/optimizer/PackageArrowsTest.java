package dev.admiral.optimizer;

import static java.util.Map.entry;
import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.admiral.optimizer.call.Money;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the table of docs/architecture.md: which package of the server may import which. */
class PackageArrowsTest {
  private static final String ROOT = "dev.admiral.optimizer.";

  /** The generated code of the contract; everybody may import it. */
  private static final String CONTRACT = "v1";

  private static final Set<String> ENGINE =
      Set.of(
          "call",
          "cache",
          "flight",
          "admission",
          "routing",
          "provider",
          "fleet",
          "learning",
          "tuning",
          "guardian",
          "ledger",
          "events",
          "audit",
          "stats",
          "journal",
          "telemetry");

  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          entry("call", Set.of()),
          entry("cache", Set.of("call")),
          entry("flight", Set.of("call")),
          entry("admission", Set.of("call")),
          entry("routing", Set.of("call")),
          entry("provider", Set.of("call")),
          entry("fleet", Set.of("call")),
          entry("learning", Set.of("call", "routing")),
          entry("tuning", Set.of("call", "cache")),
          entry("guardian", Set.of("call")),
          entry("ledger", Set.of("call")),
          entry("events", Set.of("call")),
          entry("audit", Set.of("call")),
          entry("stats", Set.of("call")),
          entry("journal", Set.of("call")),
          entry("telemetry", Set.of("call")),
          entry("pipeline", ENGINE),
          // The packages that declare what is stored.
          entry(
              "store",
              Set.of(
                  "call", "cache", "fleet", "learning", "ledger", "events", "routing", "tuning")),
          entry("report", with(ENGINE, "pipeline")),
          entry("front", with(ENGINE, "pipeline", "report")),
          entry("grpc", with(ENGINE, "pipeline", "report", "front")),
          entry("http", with(ENGINE, "pipeline", "report", "front")),
          entry("config", with(ENGINE, "pipeline")),
          entry(
              "app",
              with(ENGINE, "pipeline", "report", "front", "grpc", "http", "store", "config")));

  private static JavaClasses server;

  @BeforeAll
  static void readServer() {
    // Not by package name: the client and the contract live below the same root.
    server =
        new ClassFileImporter()
            .importUrl(Money.class.getProtectionDomain().getCodeSource().getLocation());
  }

  @Test
  void everyPackage_hasARowInTheTable() {
    assertThat(server.stream().map(PackageArrowsTest::part).distinct())
        .isSubsetOf(MAY_IMPORT.keySet());
  }

  @Test
  void everyImport_followsAnArrowOfTheTable() {
    List<String> strays =
        dependencies()
            .filter(d -> d.getTargetClass().getPackageName().startsWith(ROOT))
            .filter(d -> !allowed(part(d.getOriginClass()), part(d.getTargetClass())))
            .map(Dependency::getDescription)
            .toList();

    assertThat(strays).isEmpty();
  }

  /** A family of vendors is a row of its own here; what it may import is wire and the port. */
  private static final Map<String, Set<String>> WITHIN_PROVIDER =
      Map.of(
          "", Set.of(),
          "wire", Set.of(""),
          "openai", Set.of("", "wire"),
          "anthropic", Set.of("", "wire"),
          "assembly", Set.of("", "wire", "openai", "anthropic"));

  /** Everybody else sees the port alone. */
  private static final Set<String> ASSEMBLERS = Set.of("app", "config");

  @Test
  void familiesOfVendors_knowWireAndNoOtherFamily() {
    assertThat(
            server.stream()
                .filter(c -> part(c).equals("provider"))
                .map(PackageArrowsTest::below)
                .distinct())
        .containsExactlyInAnyOrderElementsOf(WITHIN_PROVIDER.keySet());

    assertThat(
            dependencies()
                .filter(d -> isBelow(d.getOriginClass(), "provider"))
                .filter(d -> isBelow(d.getTargetClass(), "provider"))
                .filter(d -> !below(d.getOriginClass()).equals(below(d.getTargetClass())))
                .filter(d ->
                    !WITHIN_PROVIDER
                        .getOrDefault(below(d.getOriginClass()), Set.of())
                        .contains(below(d.getTargetClass())))
                .map(Dependency::getDescription))
        .isEmpty();
  }

  @Test
  void familiesOfVendors_areKnownToWhoAssemblesThemAlone() {
    assertThat(
            dependencies()
                .filter(d -> isBelow(d.getTargetClass(), "provider"))
                .filter(d -> !below(d.getTargetClass()).isEmpty())
                .filter(d -> !isBelow(d.getOriginClass(), "provider"))
                .filter(d -> !ASSEMBLERS.contains(part(d.getOriginClass())))
                .map(Dependency::getDescription))
        .isEmpty();
  }

  /** What stands below the package that a row of the table is about; empty for that itself. */
  private static String below(JavaClass type) {
    String below = type.getBaseComponentType().getPackageName().substring(ROOT.length());
    int dot = below.indexOf('.');
    return dot < 0 ? "" : below.substring(dot + 1);
  }

  private static boolean isBelow(JavaClass type, String part) {
    String name = type.getBaseComponentType().getPackageName();
    return name.startsWith(ROOT) && part(type).equals(part);
  }

  @Test
  void vocabulary_knowsOnlyTheJdkAndTheContract() {
    Set<String> known =
        Set.of("java.", ROOT, "com.google.protobuf.", "org.jspecify.", "com.google.errorprone.");

    assertThat(
            foreign(origin -> part(origin).equals("call"), target -> startsWithAny(target, known)))
        .isEmpty();
  }

  @Test
  void databases_areKnownToTheirStoreAlone() {
    Set<String> databases =
        Set.of("java.sql.", "javax.sql.", "org.jdbi.", "org.flywaydb.", "org.sqlite.");

    assertThat(
            foreign(
                origin -> !origin.getPackageName().equals(ROOT + "store.sqlite"),
                target -> !startsWithAny(target, databases)))
        .isEmpty();
  }

  @Test
  void oneStore_isKnownToTheWiringAlone() {
    String stores = ROOT + "store.";

    assertThat(
            foreign(
                origin ->
                    !part(origin).equals("app") && !origin.getPackageName().startsWith(stores),
                target -> !target.startsWith(stores + "sqlite.")))
        .isEmpty();
  }

  /** What the chosen packages import although {@code welcome} does not hold for it. */
  private static List<String> foreign(Predicate<JavaClass> origin, Predicate<String> welcome) {
    return dependencies()
        .filter(d -> origin.test(d.getOriginClass()))
        .filter(d -> !d.getTargetClass().getBaseComponentType().isPrimitive())
        .filter(d -> !welcome.test(d.getTargetClass().getBaseComponentType().getName()))
        .map(Dependency::getDescription)
        .toList();
  }

  private static Stream<Dependency> dependencies() {
    return server.stream().flatMap(c -> c.getDirectDependenciesFromSelf().stream());
  }

  private static boolean allowed(String from, String to) {
    return from.equals(to)
        || to.equals(CONTRACT)
        || MAY_IMPORT.getOrDefault(from, Set.of()).contains(to);
  }

  /** The row of the table a class belongs to: the package right below the root. */
  private static String part(JavaClass type) {
    String below = type.getBaseComponentType().getPackageName().substring(ROOT.length());
    int dot = below.indexOf('.');
    return dot < 0 ? below : below.substring(0, dot);
  }

  private static boolean startsWithAny(String name, Set<String> prefixes) {
    return prefixes.stream().anyMatch(name::startsWith);
  }

  private static Set<String> with(Set<String> some, String... others) {
    return Stream.concat(some.stream(), Stream.of(others)).collect(toUnmodifiableSet());
  }
}
