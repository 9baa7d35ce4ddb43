import { closeSync, existsSync, openSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

/** What `sun_path` holds on every system, with its closing zero. */
const ADDRESS_BYTES_MAX = 103;

/** Who listens and accepts nobody, as PostgreSQL does not, has a queue that many questions fill. */
const MEANINGS = { ECONNREFUSED: "dead", EAGAIN: "alive" };

/**
 * A sign of life that the kernel keeps: a listening Unix socket. It answers for as long as this process lives, or one that inherited it,
 * and it is an object of the file system: whoever shares the folder reaches it, from whichever pid or network namespace.
 *
 * @typedef {{ readonly descriptor: number, end(): void }} Beacon `descriptor` is for a child process to inherit
 */

/**
 * Lights a beacon. The name must be free.
 *
 * @param {string} folder
 * @param {string} name of the socket in that folder
 * @returns {Promise<Beacon | undefined>} undefined where the folder cannot hold a socket that answers
 */
export async function lightBeacon(folder, name) {
  const place = addressOf(folder, name);
  if (!place) return undefined;
  const server = createServer((socket) => socket.destroy());
  const isListening = await new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(place.address, () => resolve(true));
  });
  // A connection that cannot be accepted has its answer all the same.
  server.on("error", () => undefined);
  server.unref();
  let hasEnded = false;
  const end = () => {
    if (hasEnded) return;
    hasEnded = true;
    // Node.js removes the socket by the address it was given.
    if (isListening) server.close();
    place.close();
  };
  if (isListening && (await askBeacon(folder, name)) === "alive")
    return { descriptor: server._handle.fd, end };
  end();
  return undefined;
}

/**
 * Asks whether a beacon's process lives.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {Promise<"alive" | "dead" | "unknown">} "dead" is certain for a beacon that this kernel has lit
 */
export async function askBeacon(folder, name) {
  const place = addressOf(folder, name);
  if (!place) return "unknown";
  try {
    return await new Promise((resolve) => {
      const socket = connect(place.address);
      socket.once("connect", () => resolve("alive"));
      socket.on("error", (error) => resolve(MEANINGS[error.code] ?? "unknown"));
      socket.once("connect", () => socket.destroy());
    });
  } finally {
    place.close();
  }
}

/** A folder's path may be longer than an address; on Linux a descriptor of the folder names it shortly. */
function addressOf(folder, name) {
  if (existsSync("/proc/self/fd")) {
    const handle = openSync(folder, "r");
    return { address: `/proc/self/fd/${handle}/${name}`, close: () => closeSync(handle) };
  }
  const address = join(folder, name);
  return Buffer.byteLength(address) > ADDRESS_BYTES_MAX ? undefined : { address, close: () => undefined };
}
