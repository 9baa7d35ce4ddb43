import * as contract from "@/lib/admin-api/contract/credentials";
import * as rotations from "@/lib/admin-api/contract/rotations";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import { findCredential, listKeys, listSecrets } from "@/lib/credentials/queries";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { foreseeRules } from "@/lib/fleet/queries/foresee-rules";
import { listRotations } from "@/lib/fleet/queries/rotation-progress";
import { cutOf, deedOf, questionOf } from "@/lib/http/admin/implement";
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

/** @returns the question about a machine of the tenant */
const listed = <Row>(list: (ctx: Ctx, of: OfMachine) => Promise<Row[]>) =>
  ofMachines(async (ctx, of: OfMachine) => ({ items: await list(ctx, of) }));

/** What hangs on one credential of a machine. */
const previewOf = ofMachines(async (ctx, { machineId, credentialId }: OfCredential) => {
  const all = await previewCut(ctx, { machineIds: [machineId] });
  return narrowed(all, (host) => host.credentialId === credentialId);
});

/** What the rules would have refused of the uses of a machine's credential. */
const previewRules = ofMachines(async (ctx, input: OfCredential & { readonly addresses: string }) => {
  if (!(await findCredential(ctx, inTenant(ctx, input))))
    throw new Refusal("not_found", "There is no such client secret or key.");
  return foreseeRules(ctx, input);
});

const inTenant = <I>(ctx: Ctx, input: I) => ({ ...input, tenantId: ctx.actor.tenantId });

/** What API clients do with the credentials of machines; the deeds and questions of the machine's page. */
export const CREDENTIAL_OPERATIONS = [
  questionOf(contract.listSecrets, listed(listSecrets)),
  questionOf(contract.listKeys, listed(listKeys)),
  deedOf(contract.addSecret, ofMachines(addSecret)),
  deedOf(contract.addKey, ofMachines(addKey)),
  deedOf(contract.editCredential, ofMachines(editCredential)),
  cutOf(contract.editRules, ofMachines(editRules), previewRules),
  cutOf(
    contract.disableCredential,
    ofMachines((ctx, input) => disableCredential(ctx, inTenant(ctx, input))),
    previewOf,
  ),
  deedOf(
    contract.enableCredential,
    ofMachines((ctx, input) => enableCredential(ctx, inTenant(ctx, input))),
  ),
  cutOf(contract.deleteCredential, ofMachines(deleteCredential), previewOf),
  deedOf(
    contract.rehearseDeletion,
    ofMachines((ctx, input) => startRehearsal(ctx, inTenant(ctx, input))),
  ),
  questionOf(contract.listRehearsals, listed(listRehearsals)),
  deedOf(contract.cancelRehearsal, cancelRehearsal),
  deedOf(rotations.rotateCredential, ofMachines(rotateCredential)),
  questionOf(rotations.listRotations, listed(listRotations)),
  deedOf(rotations.cancelRotation, ofMachines(cancelRotation)),
  deedOf(rotations.endRotation, ofMachines(endRotationNow)),
];
