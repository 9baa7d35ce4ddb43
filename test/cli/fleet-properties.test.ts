import { expect, test } from "vitest";
import { stringify } from "yaml";
import { difference } from "@/cli/fleet/diff";
import { exported } from "@/cli/fleet/export";
import { readFleet } from "@/cli/fleet/file";
import { type Present, readPresent } from "@/cli/fleet/present";
import type { Site } from "@/cli/fleet/provision";
import { folded } from "@/lib/fold";
import { CLIENT_AUTHENTICATIONS, TOKEN_SCOPES } from "@/lib/token-policy/schema";
import { forAny, type Random } from "@/test/random";
import { applied, newSite } from "./fleet";

const WORDS =
  "yes|null|~|0x1f|1e3|007|2026-11-28|- a|: |? |# |' \"|&a|*a|!x|%y|@|`|\\|>|---|...|{|[|,|é|日本|😀| ".split(
    "|",
  );

const text = (values: Random, more: readonly string[] = []) =>
  Array.from({ length: values.below(5) }, () => values.pick([...WORDS, "|", ...more]))
    .join("")
    .trim();

const maybe = <T extends object>(values: Random, make: () => T): Partial<T> =>
  values.below(2) ? make() : {};

const subset = <T>(values: Random, all: readonly T[]): T[] => all.filter(() => values.below(2) === 1);

function json(values: Random, depth = 0): unknown {
  const kind = values.below(depth > 2 ? 5 : 7);
  if (kind === 5) return Array.from({ length: values.below(3) }, () => json(values, depth + 1));
  if (kind === 6)
    return Object.fromEntries(
      Array.from({ length: values.below(3) }, () => [text(values), json(values, depth + 1)]),
    );
  return [null, true, text(values, ["\n", "\t"]), -0, values.pick([1, -2.5, 1e21, 1e-7])][kind];
}

/** Some members of a machine, with some values. */
const details = (values: Random) => ({
  ...maybe(values, () => ({ description: text(values, ["\n", "\r\n", "\t", "\n\n "]) })),
  ...maybe(values, () => ({ unattendedRuntimes: values.below(4), testingRuntimes: values.below(4) })),
  ...maybe(values, () => ({ processType: values.pick(["Any", "Foreground", "Background"]) })),
  ...maybe(values, () => ({ processCompatibility: values.pick(["Any", "Windows", "CrossPlatform"]) })),
  ...maybe(values, () => ({ tags: subset(values, ["lane 4", "yes", "0", "# x"]) })),
  ...maybe(values, () => ({ tokenLifetimeSeconds: values.pick([null, 60, 3600]) })),
  ...maybe(values, () => ({ allowedScopes: subset(values, TOKEN_SCOPES).reverse() })),
  ...maybe(values, () => ({ clientAuthentication: values.pick([null, ...CLIENT_AUTHENTICATIONS]) })),
  ...maybe(values, () => ({ requiresDpop: values.pick([null, true, false]) })),
  ...maybe(values, () => ({ enabled: values.below(2) === 1 })),
});

const process = (values: Random) => ({
  ...maybe(values, () => ({ description: text(values, ["\n"]) })),
  ...maybe(values, () => ({ runtimeType: values.pick(["Unattended", "NonProduction", "Testing"]) })),
  ...maybe(values, () => ({ defaultInput: json(values) })),
});

const settings = (values: Random) => ({
  ...maybe(values, () => ({ limits: { liveCredentialsMax: 2 + values.below(9) } })),
  ...maybe(values, () => ({
    tokenDefaults: {
      ...maybe(values, () => ({ requiresDpop: false, allowedScopes: subset(values, TOKEN_SCOPES) })),
      ...maybe(values, () => ({ tokenLifetimeSeconds: values.pick([null, 120]) })),
    },
  })),
});

const nameOf = (values: Random, index: number, ending = "") => `${text(values)} ${index} ${ending}`.trim();

const fleet = (values: Random, ending: string) => ({
  version: 1,
  secrets: "none",
  ...settings(values),
  processes: Array.from({ length: values.below(2) }, (_, index) => ({
    name: nameOf(values, index, ending),
    ...process(values),
  })),
  machines: Array.from({ length: values.below(3) }, (_, index) => ({
    name: nameOf(values, index, ending),
    kind: values.pick(["Template", "Standard"]),
    ...details(values),
  })),
});

/** Another file about the same: some entries left out, some absent, some with another name, some with other members. */
function later(values: Random, entries: readonly { name: string }[], members: () => object) {
  return entries.flatMap(({ name }, index): Entry[] => {
    const kind = values.below(5);
    if (kind === 0) return [];
    if (kind === 1) return [{ name, absent: true }];
    if (kind === 2) return [{ name: `${nameOf(values, index)} anew`, previousName: name, ...members() }];
    return [{ name: values.below(2) ? name : name.toUpperCase(), ...members() }];
  });
}

type Entry = { readonly name: string } & Readonly<Record<string, unknown>>;
type Thing = { readonly id: string; readonly name: string };

/** @returns what is to be there of what was, by id: with what an entry names in its place */
function expected(was: readonly Thing[], entries: readonly Entry[]) {
  return was.flatMap((thing) => {
    const entry = entries.find(
      ({ name, previousName = name }) => folded(String(previousName)) === folded(thing.name),
    );
    const { absent, previousName, enabled, allowedScopes, ...named } = entry ?? { name: thing.name };
    if (absent) return [];
    return [
      {
        ...thing,
        ...named,
        ...(enabled !== undefined && { isEnabled: enabled }),
        ...(Array.isArray(allowedScopes) && { allowedScopes: allowedScopes.toReversed() }),
      },
    ];
  });
}

const comparable = (things: readonly Thing[]) =>
  things
    .map((thing) => JSON.parse(JSON.stringify({ ...thing, revision: 0 })))
    .sort((one, other) => one.id.localeCompare(other.id));

const changesOf = (text: string, present: Present) =>
  difference(readFleet(text, "machines.yaml").fleet, present).changes;

/** Tries random fleets, each in place of the one before. */
async function tryFleets(site: Site, times: number) {
  const gone = (things: readonly Thing[]): Entry[] => things.map(({ name }) => ({ name, absent: true }));
  let [machines, processes] = [[] as readonly Thing[], [] as readonly Thing[]];
  let round = 0;
  await forAny(async (values) => {
    round += 1;
    const first = fleet(values, `fleet ${round}`);
    // One tenant for all: what the fleet before has left goes.
    const text = stringify({
      ...first,
      processes: [...gone(processes), ...first.processes],
      machines: [...gone(machines), ...first.machines],
    });
    await applied(site, text);
    const before = await readPresent(site.client);
    expect(changesOf(text, before)).toEqual([]);

    const second = {
      version: 1,
      ...settings(values),
      processes: later(values, first.processes, () => process(values)),
      machines: later(values, first.machines, () => details(values)),
    };
    await applied(site, stringify(second));
    const after = await readPresent(site.client);
    expect(changesOf(stringify(second), after)).toEqual([]);
    [machines, processes] = [[...after.details.values()], after.processes];
    expect(comparable(machines)).toEqual(comparable(expected([...before.details.values()], second.machines)));
    expect(comparable(processes)).toEqual(comparable(expected(before.processes, second.processes)));

    expect(changesOf(exported(after), after)).toEqual([]);
  }, times);
}

test("100 random fleets: a plan after an apply is empty, what is not named stays, an export is what is there", async () => {
  const sites = [await newSite(), await newSite(), await newSite(), await newSite()];
  await Promise.all(sites.map((site) => tryFleets(site, 100 / sites.length)));
});
