import * as clients from "@/lib/admin-api/contract/client-credentials";
import * as contract from "@/lib/admin-api/contract/credentials";
import * as rotations from "@/lib/admin-api/contract/rotations";
import type { Operation } from "@/lib/admin-api/operation";
import { ofApiClients } from "@/lib/api-clients/queries";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import { findCredential, listKeys, listSecrets } from "@/lib/credentials/queries";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { foreseeRules } from "@/lib/fleet/queries/foresee-rules";
import { listRotations } from "@/lib/fleet/queries/rotation-progress";
import { cutOf, deedOf, type Implemented, questionOf } from "@/lib/http/admin/implement";
import { addKey } from "@/lib/machines/commands/add-key";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { ofMachines } from "@/lib/machines/queries";
import { cancelRehearsal, startRehearsal } from "@/lib/rehearsals/commands";
import { listRehearsals } from "@/lib/rehearsals/queries";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableCredential, enableCredential } from "@/lib/workflows/disable-credential";
import { editRules } from "@/lib/workflows/edit-rules";
import { cancelRotation, endRotationNow } from "@/lib/workflows/end-rotation";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { narrowed, previewCut } from "./machines";

type OfMachine = { readonly machineId: string };
type OfCredential = OfMachine & { readonly credentialId: string };

const inTenant = <I>(ctx: Ctx, input: I) => ({ ...input, tenantId: ctx.actor.tenantId });

/** @returns the question about what the tenant has */
const listed =
  <Row>(list: (ctx: Ctx, of: OfMachine) => Promise<Row[]>) =>
  async (ctx: Ctx, of: OfMachine) => ({ items: await list(ctx, of) });

/** What hangs on one credential of a machine. */
async function previewOf(ctx: Ctx, { machineId, credentialId }: OfCredential) {
  const all = await previewCut(ctx, { machineIds: [machineId] });
  return narrowed(all, (host) => host.credentialId === credentialId);
}

/** What the rules would have refused of the uses of a machine's credential. */
export async function previewRules(ctx: Ctx, input: OfCredential & { readonly addresses: string }) {
  if (!(await findCredential(ctx, inTenant(ctx, input))))
    throw new Refusal("not_found", "There is no such client secret or key.");
  return foreseeRules(ctx, input);
}

/** @param of what is done to machines alone, or to API clients alone */
const operationsOf = (of: typeof ofMachines): readonly Implemented[] => [
  questionOf(contract.listSecrets, of(listed(listSecrets))),
  questionOf(contract.listKeys, of(listed(listKeys))),
  deedOf(contract.addSecret, of(addSecret)),
  deedOf(contract.addKey, of(addKey)),
  deedOf(contract.editCredential, of(editCredential)),
  cutOf(contract.editRules, of(editRules), of(previewRules)),
  cutOf(
    contract.disableCredential,
    of((ctx, input) => disableCredential(ctx, inTenant(ctx, input))),
    of(previewOf),
  ),
  deedOf(
    contract.enableCredential,
    of((ctx, input) => enableCredential(ctx, inTenant(ctx, input))),
  ),
  cutOf(contract.deleteCredential, of(deleteCredential), of(previewOf)),
  deedOf(
    contract.rehearseDeletion,
    of((ctx, input) => startRehearsal(ctx, inTenant(ctx, input))),
  ),
  questionOf(contract.listRehearsals, of(listed(listRehearsals))),
  deedOf(contract.cancelRehearsal, of(cancelRehearsal)),
  deedOf(rotations.rotateCredential, of(rotateCredential)),
  questionOf(rotations.listRotations, of(listed(listRotations))),
  deedOf(rotations.cancelRotation, of(cancelRotation)),
  deedOf(rotations.endRotation, of(endRotationNow)),
];

/** What API clients do with the credentials of machines; the deeds and questions of the machine's page. */
export const CREDENTIAL_OPERATIONS = operationsOf(ofMachines);

/** By the operation on machines. */
const FOR_CLIENTS: Readonly<Record<string, Operation>> = {
  listSecrets: clients.listClientSecrets,
  listKeys: clients.listClientKeys,
  addSecret: clients.addClientSecret,
  addKey: clients.addClientKey,
  editCredential: clients.editClientCredential,
  editRules: clients.editClientRules,
  disableCredential: clients.disableClientCredential,
  enableCredential: clients.enableClientCredential,
  deleteCredential: clients.deleteClientCredential,
  rehearseDeletion: clients.rehearseClientDeletion,
  listRehearsals: clients.listClientRehearsals,
  cancelRehearsal: clients.cancelClientRehearsal,
  rotateCredential: clients.rotateClientCredential,
  listRotations: clients.listClientRotations,
  cancelRotation: clients.cancelClientRotation,
  endRotation: clients.endClientRotation,
};

/** As {@link ofApiClients}, where the address names the API client. */
const atApiClients: typeof ofMachines = (deed) => (ctx, input) => {
  const { apiClientId: machineId } = input as unknown as { readonly apiClientId: string };
  return ofApiClients(deed)(ctx, { ...input, machineId });
};

/** What they do with those of API clients; the deeds and questions of the API client's page. */
export const CLIENT_CREDENTIAL_OPERATIONS = operationsOf(atApiClients).map((one) => ({
  ...one,
  operation: FOR_CLIENTS[one.operation.id] ?? one.operation,
}));
