import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** A real OpenID provider, at which whoever the test says signs in without being asked. */
export type OpenIdProvider = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who sits at the browser from now on, with what the provider says of them. */
  seat(claims: Claims): void;
  close(): Promise<void>;
};

/** @param redirectUri where it sends people back to */
export async function startOpenIdProvider(redirectUri: string): Promise<OpenIdProvider> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ["latchkey", "the secret between the provider and latchkey"];
  let seated: Claims = { sub: "nobody" };
  const provider = new Provider(issuer, {
    // Said of each default otherwise, on the tests' output.
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    pkce: { required: () => true },
    claims: { email: ["email", "email_verified"], profile: ["name"], openid: ["sub", "groups"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["the keys of the provider's cookies"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ ...seated, sub }) }),
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url?.startsWith("/interaction/")) {
      await answer(request, response);
      return;
    }
    const { params, session } = await provider.interactionDetails(request, response);
    const accountId = seated.sub;
    const grant = new provider.Grant({ accountId, clientId: String(params.client_id) });
    grant.addOIDCScope("openid email profile");
    const result = { login: { accountId }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: session !== undefined,
    });
  });
  return {
    issuer,
    clientId,
    clientSecret,
    seat: (claims) => {
      seated = claims;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
