import { setFlagsFromString } from "node:v8";

/**
 * Has the process become large only where that makes it faster. To be called before anything is loaded that is large; what each line saves is in
 * `bench/README.md`, `memory`.
 */
export function preferMemory(): void {
  // Prisma's query compiler is WebAssembly, asked once for each kind of query: V8's optimising compiler takes 70 MB for it, and saves no time.
  setFlagsFromString("--wasm-tiering-budget=1000000000");
  // What is garbage is collected when the heap has grown by so much, and not to several times its size.
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString("--optimize-for-size");
}

/** From here on there are requests to answer: with a small heap for what is young each would cost a third more of the processor. */
export function preferSpeed(): void {
  setFlagsFromString("--no-optimize-for-size");
}
