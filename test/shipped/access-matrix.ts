import { randomUUID } from "node:crypto";
import { NO_LIMITS } from "@/lib/limits/schema";

/** Who may do it. A `manager` manages the installation and is only a Viewer of the tenant. */
export const WHO = ["Administrator", "Operator", "Viewer", "manager"] as const;
export type Who = (typeof WHO)[number];

const MEMBERS = WHO;
const OPERATORS = ["Administrator", "Operator"] as const;
const ADMINISTRATORS = ["Administrator"] as const;
const MANAGERS = ["manager"] as const;

/** Pages and what else a browser asks for, by the folder that answers it. What is no tenant's is open to `anybody` or the `signed in`. */
export const PAGES: Readonly<Record<string, readonly Who[] | "anybody" | "signed in">> = {
  "/": "signed in",
  "/sign-in": "anybody",
  "/sign-in/first-time": "signed in",
  "/setup": "anybody",
  "/docs/api": "anybody",
  "/docs/api/[tag]": "anybody",
  "/invite": "anybody",
  "/reset": "anybody",
  "/second-factor": "signed in",
  "/tenants/[tenant]": MEMBERS,
  "/tenants/[tenant]/activity": MEMBERS,
  "/tenants/[tenant]/account": MEMBERS,
  "/tenants/[tenant]/assets": MEMBERS,
  "/tenants/[tenant]/audit": MEMBERS,
  "/tenants/[tenant]/audit/export": ADMINISTRATORS,
  "/tenants/[tenant]/changes": MEMBERS,
  "/tenants/[tenant]/jobs": MEMBERS,
  "/tenants/[tenant]/jobs/[jobId]": MEMBERS,
  "/tenants/[tenant]/jobs/new": MEMBERS,
  "/tenants/[tenant]/machines": MEMBERS,
  "/tenants/[tenant]/machines/[machineId]/edit": MEMBERS,
  "/tenants/[tenant]/machines/many": MEMBERS,
  "/tenants/[tenant]/machines/new": MEMBERS,
  "/tenants/[tenant]/notifications": MEMBERS,
  "/tenants/[tenant]/processes": MEMBERS,
  "/tenants/[tenant]/robots": MEMBERS,
  "/tenants/[tenant]/settings": MEMBERS,
  "/tenants/[tenant]/settings/api-clients/[id]": MEMBERS,
  "/tenants/[tenant]/settings/webhooks/[webhookId]": MEMBERS,
  "/tenants/[tenant]/users": MEMBERS,
};

/** What pages show to a member whose role has no business there: the page, without what it is about. */
export const CLOSED_PAGES: Readonly<
  Record<string, { readonly open: readonly Who[]; readonly says: string }>
> = {
  "/tenants/[tenant]/users": { open: ADMINISTRATORS, says: "see and manage the people of this tenant" },
  "/tenants/[tenant]/settings/api-clients/[id]": {
    open: ADMINISTRATORS,
    says: "see and manage its API clients",
  },
  "/tenants/[tenant]/settings/webhooks/[webhookId]": {
    open: ADMINISTRATORS,
    says: "see and manage its webhooks",
  },
  "/tenants/[tenant]/machines/many": { open: OPERATORS, says: "add machines" },
  "/tenants/[tenant]/machines/new": { open: OPERATORS, says: "add the machine" },
  "/tenants/[tenant]/jobs/new": { open: OPERATORS, says: "start the job" },
};

type Row = {
  readonly may: readonly Who[];
  /** Something the action can read, about things that are not there: who is refused is refused before anybody looks. */
  readonly input: unknown;
  /** Asks again who it is when that was proved more than ten minutes ago. */
  readonly isSensitive?: true;
};

/** A date as a browser sends it to an action. */
const sentDate = (at: Date) => `$D${at.toISOString()}`;

const id = randomUUID();
const machine = { machineId: id };
const details = { name: "Nobody’s" };
const job = { jobId: id };
const defaults = {
  tokenLifetimeSeconds: null,
  allowedScopes: [],
  clientAuthentication: "Any",
  requiresDpop: false,
};

