import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { type Configuration } from "oidc-provider";
import pg from "pg";
import { postgresAdapter } from "./peers-adapter";

/**
 * oidc-provider as somebody would set it up who wants of it what we do: the client credentials grant. In memory it sells opaque tokens; on an
 * empty PostgreSQL it looks each client up there and sells JWT access tokens, which it does not store. Usage: peers.mjs memory|postgres
 */
export type Peer = {
  readonly port: number;
  readonly clients: readonly { readonly clientId: string; readonly clientSecret: string }[];
};

const RESOURCE = "urn:bench:api";
const clients = Array.from({ length: 50 }, (_, id) => ({
  client_id: `client-${id}`,
  client_secret: String(id).padStart(43, "s"),
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: "ES256" as const,
  token_endpoint_auth_method: "client_secret_post" as const,
}));

async function durable(): Promise<Configuration> {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
  return {
    adapter: await postgresAdapter(pool, clients),
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: () => ({
          scope: "robots",
          audience: RESOURCE,
          accessTokenFormat: "jwt",
          accessTokenTTL: 3600,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  };
}

const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const { privateKey } = await generateKeyPair("ES256", { extractable: true });
const { features, ...rest }: Configuration = process.argv[2] === "postgres" ? await durable() : { clients };
const provider = new Provider(`http://localhost:${port}`, {
  ...rest,
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "ES256", use: "sig" }] },
  scopes: ["robots"],
  ttl: { ClientCredentials: 3600 },
  features: { ...features, clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
});
server.on("request", provider.callback());
const peer: Peer = {
  port,
  clients: clients.map(({ client_id, client_secret }) => ({
    clientId: client_id,
    clientSecret: client_secret,
  })),
};
process.send?.(peer);
