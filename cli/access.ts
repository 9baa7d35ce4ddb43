import { type AdminClient, adminClient } from "@/lib/admin-api/client";
import { wantsAnotherProof } from "@/robot/proofs";
import { tokenCache } from "@/robot/tokens";
import type { Pair } from "./pair";

/** @returns the admin API as this API client sees it: tokens are bought as they are needed, bound to a key where the server offers that (RFC 9449) */
export function accessOf({ url, clientId, credential }: Pair): AdminClient {
  const origin = url.href.replace(/\/$/, "");
  // It buys as a robot does; what only robots have is not asked of it.
  const tokens = tokenCache({
    url,
    clientId,
    credential,
    hostName: "",
    instanceId: undefined,
    stopGraceSeconds: 0,
  });

  const withProof: NonNullable<Parameters<typeof adminClient>[0]["fetch"]> = async (asked, init) => {
    for (let isFirst = true; ; isFirst = false) {
      const { headers } = await tokens.show(init.method ?? "GET", asked);
      const response = await fetch(asked, { ...init, headers: { ...init.headers, ...headers } });
      tokens.hear(response);
      if (!isFirst || !wantsAnotherProof(response)) return response;
      await response.body?.cancel();
    }
  };

  return adminClient({
    origin,
    token: async (refused) => {
      if (refused !== undefined) tokens.refuse(refused);
      return (await tokens.show("GET", origin)).token;
    },
    fetch: withProof,
  });
}
