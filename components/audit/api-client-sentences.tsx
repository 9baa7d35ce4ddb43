import type { Sentence } from "@/components/audit/sentence";
import type { EventType } from "@/lib/audit/events";

type ApiClientEvent = Extract<EventType, `api_client.${string}`>;

/** What the events about API clients say. */
export const API_CLIENT_SENTENCES: { readonly [Type in ApiClientEvent]: Sentence<Type> } = {
  "api_client.made": ({ machineId, name, role, managesInstallation, mayConfirm }, { machine }) => (
    <>
      made the API client {machine(machineId, name)} ({role}
      {managesInstallation ? ", for the installation" : null}
      {mayConfirm ? ", without confirmation" : null})
    </>
  ),
  "api_client.edited": ({ machineId, after }, { machine }) => (
    <>edited the API client {machine(machineId, typeof after.name === "string" ? after.name : undefined)}</>
  ),
  "api_client.disabled": ({ machineId, name }, { machine }) => (
    <>disabled the API client {machine(machineId, name)}</>
  ),
  "api_client.enabled": ({ machineId, name }, { machine }) => (
    <>enabled the API client {machine(machineId, name)} again</>
  ),
  "api_client.deleted": ({ machineId, name }, { machine }) => (
    <>deleted the API client {machine(machineId, name)}</>
  ),
};
