import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Bcrypt } from "@/lib/users/password-work";

/** bcryptjs is JavaScript: on the main thread it would keep every robot waiting for a tenth of a second at a time. */
const SCRIPT = `
const { parentPort, workerData } = require("node:worker_threads");
const bcrypt = require(workerData);
parentPort.on("message", ({ id, deed, values }) => {
  bcrypt[deed](...values).then(
    (value) => parentPort.postMessage({ id, value }),
    () => parentPort.postMessage({ id, failed: true }),
  );
});`;

type Answer = { readonly id: number; readonly failed?: boolean; readonly value?: unknown };
type Pending = { resolve(value: unknown): void; reject(error: Error): void };

/** bcrypt on a thread of its own, which is started at the first use, again should it end, and keeps no process alive. */
export function passwordThread(): Bcrypt {
  const pending = new Map<number, Pending>();
  let worker: Worker | undefined;
  let asked = 0;

  const fail = () => {
    worker = undefined;
    for (const { reject } of pending.values()) reject(new Error("the thread that checks passwords ended"));
    pending.clear();
  };
  const start = () => {
    const workerData = createRequire(import.meta.url).resolve("bcryptjs");
    const started = new Worker(SCRIPT, { eval: true, workerData, env: {} });
    started.unref();
    started.on("message", ({ id, failed, value }: Answer) => {
      const asker = pending.get(id);
      pending.delete(id);
      if (failed) asker?.reject(new Error("bcrypt failed"));
      else asker?.resolve(value);
    });
    started.on("error", fail);
    started.on("exit", fail);
    return started;
  };
  const ask = <T>(deed: keyof Bcrypt, ...values: unknown[]) =>
    new Promise<T>((resolve, reject) => {
      asked += 1;
      pending.set(asked, { resolve: (value) => resolve(value as T), reject });
      worker ??= start();
      worker.postMessage({ id: asked, deed, values });
    });
  return {
    compare: (password, stored) => ask("compare", password, stored),
    hash: (password, cost) => ask("hash", password, cost),
  };
}
