import { Refusal } from "@/lib/errors";

export const noSuchWebhook = () =>
  new Refusal("not_found", "There is no such webhook. It may have been removed.");
