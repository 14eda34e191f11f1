import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies of a jar what other code can be compiled against: its public and protected types, methods
 * and fields, without code. The same classes give the same bytes.
 */
final class ApiJar {
  private static final int OFFERED = ClassFile.ACC_PUBLIC | ClassFile.ACC_PROTECTED;
  private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 1, 1, 0, 0);

  private static final ClassFile CLASS_FILE = ClassFile.of(ConstantPoolSharingOption.NEW_POOL);

  private ApiJar() {}

  public static void main(String[] args) throws IOException {
    try (ZipFile jar = new ZipFile(args[0]);
        OutputStream file = Files.newOutputStream(Path.of(args[1]));
        ZipOutputStream api = new ZipOutputStream(file)) {
      List<? extends ZipEntry> classes =
          jar.stream()
              .filter(entry -> entry.getName().endsWith(".class"))
              .sorted(Comparator.comparing(ZipEntry::getName))
              .toList();
      for (ZipEntry entry : classes) {
        ClassModel type = CLASS_FILE.parse(jar.getInputStream(entry).readAllBytes());
        if (isOffered(type.flags().flagsMask())) {
          ZipEntry copy = new ZipEntry(entry.getName());
          copy.setTimeLocal(ALWAYS);
          api.putNextEntry(copy);
          api.write(offered(type));
        }
      }
    }
  }

  private static byte[] offered(ClassModel type) {
    ClassTransform members =
        ClassTransform.dropping(ApiJar::isHidden)
            .andThen(
                ClassTransform.transformingMethods(
                    MethodTransform.dropping(CodeAttribute.class::isInstance)))
            .andThen((builder, element) ->
                builder.with(
                    element instanceof InnerClassesAttribute nested ? offered(nested) : element));
    return CLASS_FILE.transformClass(type, members);
  }

  private static InnerClassesAttribute offered(InnerClassesAttribute nested) {
    return InnerClassesAttribute.of(
        nested.classes().stream().filter(inner -> isOffered(inner.flagsMask())).toList());
  }

  private static boolean isHidden(ClassElement element) {
    return switch (element) {
      // A class whose constructors are all private cannot be extended, and its copy must say so.
      case MethodModel method ->
          !isOffered(method.flags().flagsMask()) && !method.methodName().equalsString("<init>");
      case FieldModel field -> !isOffered(field.flags().flagsMask());
      case NestMembersAttribute ignored -> true;
      case SourceFileAttribute ignored -> true;
      default -> false;
    };
  }

  private static boolean isOffered(int flags) {
    return (flags & OFFERED) != 0;
  }
}
