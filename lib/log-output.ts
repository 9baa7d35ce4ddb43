import { writeSync } from "node:fs";

/** What a pipe takes in one piece (PIPE_BUF), so that lines of several processes on one pipe are not mixed up. */
const PIECE_BYTES = 4_096;
const GATHER_MILLISECONDS = 200;
/** Where the reader stands still: how long until it is tried again, how much is kept for it, and how long the end waits for it. */
const RETRY_MILLISECONDS = 50;
const KEPT_CHARACTERS = 16_000_000;
const LAST_PATIENCE_MILLISECONDS = 1_000;

/** Where the lines of a log go. */
export type LogOutput = {
  /** Takes a line and its end; it is written with others, a moment later. */
  write(line: string): void;
  /** Writes what waits, now. Where the reader stands still, waits so long for it, and keeps the rest. */
  flushSync(patienceMilliseconds?: number): void;
};

/** Whole lines that are written together, or what is left of them. */
type Piece = { readonly bytes: Buffer; readonly lines: number };

/**
 * Lines are gathered into pieces that are written one after the other, without waiting for whoever reads them; the last ones when the process
 * ends. What cannot be written, as on a full disk or where the reader is gone, is lost, and ends nothing.
 *
 * @param descriptor of what is written to; a pipe must not block
 * @param onLost told how many lines were lost, once one could be written again
 */
export function logOutput(descriptor: number, onLost: (count: number) => void): LogOutput {
  const waiting: string[] = [];
  let waitingCharacters = 0;
  /** Pieces that could not be written yet. */
  const left: Piece[] = [];
  let isPlanned = false;
  let lost = 0;

  const gather = (): Piece | undefined => {
    let size = 0;
    let lines = 0;
    for (const line of waiting) {
      size += Buffer.byteLength(line);
      if (lines > 0 && size > PIECE_BYTES) break;
      lines += 1;
    }
    if (lines === 0) return undefined;
    const text = waiting.splice(0, lines).join("");
    waitingCharacters -= text.length;
    return { bytes: Buffer.from(text), lines };
  };
  const next = () => left.shift() ?? gather();
  const written = ({ bytes, lines }: Piece, count: number) => {
    if (count < bytes.length) left.unshift({ bytes: bytes.subarray(count), lines });
    if (lost === 0) return;
    const told = lost;
    lost = 0;
    onLost(told);
  };

  const later = (milliseconds: number) => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => {
      isPlanned = false;
      drain(0);
    }, milliseconds).unref();
  };
  /** Writes in order, until so many characters or fewer wait. At once and not by another thread, which the end of the process would overtake. */
  const drain = (charactersLeft: number, patienceMilliseconds = 0) => {
    const until = performance.now() + patienceMilliseconds;
    while (left.length > 0 || waitingCharacters > charactersLeft) {
      const piece = next();
      if (!piece) return;
      try {
        written(piece, writeSync(descriptor, piece.bytes));
      } catch (error) {
        if (!isFull(error)) lost += piece.lines;
        else {
          left.unshift(piece);
          if (performance.now() > until) return later(RETRY_MILLISECONDS);
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MILLISECONDS);
        }
      }
    }
  };
  const flushSync = (patienceMilliseconds = 0) => drain(0, patienceMilliseconds);
  process.once("exit", () => flushSync(LAST_PATIENCE_MILLISECONDS));

  return {
    write(line) {
      if (waitingCharacters > KEPT_CHARACTERS) {
        lost += 1;
        return;
      }
      waiting.push(line);
      waitingCharacters += line.length;
      // What is left over waits for its reader, and this for it.
      if (waitingCharacters >= PIECE_BYTES && left.length === 0) drain(PIECE_BYTES);
      if (waitingCharacters > 0) later(GATHER_MILLISECONDS);
    },
    flushSync,
  };
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "EAGAIN" || error.code === "EBUSY");
