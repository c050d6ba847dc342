package dev.chainfuse.rules;

/** A netfilter hook, with the name of its built-in chain (include/uapi/linux/netfilter.h order). */
public enum Hook {
  PREROUTING,
  INPUT,
  FORWARD,
  OUTPUT,
  POSTROUTING
}
