import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { call, ORIGIN } from "@/test/world";

/** What strict readers of metadata refuse, as their sources state it: each by the document of its own address. */
const ISSUER = `${ORIGIN}/api/identity`;
const OPENID = "/api/identity/.well-known/openid-configuration";
const RFC_8414 = "/.well-known/oauth-authorization-server/api/identity";

const https = z.url({ protocol: /^https$/ });
const list = z.array(z.string().min(1)).min(1);
const methodLists = ["token_endpoint", "revocation_endpoint", "introspection_endpoint"];

/** Authlib `oauth2/rfc8414/models.py`: `validate_*`. */
const authlib = z
  .looseObject({
    issuer: https.refine((text) => !/[?#]/.test(text)),
    authorization_endpoint: https.optional(),
    token_endpoint: https,
    jwks_uri: https.optional(),
    scopes_supported: z.array(z.string()).optional(),
    response_types_supported: list,
    grant_types_supported: z.array(z.string()),
    revocation_endpoint: https.optional(),
    introspection_endpoint: https.optional(),
  })
  .refine(
    (metadata) =>
      metadata.authorization_endpoint !== undefined ||
      !metadata.grant_types_supported.some((grant) => /^(?:authorization_code|implicit)$/.test(grant)),
  )
  .refine((metadata) =>
    methodLists.every((endpoint) => {
      const algorithms = metadata[`${endpoint}_auth_signing_alg_values_supported`];
      return Array.isArray(algorithms) && !algorithms.includes("none");
    }),
  );

const READERS: readonly (readonly [name: string, address: string, rules: z.ZodType])[] = [
  [
    "RFC 8414 §2, §3.2",
    RFC_8414,
    z.looseObject({ issuer: z.literal(ISSUER), response_types_supported: list }),
  ],
  [
    "OpenID Connect Discovery 1.0 §3",
    OPENID,
    z.looseObject({
      issuer: z.literal(ISSUER),
      authorization_endpoint: https,
      token_endpoint: https,
      jwks_uri: https,
      response_types_supported: list,
      subject_types_supported: z.array(z.enum(["pairwise", "public"])).min(1),
      id_token_signing_alg_values_supported: list.refine((algorithms) => algorithms.includes("RS256")),
    }),
  ],
  ["Authlib, AuthorizationServerMetadata", RFC_8414, authlib],
  [
    "Authlib, OpenIDProviderMetadata (oidc/discovery/models.py)",
    OPENID,
    authlib.and(
      z.looseObject({
        jwks_uri: https,
        subject_types_supported: z.array(z.enum(["pairwise", "public"])).min(1),
        id_token_signing_alg_values_supported: list.refine((algorithms) => algorithms.includes("RS256")),
      }),
    ),
  ],
  [
    "Ruby openid_connect (discovery/provider/config/response.rb: required and uri attributes)",
    OPENID,
    z.looseObject({
      issuer: z.literal(ISSUER),
      authorization_endpoint: z.url(),
      jwks_uri: z.url(),
      response_types_supported: list,
      subject_types_supported: list,
      id_token_signing_alg_values_supported: list,
      token_endpoint: z.url().optional(),
    }),
  ],
  [
    "Go go-oidc (oidc/oidc.go: NewProvider)",
    OPENID,
    z.looseObject({
      issuer: z.literal(ISSUER),
      authorization_endpoint: z.string(),
      token_endpoint: z.string(),
      jwks_uri: z.string(),
      id_token_signing_alg_values_supported: z.array(z.string()),
    }),
  ],
  [
    "Nimbus, OIDCProviderMetadata.parse, and so Spring's ClientRegistrations.fromOidcIssuerLocation",
    OPENID,
    z.looseObject({
      issuer: https.refine((text) => !/[?#]/.test(text)),
      subject_types_supported: z.array(z.enum(["pairwise", "public"])).min(1),
      jwks_uri: z.url(),
      response_types_supported: list,
      token_endpoint_auth_methods_supported: list.refine((methods) =>
        methods.includes("client_secret_basic"),
      ),
    }),
  ],
  [
    "MCP TypeScript SDK (shared/auth.ts: OAuthMetadataSchema)",
    RFC_8414,
    z.looseObject({
      issuer: z.string(),
      authorization_endpoint: z.url(),
      token_endpoint: z.url(),
      response_types_supported: z.array(z.string()),
    }),
  ],
  [
    "MCP TypeScript SDK (shared/auth.ts: OpenIdProviderDiscoveryMetadataSchema)",
    OPENID,
    z.looseObject({
      issuer: z.string(),
      authorization_endpoint: z.url(),
      token_endpoint: z.url(),
      jwks_uri: z.url(),
      response_types_supported: z.array(z.string()),
      subject_types_supported: z.array(z.string()),
      id_token_signing_alg_values_supported: z.array(z.string()),
    }),
  ],
];

describe("metadata satisfy", () => {
  test.each(READERS)("%s", async (_, address, rules) => {
    expect(rules.safeParse(await (await call("GET", address)).json()).error).toBeUndefined();
  });

  test.each([RFC_8414, OPENID])("who forbids empty lists: %s has none", async (address) => {
    const metadata = (await (await call("GET", address)).json()) as Record<string, unknown>;
    expect(
      Object.entries(metadata).filter(([, value]) => Array.isArray(value) && value.length === 0),
    ).toEqual([]);
    expect(metadata.grant_types_supported).toEqual(["client_credentials"]);
  });

  test.each(["oidc", "oauth2"] as const)(
    "openid-client and oauth4webapi, from the issuer alone: %s",
    async (algorithm) => {
      const fetched: string[] = [];
      const config = await openid.discovery(new URL(ISSUER), "client", undefined, openid.None(), {
        algorithm,
        [openid.customFetch]: (address) => {
          fetched.push(new URL(address).pathname);
          return call("GET", address);
        },
      });
      expect(fetched).toEqual([algorithm === "oidc" ? OPENID : RFC_8414]);
      expect(config.serverMetadata().issuer).toBe(ISSUER);
      const processed = await oauth.processDiscoveryResponse(
        new URL(ISSUER),
        await call("GET", fetched[0] ?? ""),
      );
      expect(processed.token_endpoint).toBe(`${ISSUER}/connect/token`);
    },
  );
});