/** The actions of a tenant's pages: called with its address and an input. */
export const TENANT_ACTIONS: Readonly<Record<string, Row>> = {
  findQuestion: { may: MEMBERS, input: { text: "nobody’s" } },
  addAssetAction: { may: OPERATORS, input: { name: "matrix", type: "Text", value: "x" } },
  setAssetAction: { may: OPERATORS, input: { assetId: id, value: "x" } },
  removeMachineValueAction: { may: OPERATORS, input: { assetId: id, machineId: id } },
  deleteAssetAction: { may: OPERATORS, input: { assetId: id } },
  verifyRecordAction: { may: MEMBERS, input: {} },
  mayExportQuestion: { may: ADMINISTRATORS, input: {}, isSensitive: true },
  startJobAction: { may: OPERATORS, input: { processId: id } },
  stopJobAction: { may: OPERATORS, input: job },
  killJobAction: { may: OPERATORS, input: job },
  provisionMachineAction: { may: OPERATORS, input: { ...details, kind: "Template" } },
  provisionMachinesAction: {
    may: OPERATORS,
    input: { text: "Nobody’s first\nNobody’s second", kind: "Template" },
  },
  checkPastedQuestion: {
    may: OPERATORS,
    input: { text: "Nobody’s first", kind: "Template" },
  },
  editMachineAction: { may: OPERATORS, input: { ...details, ...machine, revision: 1 } },
  enableMachineAction: { may: OPERATORS, input: machine },
  disableMachineAction: { may: OPERATORS, input: machine },
  deleteMachinesAction: { may: OPERATORS, input: { machineIds: [id] }, isSensitive: true },
  previewMachinesQuestion: { may: OPERATORS, input: { deed: "delete", machineIds: [id] } },
  rotateMachinesAction: { may: OPERATORS, input: { machineIds: [id], retirement: "now" } },
  addSecretsAction: { may: OPERATORS, input: { machineIds: [id] } },
  disableMachinesAction: { may: OPERATORS, input: { machineIds: [id] } },
  enableMachinesAction: { may: OPERATORS, input: { machineIds: [id] } },
  addSecretAction: { may: OPERATORS, input: machine },
  editCredentialAction: {
    may: OPERATORS,
    input: {
      ...machine,
      credentialId: "0123456789abcdef",
      name: "",
      expiresAt: null,
      seen: { name: "", note: "", expiresAt: null },
    },
  },
  editRulesAction: { may: OPERATORS, input: { ...machine, credentialId: "0123456789abcdef" } },
  foreseeRulesQuestion: { may: MEMBERS, input: { credentialId: "0123456789abcdef" } },
  disableCredentialAction: { may: OPERATORS, input: { ...machine, credentialId: "0123456789abcdef" } },
  enableCredentialAction: { may: OPERATORS, input: { ...machine, credentialId: "0123456789abcdef" } },
  rotateCredentialAction: {
    may: OPERATORS,
    input: { ...machine, credentialId: "0".repeat(16), retirement: "now" },
  },
  cancelRotationAction: { may: OPERATORS, input: { ...machine, rotationId: id, deletesSuccessor: false } },
  endRotationAction: { may: OPERATORS, input: { ...machine, rotationId: id } },
  deleteCredentialAction: { may: OPERATORS, input: { ...machine, credentialId: "0123456789abcdef" } },
  rehearseDeletionAction: {
    may: OPERATORS,
    input: { ...machine, credentialId: "0123456789abcdef", endsAt: sentDate(new Date(Date.now() + 60_000)) },
  },
  cancelRehearsalAction: { may: OPERATORS, input: { ...machine, rehearsalId: id } },
  addKeyAction: { may: OPERATORS, input: { ...machine, name: "key", publicKey: "{}" } },
  connectedHostsQuestion: { may: MEMBERS, input: { machineIds: [id] } },
  runningJobsQuestion: { may: MEMBERS, input: { machineIds: [id] } },
  addProcessAction: { may: OPERATORS, input: details },
  editProcessAction: { may: OPERATORS, input: { ...details, processId: id } },
  deleteProcessAction: { may: OPERATORS, input: { processId: id } },
  disconnectHostAction: { may: OPERATORS, input: { sessionId: id } },
  removeDeadAction: { may: OPERATORS, input: {} },
  rotateKeyAction: { may: MANAGERS, input: {}, isSensitive: true },
  importKeyAction: { may: MANAGERS, input: { jwk: "{}", role: "retired" }, isSensitive: true },
  askWithdrawalAction: { may: MANAGERS, input: { kid: "x" } },
  withdrawKeyAction: { may: MANAGERS, input: { kid: "x" }, isSensitive: true },
  saveTokenDefaultsAction: { may: ADMINISTRATORS, input: { defaults, seen: defaults } },
  chooseLeakResponseAction: { may: ADMINISTRATORS, input: { leakResponse: "Tell", seen: "Disable" } },
  saveLimitsAction: { may: ADMINISTRATORS, input: { limits: NO_LIMITS, seen: NO_LIMITS } },
  saveNotificationsAction: { may: ADMINISTRATORS, input: { off: [], seen: ["host.unresponsive"] } },
  seeNotificationsAction: { may: MEMBERS, input: { until: "2026-01-01T00:00:00.000Z" } },
  makeApiClientAction: {
    may: ADMINISTRATORS,
    input: { name: "Nobody’s client", role: "Viewer" },
    isSensitive: true,
  },
  editApiClientAction: {
    may: ADMINISTRATORS,
    input: { id, revision: 1, name: "Nobody’s client", role: "Viewer" },
    isSensitive: true,
  },
  disableApiClientAction: { may: ADMINISTRATORS, input: { id }, isSensitive: true },
  enableApiClientAction: { may: ADMINISTRATORS, input: { id }, isSensitive: true },
  deleteApiClientAction: { may: ADMINISTRATORS, input: { id }, isSensitive: true },
  addClientSecretAction: { may: ADMINISTRATORS, isSensitive: true, input: machine },
  addClientKeyAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, name: "key", publicKey: "{}" },
  },
  editClientCredentialAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: {
      ...machine,
      credentialId: "0123456789abcdef",
      name: "",
      expiresAt: null,
      seen: { name: "", note: "", expiresAt: null },
    },
  },
  rotateClientCredentialAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, credentialId: "0".repeat(16), retirement: "now" },
  },
  cancelClientRotationAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, rotationId: id, deletesSuccessor: false },
  },
  endClientRotationAction: { may: ADMINISTRATORS, isSensitive: true, input: { ...machine, rotationId: id } },
  deleteClientCredentialAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, credentialId: "0123456789abcdef" },
  },
  disableClientCredentialAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, credentialId: "0123456789abcdef" },
  },
  enableClientCredentialAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, credentialId: "0123456789abcdef" },
  },
  rehearseClientDeletionAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, credentialId: "0123456789abcdef", endsAt: sentDate(new Date(Date.now() + 60_000)) },
  },
  cancelClientRehearsalAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, rehearsalId: id },
  },
  editClientRulesAction: {
    may: ADMINISTRATORS,
    isSensitive: true,
    input: { ...machine, credentialId: "0123456789abcdef" },
  },
  addWebhookAction: {
    may: ADMINISTRATORS,
    input: { url: "https://alerts.example.com/", kinds: ["chain.broken"] },
  },
  editWebhookAction: {
    may: ADMINISTRATORS,
    input: {
      webhookId: id,
      url: "https://alerts.example.com/",
      kinds: ["chain.broken"],
      seen: { url: "https://alerts.example.com/", kinds: [] },
    },
  },
  removeWebhookAction: { may: ADMINISTRATORS, input: { webhookId: id } },
  rotateWebhookSecretAction: { may: ADMINISTRATORS, input: { webhookId: id } },
  switchWebhookAction: { may: ADMINISTRATORS, input: { webhookId: id, isOn: false } },
  testWebhookAction: { may: ADMINISTRATORS, input: { webhookId: id } },
  sendAgainAction: { may: ADMINISTRATORS, input: { webhookId: id, deliveryId: "1" } },
  addTenantAction: { may: MANAGERS, input: { name: "Made by the matrix", slug: "made-by-the-matrix" } },
  renameTenantAction: {
    may: ["Administrator", "manager"],
    input: { tenantId: id, name: "Renamed", seen: "Before" },
  },
  followingHostsQuestion: { may: MEMBERS, input: {} },
  followingJobsQuestion: { may: MEMBERS, input: {} },
  inviteAction: {
    may: ADMINISTRATORS,
    input: { email: "new@example.com", role: "Viewer" },
    isSensitive: true,
  },
  revokeInviteAction: { may: ADMINISTRATORS, input: { inviteId: id }, isSensitive: true },
  changeRoleAction: { may: ADMINISTRATORS, input: { adminId: id, role: "Viewer" }, isSensitive: true },
  disablePersonAction: { may: ADMINISTRATORS, input: { adminId: id }, isSensitive: true },
  enablePersonAction: { may: ADMINISTRATORS, input: { adminId: id }, isSensitive: true },
  removePersonAction: { may: ADMINISTRATORS, input: { adminId: id }, isSensitive: true },
  makeResetLinkAction: { may: ADMINISTRATORS, input: { adminId: id }, isSensitive: true },
  sendTestMailAction: { may: ["Administrator", "manager"], input: {} },
  requireSecondFactorAction: { may: ADMINISTRATORS, input: { isRequired: false }, isSensitive: true },
  shareInstallationAction: { may: MANAGERS, input: { adminId: id, manages: false }, isSensitive: true },
};

