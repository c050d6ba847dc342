package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Target;

/** A target with options of its own. */
interface ExtensionTarget extends Target {
  @Override
  default Kind kind() {
    return Kind.EXTENSION;
  }
}
