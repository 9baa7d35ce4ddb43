import { ofApiClient } from "@/lib/admin-api/of-api-client";
import * as credentials from "./credentials";
import * as rotations from "./rotations";

export const listClientSecrets = ofApiClient(credentials.listSecrets, {
  id: "listClientSecrets",
  summary: "List an API client's client secrets, the live ones first",
});
export const listClientKeys = ofApiClient(credentials.listKeys, {
  id: "listClientKeys",
  summary: "List an API client's public keys, the live ones first",
});
export const addClientSecret = ofApiClient(credentials.addSecret, {
  id: "addClientSecret",
  summary: "Add a client secret to an API client",
});
export const addClientKey = ofApiClient(credentials.addKey, {
  id: "addClientKey",
  summary: "Add a public key to an API client",
});
export const editClientCredential = ofApiClient(credentials.editCredential, {
  id: "editClientCredential",
  summary: "Save the name, note and end of an API client's secret or key",
});
export const editClientRules = ofApiClient(credentials.editRules, {
  id: "editClientRules",
  summary: "Save from where an API client's secret or key may be used, and how often",
});
export const disableClientCredential = ofApiClient(credentials.disableCredential, {
  id: "disableClientCredential",
  summary: "Refuse an API client's secret or key until it is enabled",
});
export const enableClientCredential = ofApiClient(credentials.enableCredential, {
  id: "enableClientCredential",
  summary: "Enable an API client's disabled secret or key",
});
export const deleteClientCredential = ofApiClient(credentials.deleteCredential, {
  id: "deleteClientCredential",
  summary: "Delete an API client's secret or key",
});
export const rehearseClientDeletion = ofApiClient(credentials.rehearseDeletion, {
  id: "rehearseClientDeletion",
  summary: "Rehearse the deletion of an API client's secret or key: uses are granted, and marked",
});
export const listClientRehearsals = ofApiClient(credentials.listRehearsals, {
  id: "listClientRehearsals",
  summary: "List the rehearsals that go on for an API client's credentials",
});
export const cancelClientRehearsal = ofApiClient(credentials.cancelRehearsal, {
  id: "cancelClientRehearsal",
  summary: "Cancel a rehearsal of an API client's credential",
});
export const rotateClientCredential = ofApiClient(rotations.rotateCredential, {
  id: "rotateClientCredential",
  summary: "Let an API client's secret or key give way to a new one",
});
export const listClientRotations = ofApiClient(rotations.listRotations, {
  id: "listClientRotations",
  summary: "List an API client's open rotations",
});
export const cancelClientRotation = ofApiClient(rotations.cancelRotation, {
  id: "cancelClientRotation",
  summary: "Cancel a rotation of an API client's: the old one lives on",
});
export const endClientRotation = ofApiClient(rotations.endRotation, {
  id: "endClientRotation",
  summary: "End the old one of an API client's rotation now",
});