const password = "correct horse battery";

/** The actions of a person on their own account: anybody who is signed in, whatever they are in a tenant. */
export const PERSON_ACTIONS: Readonly<Record<string, Omit<Row, "may">>> = {
  changePasswordAction: { input: { oldPassword: "not the password", newPassword: password } },
  chooseMailAction: { input: { tenantId: id, kinds: [] } },
  endSignInAction: { input: { signInId: id } },
  beginSecondFactorAction: { input: {}, isSensitive: true },
  confirmSecondFactorAction: { input: { code: "000000" } },
  replaceRecoveryCodesAction: { input: { code: "000000" } },
  removeSecondFactorAction: { input: { password: "not the password" } },
  acceptInviteAction: { input: { token: "x" } },
  confirmSignInAction: { input: { kind: "password", proof: "not the password" } },
};

/** What needs a link or nothing, not a sign-in. */
export const PUBLIC_ACTIONS: Readonly<Record<string, readonly unknown[]>> = {
  readInviteQuestion: [{ token: "x" }],
  acceptInviteAsNewAction: [{ token: "x", password }],
  readResetQuestion: [{ token: "x" }],
  resetPasswordAction: [{ token: "x", password }],
  setUpAction: [{ setupToken: "x", email: "eve@example.com", password, tenantSlug: "eve" }],
  saveThemeAction: ["dark"],
};

