import { compare, hash } from "bcryptjs";
import type { AnonymousActor, Ctx } from "@/lib/ctx";
import { networkOf, siteOf } from "@/lib/network";
import { type Limit, Places } from "@/lib/places";
import { oncePerProcess } from "@/lib/shared";

/** The two things bcrypt does; a third of a second each at our cost. */
export type Bcrypt = {
  compare(password: string, stored: string): Promise<boolean>;
  hash(password: string, cost: number): Promise<string>;
};

/**
 * For whom a password is looked at: a stranger at an address, or somebody who is known by their browser or their sign-in.
 * Addresses cost nothing, so strangers leave places to those who are known; each of those has few, for accounts cost little.
 */
export type Asker =
  | { readonly kind: "stranger"; readonly address: string | null }
  | { readonly kind: "known"; readonly account: string };

/** @returns the asker who has not said who they are */
export const strangerIn = ({ actor }: Ctx<AnonymousActor>): Asker => ({
  kind: "stranger",
  address: actor.address,
});

/** What may wait for its turn; at a third of a second each, the last one waits five. */
const MOST_WAITING = { all: 16, strangers: 12, site: 8, network: 6, account: 3 };

function limitsFor(asker: Asker): Limit[] {
  const all: Limit = ["all", MOST_WAITING.all];
  if (asker.kind === "known") return [all, [`account ${asker.account}`, MOST_WAITING.account]];
  const address = asker.address ?? "unknown";
  return [
    all,
    ["strangers", MOST_WAITING.strangers],
    [`site ${siteOf(address)}`, MOST_WAITING.site],
    [`network ${networkOf(address)}`, MOST_WAITING.network],
  ];
}

/** More passwords are to be checked than can be in good time. */
export class PasswordsBusyError extends Error {
  override readonly name = "PasswordsBusyError";
}

/** bcrypt of this process: the server puts it on a thread of its own (server/lifecycle/password-thread.ts), so that robots do not wait for it. */
export const bcrypt = (make: () => Bcrypt = () => ({ compare, hash })): Bcrypt =>
  oncePerProcess("bcrypt", make);

const queue = () =>
  oncePerProcess("passwords in work", () => ({
    places: new Places(),
    last: Promise.resolve<unknown>(null),
  }));

/**
 * Does one piece of bcrypt's work after the other, so that a flood of sign-ins takes one processor and no more.
 * @throws PasswordsBusyError when too many wait already, of all or of those who ask from there
 */
export async function inTurn<T>(asker: Asker, work: (bcrypt: Bcrypt) => Promise<T>): Promise<T> {
  const line = queue();
  const leave = line.places.take(limitsFor(asker));
  if (!leave) throw new PasswordsBusyError("too many passwords wait to be checked");
  const mine = line.last.then(() => work(bcrypt())).finally(leave);
  line.last = mine.catch(() => undefined);
  return mine;
}
