import { expect, test } from "vitest";
import { seen } from "@/test/robot";
import { call, ORIGIN } from "@/test/world";

const OPENID = "/api/identity/.well-known/openid-configuration";
const RFC_8414 = "/.well-known/oauth-authorization-server/api/identity";

const METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
const ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"];

test("the metadata says where and how to buy tokens, from ORIGIN", async () => {
  const response = await call("GET", RFC_8414);
  expect(response.headers.get("content-type")).toBe("application/json");
  const metadata = await response.json();
  expect(metadata).toEqual({
    issuer: `${ORIGIN}/api/identity`,
    authorization_endpoint: `${ORIGIN}/api/identity/connect/authorize`,
    token_endpoint: `${ORIGIN}/api/identity/connect/token`,
    jwks_uri: `${ORIGIN}/api/identity/jwks`,
    scopes_supported: ["OR.Robots", "OR.Jobs", "OR.Assets", "OR.Default", "admin"],
    response_types_supported: ["none"],
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: METHODS,
    token_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
    revocation_endpoint: `${ORIGIN}/api/identity/connect/revocation`,
    revocation_endpoint_auth_methods_supported: METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
    introspection_endpoint: `${ORIGIN}/api/identity/connect/introspect`,
    introspection_endpoint_auth_methods_supported: METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
    dpop_signing_alg_values_supported: ALGORITHMS,
    protected_resources: [`${ORIGIN}/api/orchestrator`, `${ORIGIN}/api/admin`],
  });
  expect(await (await call("GET", OPENID)).json(), "and what OpenID Discovery §3 requires").toEqual({
    ...metadata,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  });
});

test.each(["GET", "POST"])(
  "%s: nobody gets anything at the authorization endpoint, or is sent elsewhere",
  async (method) => {
    const query = "response_type=code&client_id=x&redirect_uri=https%3A%2F%2Fevil.test&state=1";
    const response = await call(method, `/api/identity/connect/authorize?${query}`);
    expect([response.status, response.headers.get("location")]).toEqual([400, null]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({
      error: "unsupported_response_type",
      error_description: expect.stringContaining("client_credentials"),
    });
  },
);

test("a robot learns without a token how to authenticate", async () => {
  const response = await call("GET", "/api/orchestrator/authentication");
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    mechanism: "ClientCredentials",
    issuer: `${ORIGIN}/api/identity`,
    tokenEndpoint: `${ORIGIN}/api/identity/connect/token`,
    scopes: ["OR.Robots", "OR.Jobs", "OR.Assets", "OR.Default"],
    resource: `${ORIGIN}/api/orchestrator`,
    heartbeatIntervalSeconds: 30,
  });
});

test.each([OPENID, RFC_8414, "/api/orchestrator/authentication"])(
  "%s gives the same links whatever a client claims the host to be",
  async (address) => {
    const honest = await seen(await call("GET", address));
    const headers = {
      host: "evil.test",
      "x-forwarded-host": "evil.test",
      "x-forwarded-proto": "http",
      forwarded: "host=evil.test",
    };
    expect(await seen(await call("GET", `http://evil.test${address}`, { headers }))).toEqual(honest);
    expect(honest.body).not.toContain("evil");
  },
);

test("the keys are public halves only, each with its id, use and algorithm", async () => {
  const response = await call("GET", "/api/identity/jwks");
  expect(response.headers.get("cache-control")).toBe("public, max-age=300");
  const { keys } = (await response.json()) as { keys: object[] };
  expect(keys).toHaveLength(1);
  const text = expect.any(String);
  expect(keys[0]).toEqual({ kty: "EC", crv: "P-256", x: text, y: text, kid: text, use: "sig", alg: "ES256" });
});

test.each([OPENID, RFC_8414, "/api/identity/jwks", "/api/orchestrator/authentication"])(
  "HEAD of %s answers with GET's status and headers",
  async (address) => {
    const [head, get] = await Promise.all([call("HEAD", address), call("GET", address)]);
    expect([head.status, [...head.headers]]).toEqual([get.status, [...get.headers]]);
  },
);

const ALLOWED: readonly (readonly [string, string])[] = [
  ["/api/identity/connect/token", "POST, OPTIONS"],
  ["/identity/connect/token", "POST, OPTIONS"],
  [OPENID, "GET, HEAD, OPTIONS"],
  [RFC_8414, "GET, HEAD, OPTIONS"],
  ["/api/identity/jwks", "GET, HEAD, OPTIONS"],
  ["/api/orchestrator/authentication", "GET, HEAD, OPTIONS"],
  ["/api/orchestrator/me", "GET, HEAD, OPTIONS"],
  ["/api/orchestrator/sessions", "POST, OPTIONS"],
  ["/api/orchestrator/sessions/0198c5b0-0000-7000-8000-000000000000", "DELETE, OPTIONS"],
  ["/api/orchestrator/sessions/0198c5b0-0000-7000-8000-000000000000/heartbeat", "POST, OPTIONS"],
];

test.each(ALLOWED)(
  "%s answers a method it does not have with 405 and those it has",
  async (address, allow) => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
      if (allow.split(", ").includes(method)) continue;
      const response = await call(method, address);
      expect([method, response.status, response.headers.get("allow")]).toEqual([method, 405, allow]);
      const kind = address.includes("orchestrator/") ? "application/problem+json" : "application/json";
      expect(response.headers.get("content-type")).toBe(kind);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  },
);

test.each(ALLOWED)("OPTIONS of %s lists its methods", async (address, allow) => {
  const response = await call("OPTIONS", address);
  expect([response.status, response.headers.get("allow"), await response.text()]).toEqual([204, allow, ""]);
});

test.each(["GET", "POST", "PUT", "PATCH", "DELETE"])(
  "%s of an address that nobody published is not found, in the dialect of its door",
  async (method) => {
    const identity = await call(method, "/api/identity/connect/nothing");
    expect(identity.status).toBe(404);
    expect(await identity.json()).toEqual({
      error: "invalid_request",
      error_description: expect.any(String),
    });
    const orchestrator = await call(method, "/api/orchestrator/sessions/a/b/c");
    expect(orchestrator.status).toBe(404);
    expect(await orchestrator.json()).toMatchObject({ title: "Not Found", status: 404 });
    for (const address of ["/.well-known/nothing", "/.well-known", "/identity/connect", "/identity"]) {
      const response = await call(method, address);
      expect([response.status, response.headers.get("content-type")]).toEqual([
        404,
        "application/problem+json",
      ]);
    }
  },
);