type Endpoint = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form. */
  readonly form?: string;
  /** The answer to nobody, to an Administrator's cookie, to the robot whose things they are, and to a robot of another tenant. */
  readonly answers: readonly [nobody: number, cookie: number, own: number, stranger: number];
};

const GRANT = "grant_type=client_credentials";
const public200 = { method: "GET", answers: [200, 200, 200, 200] } as const;
const get = (answers: Endpoint["answers"]): Endpoint => ({ method: "GET", answers });

/** What the process answers itself, without a folder in `app/`. */
export const WITHOUT_A_FOLDER = ["/api/metrics"];

/** The robots' addresses and the identity server's. A person's cookie opens none of them. */
export const ENDPOINTS: Readonly<Record<string, readonly Endpoint[]>> = {
  "/.well-known": [get([404, 404, 404, 404])],
  "/.well-known/[...path]": [get([404, 404, 404, 404])],
  "/api": [get([404, 404, 404, 404])],
  "/api/[...path]": [get([404, 404, 404, 404])],
  "/identity": [get([404, 404, 404, 404])],
  "/identity/[...path]": [get([404, 404, 404, 404])],
  "/.well-known/oauth-authorization-server/api/identity": [public200],
  "/.well-known/oauth-protected-resource/api/orchestrator": [public200],
  "/.well-known/oauth-protected-resource/api/admin": [public200],
  "/api/identity/.well-known/openid-configuration": [public200],
  "/api/identity/jwks": [public200],
  "/api/identity": [get([404, 404, 404, 404])],
  "/api/identity/[...path]": [get([404, 404, 404, 404])],
  "/api/identity/connect/authorize": [get([400, 400, 400, 400])],
  "/api/identity/connect/token": [{ method: "POST", form: GRANT, answers: [401, 401, 401, 401] }],
  "/identity/connect/token": [{ method: "POST", form: GRANT, answers: [401, 401, 401, 401] }],
  "/api/identity/connect/introspect": [{ method: "POST", form: "token=x", answers: [401, 401, 401, 401] }],
  "/api/identity/connect/revocation": [{ method: "POST", form: "token=x", answers: [401, 401, 401, 401] }],
  "/api/identity/connect/successor": [
    { method: "POST", body: { sessionId: id }, answers: [401, 401, 404, 404] },
  ],
  "/api/identity/leaks": [{ method: "POST", body: { token: "x" }, answers: [202, 202, 202, 202] }],
  // Its operations are walked in test/http/admin-api.test.ts.
  "/api/openapi.json": [public200],
  "/api/admin/v1/[...path]": [get([404, 404, 404, 404])],
  "/api/orchestrator": [get([404, 404, 404, 404])],
  "/api/orchestrator/[...path]": [get([404, 404, 404, 404])],
  "/api/orchestrator/authentication": [public200],
  "/api/orchestrator/me": [get([401, 401, 200, 200])],
  "/api/orchestrator/assets/[name]": [get([401, 401, 200, 404])],
  "/api/orchestrator/sessions": [
    { method: "POST", body: { hostName: "MATRIX" }, answers: [401, 401, 201, 201] },
  ],
  "/api/orchestrator/sessions/[sessionId]/heartbeat": [{ method: "POST", answers: [401, 401, 200, 404] }],
  "/api/orchestrator/sessions/[sessionId]/jobs/next": [
    { method: "POST", body: { waitSeconds: 0 }, answers: [401, 401, 200, 404] },
  ],
  "/api/orchestrator/jobs/[jobId]": [
    { method: "PATCH", body: { reportId: "1", progress: 50 }, answers: [401, 401, 200, 404] },
  ],
  "/api/orchestrator/sessions/[sessionId]/events": [get([401, 401, 200, 404])],
  "/api/orchestrator/sessions/[sessionId]": [{ method: "DELETE", answers: [401, 401, 204, 404] }],
  // Off unless the operator says otherwise; whom it answers then is in metrics.test.ts.
  "/api/metrics": [get([404, 404, 404, 404])],
  "/api/health/live": [public200],
  "/api/health/ready": [public200],
  "/api/auth/[...nextauth]": [get([200, 200, 200, 200])],
};
