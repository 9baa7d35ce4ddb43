import { compare, hash } from "bcryptjs";
import { oncePerProcess } from "@/lib/shared";

/** The two things bcrypt does; a third of a second each at our cost. */
export type Bcrypt = {
  compare(password: string, stored: string): Promise<boolean>;
  hash(password: string, cost: number): Promise<string>;
};

/** What may wait for its turn; at a third of a second each, the last one waits five. */
const MOST_WAITING = 16;

/** More passwords are to be checked than can be in good time. */
export class PasswordsBusyError extends Error {
  override readonly name = "PasswordsBusyError";
}

/** bcrypt of this process: the server puts it on a thread of its own (server/password-thread.ts), so that robots do not wait for it. */
export const bcrypt = (make: () => Bcrypt = () => ({ compare, hash })): Bcrypt =>
  oncePerProcess("bcrypt", make);

const queue = () =>
  oncePerProcess("passwords in work", () => ({ waiting: 0, last: Promise.resolve<unknown>(null) }));

/**
 * Does one piece of bcrypt's work after the other, so that a flood of sign-ins takes one processor and no more.
 * @throws PasswordsBusyError when too many wait already
 */
export async function inTurn<T>(work: (bcrypt: Bcrypt) => Promise<T>): Promise<T> {
  const line = queue();
  if (line.waiting >= MOST_WAITING) throw new PasswordsBusyError("too many passwords wait to be checked");
  line.waiting += 1;
  const mine = line.last
    .then(() => work(bcrypt()))
    .finally(() => {
      line.waiting -= 1;
    });
  line.last = mine.catch(() => undefined);
  return mine;
}
