import { Refusal } from "@/lib/errors";
import { readNetwork } from "@/lib/network";
import { ALLOWED_ADDRESSES_MAX } from "./schema";

type Read =
  | { readonly ok: true; readonly networks: string[] }
  | { readonly ok: false; readonly problem: string };

/** @returns the addresses and ranges that somebody typed, each once in the spelling it has here, or what is wrong with the first that is none */
export function readAddresses(typed: string): Read {
  const networks = new Set<string>();
  for (const entry of typed.split(/[\s,]+/).filter((part) => part !== "")) {
    const read = readNetwork(entry);
    if (!read.ok) return { ok: false, problem: `“${entry.slice(0, 60)}” ${read.problem}` };
    networks.add(read.network);
  }
  if (networks.size > ALLOWED_ADDRESSES_MAX) {
    return { ok: false, problem: `Enter at most ${ALLOWED_ADDRESSES_MAX} addresses and ranges.` };
  }
  return { ok: true, networks: [...networks] };
}

/** @throws Refusal `invalid` at `addresses` */
export function requireAddresses(typed: string): string[] {
  const read = readAddresses(typed);
  if (!read.ok) throw new Refusal("invalid", read.problem, { field: "addresses" });
  return read.networks;
}
