package dev.admiral.optimizer.http.openai;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.v1.File;
import dev.admiral.optimizer.v1.Image;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.RemoteData;
import dev.admiral.optimizer.v1.UploadedData;
import java.util.Base64;
import java.util.Locale;

/** Pictures, documents and sounds, by address or with their bytes. */
final class Media {
  private static final String DATA = "data:";
  private static final String BASE64 = ";base64";
  private static final String PLAIN = "text/plain";

  private Media() {}

  /** Reads a picture by its address or data URL. */
  static Image.Builder image(Given url, Given detail) throws CallException {
    String text = url.text();
    Image.Builder image = Image.newBuilder().setDetail(detail.textOrEmpty());
    return isData(text)
        ? image.setInline(inline(text, url))
        : image.setRemote(RemoteData.newBuilder().setUri(text));
  }

  /** Reads a document by whichever of its fields is given. */
  static File.Builder file(Given file) throws CallException {
    Given id = file.get("file_id");
    Given url = file.get("file_url");
    if (id.present()) {
      return File.newBuilder().setUploaded(UploadedData.newBuilder().setFileId(id.text()));
    } else if (url.present()) {
      return File.newBuilder()
          .setName(file.get("filename").textOrEmpty())
          .setRemote(RemoteData.newBuilder().setUri(url.text()));
    }
    return document(file.get("file_data"), file.get("filename"));
  }

  /** Reads a document by its data URL, or by its address, which some vendors take. */
  private static File.Builder document(Given data, Given name) throws CallException {
    String text = data.text();
    File.Builder file = File.newBuilder().setName(name.textOrEmpty());
    if (isData(text)) {
      return file.setInline(inline(text, data));
    }
    if (!text.regionMatches(true, 0, "http", 0, 4)) {
      throw data.wrong("must be a data URL such as data:application/pdf;base64,...");
    }
    return file.setRemote(RemoteData.newBuilder().setUri(text));
  }

  /** Reads a sound. */
  static File.Builder sound(Given data, Given format) throws CallException {
    String type =
        switch (format.text()) {
          case "wav" -> "audio/wav";
          case "mp3" -> "audio/mpeg";
          default -> throw format.wrong("must be wav or mp3");
        };
    return File.newBuilder()
        .setInline(
            InlineData.newBuilder().setMediaType(type).setData(decode(data.text(), 0, data)));
  }

  private static boolean isData(String url) {
    return url.regionMatches(true, 0, DATA, 0, DATA.length());
  }

  private static InlineData inline(String url, Given at) throws CallException {
    int comma = url.indexOf(',');
    String type = comma < 0 ? "" : url.substring(DATA.length(), comma);
    if (!type.toLowerCase(Locale.ROOT).endsWith(BASE64)) {
      throw at.wrong("must be a data URL in base64, such as data:image/png;base64,...");
    }
    String mediaType = type.substring(0, type.length() - BASE64.length());
    return InlineData.newBuilder()
        .setMediaType(mediaType.isEmpty() ? PLAIN : mediaType)
        .setData(decode(url, comma + 1, at))
        .build();
  }

  private static ByteString decode(String text, int from, Given at) throws CallException {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(text.substring(from)));
    } catch (IllegalArgumentException e) {
      throw at.wrong("is not base64");
    }
  }
}
