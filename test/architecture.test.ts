import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import {
  EXCEPTIONS,
  FILES_NAMED,
  FOREIGN_TABLES,
  HOUSE,
  MODELS,
  MORE_WORDS,
  MOUNTED,
  READERS,
  ROOMS,
  TYPES_ANYBODY_MAY_NAME,
  WORDS,
} from "./architecture/plan";
import { type Import, loadedBy, placeOf, SOURCES, type Source, wordOf } from "./architecture/sources";
import { TABLES, tablesIn } from "./architecture/tables";

type Arrow = Import & { readonly from: Source; readonly target: string };

const ARROWS: readonly Arrow[] = SOURCES.flatMap((from) =>
  from.imports.flatMap((one) => (one.target === null ? [] : [{ ...one, from, target: one.target }])),
);
const isRoom = (place: string) => place in ROOMS;
const roomSources = SOURCES.filter(({ path }) => isRoom(placeOf(path)));
const isNext = ({ specifier }: Import) => /^next(?:-auth)?(?:\/|$)/.test(specifier);

/** Fails with one line a violation, unless it is an accepted one. */
function expectNone(violations: readonly string[]) {
  expect(violations.filter((violation) => !EXCEPTIONS.includes(violation))).toEqual([]);
}

const arrowsThat = (isWrong: (arrow: Arrow) => boolean) =>
  expectNone(ARROWS.filter(isWrong).map(({ from, target }) => `${from.path} → ${target}`));

const sourcesThat = (isWrong: (source: Source) => boolean, sources = SOURCES) =>
  expectNone(sources.filter(isWrong).map(({ path }) => path));

/** The models whose rows a place touches. */
const modelsOf = (place: string): readonly string[] =>
  [place, ...(READERS.includes(place) ? (ROOMS[place] ?? []) : [])].flatMap((room) => MODELS[room] ?? []);

/** What the process itself starts: what is done in the background and on the server, and the thread on which passwords are checked. */
const isEnteredByTheProcess = (target: string) =>
  ["background", "operator"].includes(placeOf(target)) || target === "lib/users/password-work.ts";

/** Pure functions of text, and lists of words. */
const PLAIN = [
  "lib/csv.ts",
  "lib/fold.ts",
  "lib/format.ts",
  "lib/json-text.ts",
  "lib/paths.ts",
  "lib/roles.ts",
  "lib/text.ts",
];

const ANYWHERE_IN_LIB = new Set(["cellar", ...Object.keys(HOUSE), ...Object.keys(ROOMS)]);

function mayEnter({ from, target, isTypeOnly }: Arrow): boolean {
  const [here, there] = [placeOf(from.path), placeOf(target)];
  const word = wordOf(target);
  if (here === there) return true;
  if (isTypeOnly && TYPES_ANYBODY_MAY_NAME.includes(target)) return true;
  if (target === "lib/db.ts") return here === "server" || (here in HOUSE && here !== "workflows");
  switch (here) {
    case "app":
      if (isRoom(there)) return WORDS.includes(word) || (there === "identity" && MOUNTED.test(from.path));
      return (
        ["components", "workflows", "operator"].includes(there) ||
        there.startsWith("http") ||
        ["format", "paths"].includes(word)
      );
    case "components":
      if (isRoom(there) || there === "workflows") return ["schema", "rules"].includes(word);
      return PLAIN.includes(target) || (target === "lib/errors.ts" && isTypeOnly);
    case "server":
      return there === "cellar" || isEnteredByTheProcess(target);
    case "cli":
      return (
        ["admin-api", "robot"].includes(there) ||
        ["schema", "fold", "pasted"].includes(word) ||
        PLAIN.includes(target)
      );
    case "cellar":
      return false;
    default:
      if (here in HOUSE && isRoom(there)) return true;
      return there === "cellar" || ({ ...HOUSE, ...ROOMS }[here]?.includes(there) ?? false);
  }
}

test("the sources are seen, with what they load", () => {
  const loaded = loadedBy("lib/http/robots/endpoint.ts").map(({ path }) => path);
  expect(loaded).toEqual(
    expect.arrayContaining(["lib/db.ts", "lib/identity/credential-lookup.ts", "lib/keys.ts"]),
  );
  expect(ARROWS.length).toBeGreaterThan(300);
});

