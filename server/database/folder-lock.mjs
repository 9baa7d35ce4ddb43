import { randomUUID } from "node:crypto";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { askBeacon, lightBeacon } from "./beacon.mjs";

/**
 * Who holds a lock. Liveness is never judged by the process id, which means nothing in another container; it is there for people to read.
 *
 * @typedef {{ readonly nonce: string, readonly kernel: string | null, readonly pid: number, readonly host: string }} Holder
 * @typedef {{ readonly renewalMs: number, readonly renewals: number }} Lease
 * @typedef {object} LockOptions
 * @property {() => void} [onWait] called before a wait for signs of life
 * @property {() => void} [onLost] called when somebody else took the lock because this process gave no sign of life
 * @property {Lease} [lease] how often the holder renews it, and how many times it may miss
 */

/** @type {Lease} */
const LEASE = { renewalMs: 5_000, renewals: 6 };

/**
 * Takes a lock of `folder`, unless a live process holds it.
 *
 * Each holder has a file of its own, `<name>.<n>`, made by link() and so by exactly one process; the highest number holds the lock, and numbers
 * only grow. A stale lock is taken over by making the next number, so there is nothing that two processes could both remove. A holder is
 * alive while its beacon answers. Where that cannot be known (the folder holds no sockets, or is shared with another kernel), it is alive
 * while it renews the time of its file.
 *
 * @param {string} folder
 * @param {string} name
 * @param {LockOptions} [options]
 * @returns {Promise<{ readonly holder: Holder } | { release(): void }>} the live holder, or the lock, which ends with the process too
 */
export async function takeLock(folder, name, options = {}) {
  for (;;) {
    const latest = Math.max(0, ...numbers(folder, name));
    const holder = latest === 0 ? null : readHolder(folder, name, latest);
    if (holder && (await isAlive(folder, name, latest, holder, options))) return { holder };
    const lock = await claim(folder, name, latest + 1, options);
    if (lock) return lock;
  }
}

async function claim(folder, name, mine, options) {
  const nonce = randomUUID();
  const file = join(folder, `${name}.${mine}`);
  const draft = join(folder, `${name}-draft-${nonce}`);
  const beacon = await lightBeacon(folder, socketOf(name, nonce));
  try {
    const kernel = beacon ? kernelOf() : null;
    writeFileSync(draft, JSON.stringify({ nonce, kernel, pid: process.pid, host: hostname() }), {
      mode: 0o600,
    });
    linkSync(draft, file);
  } catch (error) {
    beacon?.end();
    if (error.code === "EEXIST") return null;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  // Whoever was slower than a takeover and its clean-up could make a lower number anew.
  const others = numbers(folder, name).filter((number) => number !== mine);
  if (others.some((number) => number > mine)) {
    rmSync(file, { force: true });
    beacon?.end();
    return null;
  }
  for (const number of others) removeStale(folder, name, number);
  return hold(file, beacon, options);
}

function hold(file, beacon, { onLost = () => undefined, lease = LEASE }) {
  const handle = openSync(file, "r+");
  const renewal = setInterval(() => {
    if (renew(handle)) return;
    clearInterval(renewal);
    onLost();
  }, lease.renewalMs);
  renewal.unref();
  return {
    release() {
      clearInterval(renewal);
      // An empty file is held by nobody. When it was taken over, this one has no name any more.
      ftruncateSync(handle, 0);
      closeSync(handle);
      beacon?.end();
    },
  };
}

/** False when the file is gone: whoever takes a lock over removes the one before. */
function renew(handle) {
  try {
    futimesSync(handle, new Date(), new Date());
    return fstatSync(handle).nlink > 0;
  } catch (error) {
    // How NFS says the same.
    if (error.code === "ESTALE") return false;
    throw error;
  }
}

async function isAlive(folder, name, number, holder, { onWait = () => undefined, lease = LEASE }) {
  const answer = await askBeacon(folder, socketOf(name, holder.nonce));
  if (answer === "alive") return true;
  if (answer === "dead" && holder.kernel !== null && holder.kernel === kernelOf()) return false;
  onWait();
  const seen = renewedAt(folder, name, number);
  // Counted and not measured: a computer that sleeps stops the holder as well.
  for (let missed = 0; seen !== undefined && missed < lease.renewals; missed += 1) {
    await pause(lease.renewalMs);
    const now = renewedAt(folder, name, number);
    if (now === undefined) return false;
    if (now !== seen) return true;
  }
  return false;
}

/** Undefined when it is held no longer. It is opened, because a network file system then asks its server. */
function renewedAt(folder, name, number) {
  try {
    const handle = openSync(join(folder, `${name}.${number}`), "r");
    const { mtimeNs, size } = fstatSync(handle, { bigint: true });
    closeSync(handle);
    return size === 0n ? undefined : mtimeNs;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function numbers(folder, name) {
  return readdirSync(folder).flatMap((file) => {
    const digits = file.startsWith(`${name}.`) ? file.slice(name.length + 1) : "";
    return /^\d+$/.test(digits) ? [Number(digits)] : [];
  });
}

/** Null when nobody holds it: it was given free, or is gone because somebody took the next number, whom the caller will meet. */
function readHolder(folder, name, number) {
  try {
    const text = readFileSync(join(folder, `${name}.${number}`), "utf8");
    const holder = text === "" ? null : JSON.parse(text);
    // An earlier version gave a lock free by writing the number that no process has.
    return holder?.pid === 0 ? null : holder;
  } catch (error) {
    if (error.code === "ENOENT") return null;
    // A power cut can leave anything in a file. Whoever it was: only the time of the file tells of them.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function removeStale(folder, name, number) {
  const holder = readHolder(folder, name, number);
  if (holder) rmSync(join(folder, socketOf(name, holder.nonce)), { force: true });
  rmSync(join(folder, `${name}.${number}`), { force: true });
}

function socketOf(name, nonce) {
  return `${name}-${nonce}.sock`;
}

/** Names the running kernel, which alone knows whose sockets are listened on; its containers share it. */
function kernelOf() {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return hostname();
  }
}
