import { z } from "zod";
import { LEAK_REPORTS_MAX, leakReportSchema } from "@/lib/credentials/schema";
import { tokenFormSchema, tokenQuestionSchema } from "@/lib/identity/schema";
import {
  emptyAnswer,
  introspectionAnswer,
  keySetAnswer,
  openIdMetadataAnswer,
  resourceMetadataAnswer,
  serverMetadataAnswer,
  tokenAnswer,
} from "./answers";
import type { Described } from "./described";
import { oauthRefusals } from "./refusals";

/** What each part of the identity server is. */
export const IDENTITY_TAGS = {
  Tokens: "Access tokens: bought, asked about, revoked",
  Discovery: "What the identity server and the APIs say of themselves, and the keys that verify tokens",
  "Leaked secrets": "For who finds a secret where it should not be",
} as const;

const FORM = "application/x-www-form-urlencoded";
const AUTHENTICATION =
  "The client shows its credential in one of three ways: client id and secret in the header (`client_secret_basic`), both in the form (`client_secret_post`), or an assertion that its key signed in the form (`private_key_jwt`).";

const dpop = z.object({
  DPoP: z.string().optional().meta({
    description:
      "A proof by the client's key (RFC 9449 §4): the token is bound to that key, and is shown with such proofs",
  }),
});

const client = { tag: "Tokens", method: "post", as: "client", bodyType: FORM } as const;
const open = { tag: "Discovery", method: "get", as: "anybody", refuses: oauthRefusals() } as const;

const metadataOf = (id: string, api: string, summary: string): Described => ({
  ...open,
  id,
  path: `/.well-known/oauth-protected-resource/api/${api}`,
  summary,
  description: "Protected resource metadata (RFC 9728).",
  answers: { 200: { says: "The metadata", schema: resourceMetadataAnswer } },
});

/** The addresses of the identity server, as their handlers read them. */
export const IDENTITY_OPERATIONS: readonly Described[] = [
  {
    ...client,
    id: "issueToken",
    path: "/api/identity/connect/token",
    summary: "Buy an access token",
    description: `The client credentials grant (RFC 6749 §4.4).\n\n${AUTHENTICATION}`,
    input: tokenFormSchema,
    headers: dpop,
    answers: { 200: { says: "The token", schema: tokenAnswer } },
    refuses: oauthRefusals(400, 401, 429),
  },
  {
    ...client,
    id: "revokeToken",
    path: "/api/identity/connect/revocation",
    summary: "Revoke an access token",
    description: `RFC 7009; a token that is good for nothing anyway is answered alike.\n\n${AUTHENTICATION}`,
    input: tokenQuestionSchema,
    answers: { 200: { says: "It is revoked", schema: emptyAnswer } },
    refuses: oauthRefusals(400, 401, 429),
  },
  {
    ...client,
    id: "introspectToken",
    path: "/api/identity/connect/introspect",
    summary: "Ask whether a token would be served now",
    description: `RFC 7662, of a client's own tokens.\n\n${AUTHENTICATION}`,
    input: tokenQuestionSchema,
    answers: { 200: { says: "What it is, or that it is not active", schema: introspectionAnswer } },
    refuses: oauthRefusals(400, 401, 429),
  },
  {
    ...open,
    id: "serverMetadata",
    path: "/.well-known/oauth-authorization-server/api/identity",
    summary: "The identity server’s metadata",
    description: "RFC 8414.",
    answers: { 200: { says: "The metadata", schema: serverMetadataAnswer } },
  },
  {
    ...open,
    id: "openIdMetadata",
    path: "/api/identity/.well-known/openid-configuration",
    summary: "The same for readers of OpenID Connect Discovery",
    description: "No ID token is ever issued.",
    answers: { 200: { says: "The metadata", schema: openIdMetadataAnswer } },
  },
  {
    ...open,
    id: "publicKeys",
    path: "/api/identity/jwks",
    summary: "The keys that verify access tokens",
    description: "A JWK set (RFC 7517).",
    answers: { 200: { says: "The keys", schema: keySetAnswer } },
  },
  metadataOf("orchestratorMetadata", "orchestrator", "The robot API’s metadata"),
  metadataOf("adminApiMetadata", "admin", "The admin API’s metadata"),
  {
    id: "reportLeak",
    method: "post",
    path: "/api/identity/leaks",
    tag: "Leaked secrets",
    summary: "Report secrets that were found",
    description: "As GitHub’s secret scanning sends them. Whatever is reported, the answer is the same.",
    as: "anybody",
    body: z.union([leakReportSchema, z.array(leakReportSchema).max(LEAK_REPORTS_MAX)]),
    answers: { 202: { says: "It is looked at", schema: emptyAnswer } },
    refuses: oauthRefusals(400, 429),
  },
];