test("everybody enters only what the plan lets them enter", () => {
  arrowsThat((arrow) => !mayEnter(arrow));
});

test("the page that says how Latchkey is built names every place of lib once, and files that there are", () => {
  const places = new Set(SOURCES.map(({ path }) => placeOf(path)));
  for (const place of ["app", "cli", "components", "server", "cellar"]) places.delete(place);
  expect([...Object.keys(HOUSE), ...Object.keys(ROOMS)].sort()).toEqual([...places].sort());
  expect(FILES_NAMED.length).toBeGreaterThan(10);
  expect(FILES_NAMED.filter((path) => !existsSync(join(import.meta.dirname, "..", path)))).toEqual([]);
});

test("the plan has no circles, and no two files load each other", () => {
  const ranks = new Map<string, number>();
  const rank = (room: string, above: readonly string[] = []): number => {
    expect(above).not.toContain(room);
    const below = (ROOMS[room] ?? []).map((next) => rank(next, [...above, room]));
    ranks.set(room, Math.max(0, ...below.map((value) => value + 1)));
    return ranks.get(room) ?? 0;
  };
  for (const room of Object.keys(ROOMS)) rank(room);
  arrowsThat(({ from, target, isTypeOnly }) => !isTypeOnly && loadedBy(target).includes(from));
});

test("components have no circles, not of types either", () => {
  arrowsThat(
    ({ from, target }) => placeOf(from.path) === "components" && loadedBy(target, true).includes(from),
  );
});

test("lib holds rooms, what stands around them and the cellar, and nothing else", () => {
  sourcesThat(({ path }) => path.startsWith("lib/") && !ANYWHERE_IN_LIB.has(placeOf(path)));
});

test("a room's files are called by its words", () => {
  sourcesThat(({ path }) => {
    const [, room = "", word = ""] = path.replace(/\.tsx?$/, "").split("/");
    return !WORDS.includes(word) && !MORE_WORDS[room]?.includes(word);
  }, roomSources);
});

test("nothing is called by what it is not: no utils, helpers, misc, service, index, common or types", () => {
  sourcesThat(({ path }) => /^(?:utils?|helpers?|misc|services?|index|common|types)$/.test(wordOf(path)));
});

test("inside a folder imports say ./, across folders @/, and ../ is never said", () => {
  expectNone(
    SOURCES.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier, target }) => {
          if (specifier.startsWith("../")) return true;
          const isSameFolder = target !== null && dirname(target) === dirname(path);
          return isRoom(placeOf(path)) && isSameFolder && !specifier.startsWith("./");
        })
        .map(({ specifier }) => `${path} → ${specifier}`),
    ),
  );
});

test("Next.js and next-auth stay in the addresses, their screens and the portal's requests", () => {
  sourcesThat(({ path, imports }) => {
    const place = placeOf(path);
    if (place === "app" || path === "server.ts" || place === "http/portal") return false;
    if (place === "components")
      return imports.some((one) => isNext(one) && !/^next\/(?:link|navigation)$/.test(one.specifier));
    return imports.some((one) => isNext(one) && !one.isTypeOnly);
  });
});

test("links are ours: Next.js's fetch every page that they lead to as soon as they are seen", () => {
  sourcesThat(
    ({ path, imports }) =>
      path !== "components/ui/link.tsx" && imports.some(({ specifier }) => specifier === "next/link"),
  );
});

test("what robots' requests load is free of Next.js and of React", () => {
  const mounted = SOURCES.filter(({ path }) => MOUNTED.test(path));
  expect(mounted.length).toBeGreaterThan(8);
  const loaded = new Set(mounted.flatMap(({ path }) => loadedBy(path)));
  sourcesThat(
    ({ imports }) => imports.some((one) => isNext(one) || /^react/.test(one.specifier)),
    [...loaded],
  );
});

test("transactions are opened in one place, which tries them again", () => {
  sourcesThat(({ path, text }) => path !== "lib/db.ts" && text.includes("$transaction"));
});

