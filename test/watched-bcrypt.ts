import { compare, hash } from "bcryptjs";
import { database } from "@/lib/db";
import { type Bcrypt, bcrypt } from "@/lib/users/password-work";

/** The connections that were lent out each time bcrypt began with something. */
export const lentDuringWork: number[] = [];
let held: Promise<unknown> = Promise.resolve();

async function watched<T>(work: () => Promise<T>): Promise<T> {
  const { pool } = database();
  lentDuringWork.push(pool.totalCount - pool.idleCount);
  await held;
  return work();
}

/** Lets bcrypt begin with its work and not go on. @returns what lets it go on */
export function holdBcrypt(): () => void {
  let release: (() => void) | undefined;
  held = new Promise<void>((resolve) => {
    release = resolve;
  });
  return () => release?.();
}

const watching: Bcrypt = {
  compare: (password, stored) => watched(() => compare(password, stored)),
  hash: (password, cost) => watched(() => hash(password, cost)),
};
if (bcrypt(() => watching) !== watching) throw new Error("a password was looked at before anybody watched");
