"use server";

import { ofApiClients } from "@/lib/api-clients/queries";
import { apiClientSchema, editApiClientSchema, makeApiClientSchema } from "@/lib/api-clients/schema";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import {
  addKeySchema,
  deleteCredentialSchema,
  disableCredentialSchema,
  editCredentialSchema,
  editRulesSchema,
  enableCredentialSchema,
  issueSecretSchema,
} from "@/lib/credentials/schema";
import { adminAction } from "@/lib/http/portal/actions";
import { addKey } from "@/lib/machines/commands/add-key";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { cancelRehearsal, startRehearsal } from "@/lib/rehearsals/commands";
import { cancelRehearsalSchema, rehearseDeletionSchema } from "@/lib/rehearsals/schema";
import { cancelRotationSchema, endRotationSchema, rotateCredentialSchema } from "@/lib/rotations/schema";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableCredential, enableCredential } from "@/lib/workflows/disable-credential";
import { editRules } from "@/lib/workflows/edit-rules";
import { cancelRotation, endRotationNow } from "@/lib/workflows/end-rotation";
import {
  deleteApiClient,
  disableApiClient,
  editApiClient,
  enableApiClient,
  makeApiClient,
} from "@/lib/workflows/manage-api-clients";
import { rotateCredential } from "@/lib/workflows/rotate-credential";

/** Whoever has an API client's secret does what it may, without a password. */
const SENSITIVE = { recent: true } as const;

export const makeApiClientAction = adminAction(makeApiClientSchema, makeApiClient, SENSITIVE);
export const editApiClientAction = adminAction(editApiClientSchema, editApiClient, SENSITIVE);
export const disableApiClientAction = adminAction(apiClientSchema, disableApiClient, SENSITIVE);
export const enableApiClientAction = adminAction(apiClientSchema, enableApiClient, SENSITIVE);
export const deleteApiClientAction = adminAction(apiClientSchema, deleteApiClient, SENSITIVE);
export const addClientSecretAction = adminAction(issueSecretSchema, ofApiClients(addSecret), SENSITIVE);
export const addClientKeyAction = adminAction(addKeySchema, ofApiClients(addKey), SENSITIVE);
export const editClientCredentialAction = adminAction(
  editCredentialSchema,
  ofApiClients(editCredential),
  SENSITIVE,
);
export const rotateClientCredentialAction = adminAction(
  rotateCredentialSchema,
  ofApiClients(rotateCredential),
  SENSITIVE,
);
export const cancelClientRotationAction = adminAction(
  cancelRotationSchema,
  ofApiClients(cancelRotation),
  SENSITIVE,
);
export const endClientRotationAction = adminAction(
  endRotationSchema,
  ofApiClients(endRotationNow),
  SENSITIVE,
);
export const deleteClientCredentialAction = adminAction(
  deleteCredentialSchema,
  ofApiClients(deleteCredential),
  SENSITIVE,
);
export const disableClientCredentialAction = adminAction(
  disableCredentialSchema,
  ofApiClients((ctx, input) => disableCredential(ctx, { ...input, tenantId: ctx.actor.tenantId })),
  SENSITIVE,
);
export const enableClientCredentialAction = adminAction(
  enableCredentialSchema,
  ofApiClients((ctx, input) => enableCredential(ctx, { ...input, tenantId: ctx.actor.tenantId })),
  SENSITIVE,
);
export const rehearseClientDeletionAction = adminAction(
  rehearseDeletionSchema,
  ofApiClients((ctx, input) => startRehearsal(ctx, { ...input, tenantId: ctx.actor.tenantId })),
  SENSITIVE,
);
export const cancelClientRehearsalAction = adminAction(
  cancelRehearsalSchema,
  ofApiClients(cancelRehearsal),
  SENSITIVE,
);
export const editClientRulesAction = adminAction(editRulesSchema, ofApiClients(editRules), SENSITIVE);
