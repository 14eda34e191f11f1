package dev.admiral.optimizer.http.openai;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.ImageDetail;
import dev.admiral.optimizer.v1.ImagePart;
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
  static ImagePart.Builder image(Given url, Given detail) throws CallException {
    String text = url.text();
    ImagePart.Builder image = ImagePart.newBuilder().setDetail(detail(detail));
    return isData(text)
        ? image.setInline(inline(text, url))
        : image.setRemote(RemoteData.newBuilder().setUri(text));
  }

  private static ImageDetail detail(Given detail) throws CallException {
    return switch (detail.textOrEmpty()) {
      case "" -> ImageDetail.IMAGE_DETAIL_UNSPECIFIED;
      case "low" -> ImageDetail.IMAGE_DETAIL_LOW;
      case "high" -> ImageDetail.IMAGE_DETAIL_HIGH;
      case "auto" -> ImageDetail.IMAGE_DETAIL_AUTO;
      case "original" -> ImageDetail.IMAGE_DETAIL_ORIGINAL;
      default -> throw detail.wrong("must be low, high, auto or original");
    };
  }

  /** Reads a document by whichever of its fields is given. */
  static FilePart.Builder file(Given file) throws CallException {
    Given id = file.get("file_id");
    Given url = file.get("file_url");
    if (id.present()) {
      return FilePart.newBuilder().setUploaded(UploadedData.newBuilder().setFileId(id.text()));
    } else if (url.present()) {
      return FilePart.newBuilder()
          .setName(file.get("filename").textOrEmpty())
          .setRemote(RemoteData.newBuilder().setUri(url.text()));
    }
    return document(file.get("file_data"), file.get("filename"));
  }

  /** Reads a document by its data URL, or by its address, which some vendors take. */
  private static FilePart.Builder document(Given data, Given name) throws CallException {
    String text = data.text();
    FilePart.Builder file = FilePart.newBuilder().setName(name.textOrEmpty());
    if (isData(text)) {
      return file.setInline(inline(text, data));
    }
    if (!text.regionMatches(true, 0, "http", 0, 4)) {
      throw data.wrong("must be a data URL such as data:application/pdf;base64,...");
    }
    return file.setRemote(RemoteData.newBuilder().setUri(text));
  }

  /** Reads a sound. */
  static FilePart.Builder sound(Given data, Given format) throws CallException {
    String type =
        switch (format.text()) {
          case "wav" -> "audio/wav";
          case "mp3" -> "audio/mpeg";
          // Those of OpenRouter and Gemini; OpenAI takes the two above.
          case "flac", "aac", "ogg", "aiff" -> "audio/" + format.text();
          case "m4a" -> "audio/mp4";
          default -> throw format.wrong("must be wav, mp3, flac, aac, ogg, aiff or m4a");
        };
    return FilePart.newBuilder()
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
