package dev.admiral.optimizer.routing;

/** What a model can do beyond text in, text out. */
public enum Ability {
  /** Takes pictures. */
  IMAGES,
  /** Calls tools. */
  TOOLS,
  /** Is held to a JSON schema by its vendor. */
  JSON_SCHEMA,
  /** Reasons before it answers. */
  REASONING,
  /** Turns texts into vectors, and does nothing else. */
  EMBEDDINGS
}
