import { expect, test } from "vitest";
import { OPERATIONS } from "@/lib/admin-api/contract";
import { PERSON_ACTIONS, PUBLIC_ACTIONS, TENANT_ACTIONS } from "@/test/shipped/access-matrix";

/** Actions whose operations have other names than they. */
const OPERATIONS_OF: Readonly<Record<string, readonly string[]>> = {
  setAssetAction: ["setAsset", "setMachineValue"],
  saveLimitsAction: ["editLimits", "saveLimits"],
  rotateKeyAction: ["rotateSigningKey"],
  importKeyAction: ["importSigningKey"],
  withdrawKeyAction: ["withdrawSigningKey"],
};

const PREVIEW = "what `dryRun` answers";
const PERSON = "a person's own account";

/** Actions that only people have. */
const ONLY_PEOPLE: Readonly<Record<string, string>> = {
  findQuestion: "`search` of each list",
  mayExportQuestion: "asks for a password before a download",
  seeNotificationsAction: "what a person has seen",
  askWithdrawalAction: PREVIEW,
  checkPastedQuestion: PREVIEW,
  foreseeRulesQuestion: PREVIEW,
  connectedHostsQuestion: PREVIEW,
  runningJobsQuestion: PREVIEW,
  followingHostsQuestion: PREVIEW,
  followingJobsQuestion: PREVIEW,
  ...Object.fromEntries(Object.keys(PERSON_ACTIONS).map((name) => [name, PERSON])),
  ...Object.fromEntries(Object.keys(PUBLIC_ACTIONS).map((name) => [name, "nobody has signed in yet"])),
};

/** Operations whose pages are not built yet. */
const NO_PAGE_YET: readonly string[] = ["disableMachines", "enableMachines", "addSecrets", "rotateMachines"];

const actions = [TENANT_ACTIONS, PERSON_ACTIONS, PUBLIC_ACTIONS].flatMap((rows) => Object.keys(rows));
const operationsOf = (action: string) =>
  OPERATIONS_OF[action] ?? [action.replace(/(?:Action|Question)$/, "")];
const ids = new Set(OPERATIONS.map(({ id }) => id));

test("what people do in the portal, programs do through the admin API, or it is said why not", () => {
  const unsaid = actions.filter(
    (action) => !operationsOf(action).some((id) => ids.has(id)) && !(action in ONLY_PEOPLE),
  );
  expect(unsaid, "neither an operation nor a reason").toEqual([]);
  const listed = [...Object.keys(ONLY_PEOPLE), ...Object.keys(OPERATIONS_OF)];
  expect(
    listed.filter((name) => !actions.includes(name)),
    "listed, but no action",
  ).toEqual([]);
});

test("what programs change through the admin API, people change in the portal", () => {
  const known = new Set([...actions.flatMap(operationsOf), ...NO_PAGE_YET]);
  const changes = OPERATIONS.filter(({ method }) => method !== "GET").map(({ id }) => id);
  expect(changes.filter((id) => !known.has(id))).toEqual([]);
});