test("connections to the database are opened in one place, which says how values are read there", () => {
  sourcesThat(
    ({ path, text }) =>
      path !== "lib/database-connection.ts" && /\bnew (?:pg\.)?(?:Client|Pool)\(/.test(text),
  );
});

// Schemas say in which form a text is taken; those are pure functions of the text.
test("a schema imports zod, other schemas, the reader of JSON and the forms of text only", () => {
  sourcesThat(
    ({ imports }) =>
      imports.some(
        ({ specifier, target }) =>
          specifier !== "zod" &&
          (!target ||
            !["schema", "json-text", "fold", "text", "roles", "algorithms"].includes(wordOf(target))),
      ),
    SOURCES.filter(({ path }) => path.startsWith("lib/") && wordOf(path) === "schema"),
  );
});

test("rules are pure: they read no clock, no database and no environment", () => {
  sourcesThat(
    ({ text, imports }) =>
      /new Date\(\)|Date\.now|Math\.random|\basync\b|\bawait\b/.test(text) ||
      imports.some(({ specifier }) => /prisma|node:|\/(?:env|log|keys|shared)$/.test(specifier)),
    SOURCES.filter(({ path }) => wordOf(path) === "rules"),
  );
});

test("queries write nothing", () => {
  const writes =
    /\.(?:create|createMany|update|updateMany|updateManyAndReturn|upsert|delete|deleteMany)\(|\$execute|\b(?:INSERT|UPDATE|DELETE)\b/;
  sourcesThat(
    ({ text }) => writes.test(text),
    SOURCES.filter(({ path }) => wordOf(path) === "queries"),
  );
});

test("only who speaks to the outside reads the clock and opens transactions; what is behind it gets both", () => {
  const behind = SOURCES.filter(({ path }) => isRoom(placeOf(path)) || placeOf(path) === "workflows");
  sourcesThat(
    ({ text }) => /new Date\(\)|Date\.now|\$transaction|revalidatePath|: Request\b/.test(text),
    behind,
  );
});

test("a room touches the rows of its own models only", () => {
  expectNone(
    roomSources.flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /\bdb\.([a-z]\w+)\s*\.?\s*(?:find|count|create|update|upsert|delete|aggregate|group|\n)/g,
        ),
      ]
        .map(([, model = ""]) => model)
        .filter((model) => !modelsOf(placeOf(path)).includes(model))
        .map((model) => `${path} touches ${model}`),
    ),
  );
});

test("every table has one owner", () => {
  expect(Object.values(MODELS).flat().toSorted()).toEqual([...TABLES.keys()].sort());
});

test("SQL reaches the tables of its own room only, or says why", () => {
  const reached = SOURCES.filter(({ path }) => path.startsWith("lib/")).map(({ path, text }) => {
    const own = modelsOf(placeOf(path)).map((model) => TABLES.get(model));
    return [path, tablesIn(text).filter((table) => !own.includes(table))] as const;
  });
  const listed = Object.entries(FOREIGN_TABLES).map(([path, { tables }]) => [path, tables]);
  expect(Object.fromEntries(reached.filter(([, tables]) => tables.length > 0))).toEqual(
    Object.fromEntries(listed),
  );
});

test("tables are found wherever SQL names them", () => {
  const text = `DELETE FROM machines; SELECT FROM unnest($1) JOIN
    "tenants" t; INSERT INTO jobs; UPDATE ONLY sessions SET credentials = 1; MERGE INTO x USING assets`;
  expect(tablesIn(text)).toEqual(["assets", "jobs", "machines", "sessions", "tenants"]);
});

test("the environment is read in one place", () => {
  sourcesThat(
    ({ path, text }) =>
      path.startsWith("lib/") && path !== "lib/env.ts" && /process\.env\b/.test(text.replace(/`[^`]*`/g, "")),
  );
});

test("a layout is never a client component: what is below it would all be sent to the browser", () => {
  sourcesThat(({ path, text }) => /^app\/(?:.+\/)?layout\.tsx$/.test(path) && /^"use client"/m.test(text));
});

test("the table of exceptions is empty", () => {
  expect(EXCEPTIONS).toEqual([]);
});
