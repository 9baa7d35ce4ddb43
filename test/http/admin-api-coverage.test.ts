import { expect, test } from "vitest";
import { OPERATIONS } from "@/lib/admin-api/contract";
import { PAGES, PERSON_ACTIONS, PUBLIC_ACTIONS, TENANT_ACTIONS } from "@/test/shipped/access-matrix";

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
  previewMachinesQuestion: PREVIEW,
  foreseeRulesQuestion: PREVIEW,
  connectedHostsQuestion: PREVIEW,
  runningJobsQuestion: PREVIEW,
  followingHostsQuestion: PREVIEW,
  followingJobsQuestion: PREVIEW,
  ...Object.fromEntries(Object.keys(PERSON_ACTIONS).map((name) => [name, PERSON])),
  ...Object.fromEntries(Object.keys(PUBLIC_ACTIONS).map((name) => [name, "nobody has signed in yet"])),
};

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
  const known = new Set(actions.flatMap(operationsOf));
  const changes = OPERATIONS.filter(({ method }) => method !== "GET").map(({ id }) => id);
  expect(changes.filter((id) => !known.has(id))).toEqual([]);
});

/** Where people read it: what is asked without a change, by the page under `/tenants/[tenant]`. */
const READ_ON: Readonly<Record<string, string>> = {
  getOverview: "",
  getActivityChart: "",
  listActivity: "/activity",
  listRecord: "/audit",
  listNotifications: "/notifications",
  listMachines: "/machines",
  getMachine: "/machines/[machineId]/edit",
  listSecrets: "/machines/[machineId]/edit",
  listKeys: "/machines/[machineId]/edit",
  listRehearsals: "/machines/[machineId]/edit",
  listRotations: "/machines/[machineId]/edit",
  listCredentialActivity: "/machines/[machineId]/edit",
  listUses: "/machines/[machineId]/edit",
  listHosts: "/robots",
  listProcesses: "/processes",
  listJobs: "/jobs",
  getJob: "/jobs/[jobId]",
  listAssets: "/assets",
  listPeople: "/users",
  listInvites: "/users",
  getSecondFactor: "/users",
  listApiClients: "/settings",
  getApiClient: "/settings/api-clients/[id]",
  listClientSecrets: "/settings/api-clients/[id]",
  listClientKeys: "/settings/api-clients/[id]",
  listClientRehearsals: "/settings/api-clients/[id]",
  listClientRotations: "/settings/api-clients/[id]",
  getLimits: "/settings",
  getTokenDefaults: "/settings",
  getLeakResponse: "/settings",
  getNotificationSettings: "/settings",
  listSigningKeys: "/settings",
  listTenants: "/settings",
  listWebhooks: "/settings",
  listDeliveries: "/settings/webhooks/[webhookId]",
};

/** What only programs ask, with why. */
const ONLY_PROGRAMS: Readonly<Record<string, string>> = {
  whoAmI: "a person sees who they are on every page",
};

test("what programs read through the admin API, people read on a page, or it is said why not", () => {
  const reads = OPERATIONS.filter(({ method }) => method === "GET").map(({ id }) => id);
  expect([...Object.keys(READ_ON), ...Object.keys(ONLY_PROGRAMS)].toSorted()).toEqual(reads.toSorted());
  const pages = Object.values(READ_ON).filter((page) => !(`/tenants/[tenant]${page}` in PAGES));
  expect(pages, "no such page").toEqual([]);
});
