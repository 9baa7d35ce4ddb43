const symbols = new Map<string, symbol>();

/**
 * Things the process must hold once although two module graphs run in it (the server's bundle and Next's).
 * They hang on `globalThis` under a registered symbol; nothing else may rely on module state being shared.
 * @param name one name a thing
 * @param make called once in the life of the process, unless it throws
 */
export function oncePerProcess<T extends object>(name: string, make: () => T): T {
  const key = symbols.get(name) ?? Symbol.for(`latchkey.${name}`);
  symbols.set(name, key);
  const kept = Reflect.get(globalThis, key) as T | undefined;
  if (kept) return kept;
  const made = make();
  Reflect.set(globalThis, key, made);
  return made;
}
