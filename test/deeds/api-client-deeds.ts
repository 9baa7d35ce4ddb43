import { changeRights, freeName, storeRights } from "@/lib/api-clients/commands/store-rights";
import { makeApiClientSchema } from "@/lib/api-clients/schema";
import type { Ctx, UserActor } from "@/lib/ctx";
import {
  markApiClientRow,
  renameApiClientRow,
  storeApiClientRow,
} from "@/lib/machines/commands/api-client-row";
import { withdrawLinksOfApiClient } from "@/lib/users/commands/withdraw-links";
import {
  deleteApiClient,
  disableApiClient,
  editApiClient,
  enableApiClient,
  makeApiClient,
  takeInstallation,
} from "@/lib/workflows/manage-api-clients";
import { act, unique } from "@/test/world";
import type { Scene } from "./every-deed";

type Rights = Partial<ReturnType<typeof input>>;
const input = (rights: object = {}) =>
  makeApiClientSchema.parse({ name: unique("client"), role: "Operator", ...rights });

/** An API client as the product makes it, with its secret. */
export const newApiClient = (admin: UserActor, rights: Rights = {}) =>
  act(admin, makeApiClient, input(rights));

const named = () => ({ name: unique("client"), description: "" });
const RIGHTS = { role: "Viewer", managesInstallation: false, mayConfirm: false } as const;

/** What an administrator does with API clients. */
export const API_CLIENT_DEEDS: Readonly<Record<string, (ctx: Ctx, scene: Scene) => Promise<unknown>>> = {
  makeApiClient: (ctx) => makeApiClient(ctx, input()),
  editApiClient: (ctx, { apiClientId: id }) => editApiClient(ctx, { id, revision: 1, ...input() }),
  disableApiClient: (ctx, { apiClientId: id }) => disableApiClient(ctx, { id }),
  enableApiClient: (ctx, { apiClientId: id }) => enableApiClient(ctx, { id }),
  deleteApiClient: (ctx, { apiClientId: id }) => deleteApiClient(ctx, { id }),
  takeInstallation: (ctx, { apiClientId: id }) => takeInstallation(ctx, { id }),
  storeApiClientRow: (ctx) => storeApiClientRow(ctx, named()),
  renameApiClientRow: (ctx, { apiClientId: machineId }) =>
    renameApiClientRow(ctx, { machineId, revision: 1, ...named() }),
  markApiClientRow: (ctx, { apiClientId: machineId }) => markApiClientRow(ctx, { machineId }, "disabled"),
  storeRights: (ctx, { machine: { machineId } }) =>
    storeRights(ctx, { machineId, name: unique("client"), ...RIGHTS }),
  changeRights: (ctx, { apiClientId: machineId }) =>
    changeRights(ctx, { machineId, name: unique("client"), ...RIGHTS }),
  freeName: (ctx, { apiClientId: machineId }) => freeName(ctx, { machineId }),
  withdrawLinksOfApiClient: (ctx, { apiClientId: id }) => withdrawLinksOfApiClient(ctx, { id }),
};

/** What each of them leaves in the record. */
export const API_CLIENT_EVENTS: Readonly<Record<string, readonly string[]>> = {
  makeApiClient: ["api_client.made", "secret.issued"],
  editApiClient: ["api_client.edited"],
  disableApiClient: ["api_client.disabled"],
  enableApiClient: [],
  deleteApiClient: ["api_client.deleted", "credential.deleted"],
  takeInstallation: ["api_client.edited"],
  storeApiClientRow: [],
  renameApiClientRow: [],
  markApiClientRow: [],
  storeRights: [],
  changeRights: [],
  freeName: [],
  withdrawLinksOfApiClient: [],
};
