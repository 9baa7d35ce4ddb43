import * as contract from "@/lib/admin-api/contract/api-clients";
import { getApiClient, listApiClients } from "@/lib/api-clients/queries";
import { noSuchApiClient } from "@/lib/api-clients/refusals";
import type { Ctx } from "@/lib/ctx";
import { cutOf, deedOf, questionOf } from "@/lib/http/admin/implement";
import {
  deleteApiClient,
  disableApiClient,
  editApiClient,
  enableApiClient,
  makeApiClient,
} from "@/lib/workflows/manage-api-clients";

type Which = { readonly apiClientId: string };

/** @returns the deed or question, which knows it as `id` */
const byId =
  <I, T>(run: (ctx: Ctx, input: Omit<I, "apiClientId"> & { readonly id: string }) => Promise<T>) =>
  (ctx: Ctx, { apiClientId: id, ...input }: I & Which) =>
    run(ctx, { ...input, id });

const found = async (ctx: Ctx, { apiClientId: id }: Which) => {
  const client = await getApiClient(ctx, { id });
  if (!client) throw noSuchApiClient();
  return client;
};

/** What API clients do with API clients; the deeds and questions of the portal's pages. */
export const API_CLIENT_OPERATIONS = [
  questionOf(contract.listApiClients, async (ctx) => ({ items: await listApiClients(ctx) })),
  questionOf(contract.getApiClient, found),
  deedOf(contract.makeApiClient, makeApiClient),
  deedOf(contract.editApiClient, byId(editApiClient)),
  cutOf(contract.disableApiClient, byId(disableApiClient), found),
  deedOf(contract.enableApiClient, byId(enableApiClient)),
  cutOf(contract.deleteApiClient, byId(deleteApiClient), found),
];
